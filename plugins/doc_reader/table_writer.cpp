// Tables: as GitHub's Markdown has them, or as the blocks in their cells where the table
// is only there for the layout.
#include <algorithm>
#include <charconv>
#include <vector>

#include "block_writer.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

struct Row {
  std::vector<NodeId> cells;
  bool is_head = false;
};

/// Rows of `table`, without those of tables inside.
std::vector<Row> rows_of(const Tree& tree, NodeId table) {
  std::vector<Row> rows;
  NodeId id = table + 1;
  bool in_head = false;
  while (id < tree.at(table).end) {
    const Tag tag = tree.at(id).tag;
    if (tag == Tag::thead || tag == Tag::tbody || tag == Tag::tfoot) in_head = tag == Tag::thead;
    if (tag == Tag::tr) rows.push_back({{}, in_head});
    const bool is_cell = tag == Tag::td || tag == Tag::th;
    if (is_cell && !rows.empty()) rows.back().cells.push_back(id);
    id = is_cell || tag == Tag::caption ? tree.at(id).end : id + 1;
  }
  std::erase_if(rows, [](const Row& row) { return row.cells.empty(); });
  return rows;
}

std::size_t span_of(std::string_view text, std::size_t most) {
  std::size_t value = 1;
  text = trim(text);
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::clamp<std::size_t>(value, 1, std::max<std::size_t>(most, 1));
}

/// The cells of a table as a grid: what spans stands in the first cell.
class Grid {
 public:
  Grid(std::size_t columns_max, std::size_t cells_max) : columns_max_(columns_max), cells_max_(cells_max) {}

  bool begin_row() {
    if (cells_ >= cells_max_) return false;
    rows_.emplace_back();
    at_ = 0;
    return true;
  }
  void add(std::string text, std::size_t columns, std::size_t rows) {
    skip_spans();
    columns = std::min(columns, columns_max_ - std::min(at_, columns_max_));
    for (std::size_t i = 0; i < columns; ++i, ++at_) {
      put(i == 0 ? std::move(text) : std::string());
      if (rows > 1) {
        if (below_.size() <= at_) below_.resize(at_ + 1);
        below_[at_] = rows;
      }
    }
  }
  void end_row() {
    for (auto& left : below_) left -= left > 0;
  }
  [[nodiscard]] const std::vector<std::vector<std::string>>& rows() const { return rows_; }

 private:
  void skip_spans() {
    while (at_ < below_.size() && below_[at_] > 0 && at_ < columns_max_) put({}), ++at_;
  }
  void put(std::string text) {
    rows_.back().push_back(std::move(text));
    ++cells_;
  }

  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> below_;  ///< For each column: rows that a cell above still takes, its own included.
  std::size_t columns_max_, cells_max_, at_ = 0, cells_ = 0;
};

std::string row_text(const std::vector<std::string>& cells, std::size_t columns) {
  std::string out = "|";
  for (std::size_t i = 0; i < columns; ++i) out.append(" ").append(i < cells.size() ? cells[i] : "").append(" |");
  return out + "\n";
}

}  // namespace

bool BlockWriter::is_data_table(NodeId id) const {
  const auto role = tree_.attribute(id, "role");
  if (role == "presentation" || role == "none") return false;
  const auto rows = rows_of(tree_, id);
  std::size_t columns = 0;
  for (const auto& row : rows) columns = std::max(columns, row.cells.size());
  if (rows.empty() || columns < 2) return false;
  bool has_heads = false;
  for (NodeId i = id + 1; i < tree_.at(id).end; ++i) {
    const Tag tag = tree_.at(i).tag;
    if (tag == Tag::table || tag == Tag::pre || is_heading(tag) || tag == Tag::form) return false;
    has_heads = has_heads || tag == Tag::th || tag == Tag::caption;
  }
  return has_heads || rows.size() > 1;
}

void BlockWriter::table(Flow& flow, NodeId id) {
  if (!is_data_table(id)) return children(flow, id);
  const auto rows = rows_of(tree_, id);
  Grid grid(limits_.table_columns_max, limits_.table_cells_max);
  bool is_cut = false;
  for (const Row& row : rows) {
    if (is_cut = !grid.begin_row(); is_cut) break;
    for (const NodeId cell : row.cells) {
      const auto columns = span_of(tree_.attribute(cell, "colspan"), limits_.table_columns_max);
      grid.add(is_skipped(cell) ? "" : line_in(cell, Place::cell), columns, span_of(tree_.attribute(cell, "rowspan"), rows.size()));
    }
    grid.end_row();
  }
  const auto is_th = [&](NodeId cell) { return tree_.at(cell).tag == Tag::th; };
  const bool has_head = rows[0].is_head || std::ranges::all_of(rows[0].cells, is_th);
  std::size_t columns = 0;
  for (const auto& row : grid.rows()) columns = std::max(columns, row.size());
  for (NodeId i = id + 1; i < tree_.at(id).end; i = tree_.at(i).end) {
    if (tree_.at(i).tag == Tag::caption) add_block(flow, line_in(i, Place::paragraph));
  }
  std::string out = row_text(has_head ? grid.rows()[0] : std::vector<std::string>(), columns) + "|";
  for (std::size_t i = 0; i < columns; ++i) out += " --- |";
  out += "\n";
  for (std::size_t i = has_head ? 1 : 0; i < grid.rows().size(); ++i) out += row_text(grid.rows()[i], columns);
  add_block(flow, out);
  if (is_cut) add_block(flow, "[the table's other rows are left out: table\\_cells\\_max]");
}

}  // namespace doc_reader
