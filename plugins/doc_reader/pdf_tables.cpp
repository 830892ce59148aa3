#include "pdf_tables.hpp"

#include <algorithm>
#include <utility>

namespace doc_reader {
namespace {

// Measured on tables of reports and papers: see README.md.
constexpr double kCellGap = 0.9;        ///< Between two cells, in heights of a line. A space is a quarter.
constexpr double kRowGap = 2.2;         ///< Between the middles of two rows, in heights.
constexpr std::size_t kRowsMin = 3;
constexpr std::size_t kCellCharsMax = 38;  ///< Mean; columns of prose have more.

struct Cell {
  double x_min, x_max;
  std::string text;
};

struct Row {
  Box box;
  std::vector<Cell> cells;
};

std::vector<const PdfWord*> words_of(const PdfPage& page) {
  std::vector<const PdfWord*> words;
  for (const auto& line : page.lines) {
    for (const auto& word : line.words) words.push_back(&word);
  }
  std::ranges::stable_sort(words, {}, [](const PdfWord* word) { return word->box.middle(); });
  return words;
}

Row row_of(std::vector<const PdfWord*> words) {
  std::ranges::stable_sort(words, {}, [](const PdfWord* word) { return word->box.x_min; });
  Row row{words[0]->box, {}};
  for (const PdfWord* word : words) {
    row.box.y_min = std::min(row.box.y_min, word->box.y_min);
    row.box.y_max = std::max(row.box.y_max, word->box.y_max);
    row.box.x_max = std::max(row.box.x_max, word->box.x_max);
    const bool is_next_cell = row.cells.empty() || word->box.x_min - row.cells.back().x_max > kCellGap * word->box.height();
    if (is_next_cell) {
      row.cells.push_back({word->box.x_min, word->box.x_max, word->text});
    } else {
      row.cells.back().x_max = std::max(row.cells.back().x_max, word->box.x_max);
      row.cells.back().text += " " + word->text;
    }
  }
  return row;
}

std::vector<Row> rows_of(const PdfPage& page) {
  std::vector<Row> rows;
  std::vector<const PdfWord*> current;
  for (const PdfWord* word : words_of(page)) {
    if (!current.empty() && word->box.middle() - current.front()->box.middle() > 0.5 * current.front()->box.height()) {
      rows.push_back(row_of(std::exchange(current, {})));
    }
    current.push_back(word);
  }
  if (!current.empty()) rows.push_back(row_of(std::move(current)));
  return rows;
}

/// Where the cells of all rows stand: stretches of x that no gap common to all cuts.
std::vector<std::pair<double, double>> columns_of(const Row* begin, const Row* end) {
  std::vector<std::pair<double, double>> spans;
  for (const Row* row = begin; row != end; ++row) {
    for (const Cell& cell : row->cells) spans.emplace_back(cell.x_min, cell.x_max);
  }
  std::ranges::sort(spans);
  std::vector<std::pair<double, double>> columns;
  for (const auto& span : spans) {
    if (columns.empty() || span.first > columns.back().second + 1) {
      columns.push_back(span);
    } else {
      columns.back().second = std::max(columns.back().second, span.second);
    }
  }
  return columns;
}

bool looks_like_table(const Row* begin, const Row* end, std::size_t columns) {
  const auto rows = static_cast<std::size_t>(end - begin);
  if (rows < kRowsMin || columns < 2) return false;
  std::size_t chars = 0, cells = 0, full_rows = 0;
  for (const Row* row = begin; row != end; ++row) {
    for (const Cell& cell : row->cells) chars += cell.text.size();
    cells += row->cells.size();
    full_rows += row->cells.size() * 2 > columns;
  }
  return chars / cells <= kCellCharsMax && full_rows * 10 >= rows * 6 && cells >= 2 * rows;
}

PdfTable table_of(const Row* begin, const Row* end, const std::vector<std::pair<double, double>>& columns) {
  PdfTable table{begin->box, {}};
  for (const Row* row = begin; row != end; ++row) {
    table.box.y_max = std::max(table.box.y_max, row->box.y_max);
    table.box.x_min = std::min(table.box.x_min, row->box.x_min);
    table.box.x_max = std::max(table.box.x_max, row->box.x_max);
    auto& cells = table.rows.emplace_back(columns.size());
    for (const Cell& cell : row->cells) {
      const auto column = std::ranges::find_if(columns, [&](const auto& span) { return cell.x_min <= span.second + 0.5; });
      auto& text = cells[std::min<std::size_t>(static_cast<std::size_t>(column - columns.begin()), columns.size() - 1)];
      text += (text.empty() ? "" : " ") + cell.text;
    }
  }
  return table;
}

}  // namespace

std::vector<PdfTable> find_tables(const PdfPage& page, const Limits& limits) {
  const auto rows = rows_of(page);
  std::vector<PdfTable> tables;
  std::size_t begin = 0;
  while (begin < rows.size()) {
    if (rows[begin].cells.size() < 2) {
      ++begin;
      continue;
    }
    std::size_t end = begin + 1;
    while (end < rows.size() && rows[end].cells.size() >= 2 &&
           rows[end].box.middle() - rows[end - 1].box.middle() < kRowGap * rows[end - 1].box.height()) ++end;
    const auto columns = columns_of(&rows[begin], rows.data() + end);
    if (columns.size() <= limits.table_columns_max && looks_like_table(&rows[begin], rows.data() + end, columns.size())) {
      tables.push_back(table_of(&rows[begin], rows.data() + end, columns));
    }
    begin = end;
  }
  return tables;
}

}  // namespace doc_reader
