#include "pdf_layout.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "words.hpp"

namespace doc_reader {
namespace {

// What a row says: level, page, paragraph, block, line, word, left, top, width, height,
// confidence and text, with a tab between two.
enum Field : std::size_t { level = 0, left = 6, top = 7, width = 8, height = 9, text = 11, count = 12 };
using Row = std::array<std::string_view, Field::count>;
constexpr std::string_view kPage = "1", kBlock = "3", kLine = "4", kWord = "5";

/// The text is all that follows the last tab.
Row row_of(std::string_view line) {
  Row row;
  for (std::size_t i = 0; i < Field::text; ++i) {
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) return {};
    row[i] = line.substr(0, tab);
    line.remove_prefix(tab + 1);
  }
  row[Field::text] = line;
  return row;
}

/// Places beyond any page are taken for 0.
double number_in(std::string_view digits) {
  double number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc() && std::isfinite(number) && std::abs(number) < 1e6 ? number : 0;
}

Box box_in(const Row& row) {
  const double x = number_in(row[Field::left]), y = number_in(row[Field::top]);
  return {x, y, x + number_in(row[Field::width]), y + number_in(row[Field::height])};
}

}  // namespace

std::vector<PdfPage> read_layout(std::string_view rows, bool is_cut) {
  std::vector<PdfPage> pages;
  bool begins_block = false;
  while (!rows.empty()) {
    const auto line = rows.substr(0, rows.find('\n'));
    rows.remove_prefix(std::min(line.size() + 1, rows.size()));
    const Row row = row_of(line);
    const auto level = row[Field::level];
    if (level == kPage) pages.emplace_back();
    if (level == kBlock) begins_block = true;
    if (pages.empty()) continue;
    auto& lines = pages.back().lines;
    if (level == kLine) lines.push_back({box_in(row), {}, std::exchange(begins_block, false)});
    if (level != kWord || lines.empty()) continue;
    std::string text = collapsed(row[Field::text]);
    if (!text.empty()) lines.back().words.push_back({box_in(row), std::move(text)});
  }
  if (is_cut && !pages.empty()) pages.pop_back();
  for (PdfPage& each : pages) std::erase_if(each.lines, [](const PdfLine& line) { return line.words.empty(); });
  return pages;
}

}  // namespace doc_reader
