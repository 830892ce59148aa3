#include "pdf_layout.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "words.hpp"

namespace doc_reader {
namespace {

/// The number in name="...". Places beyond any page are taken for 0.
double number_in(std::string_view tag, std::string_view name) {
  const auto at = tag.find(name);
  if (at == std::string_view::npos) return 0;
  const auto value = tag.substr(at + name.size());
  if (!value.starts_with("=\"")) return 0;
  double number = 0;
  const auto read = std::from_chars(value.data() + 2, value.data() + value.size(), number);
  return read.ec == std::errc() && std::isfinite(number) && std::abs(number) < 1e6 ? number : 0;
}

Box box_in(std::string_view tag) {
  return {number_in(tag, "xMin"), number_in(tag, "yMin"), number_in(tag, "xMax"), number_in(tag, "yMax")};
}

std::string unescaped(std::string_view text) {
  static constexpr std::pair<std::string_view, char> kNames[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  while (!text.empty()) {
    const auto found = std::ranges::find_if(kNames, [&](const auto& entry) { return text.starts_with(entry.first); });
    out += found == std::end(kNames) ? text[0] : found->second;
    text.remove_prefix(found == std::end(kNames) ? 1 : found->first.size());
  }
  return collapsed(out);
}

}  // namespace

std::vector<PdfPage> read_layout(std::string_view xml) {
  std::vector<PdfPage> pages;
  PdfPage page;
  bool begins_block = false;
  for (auto at = xml.find('<'); at != std::string_view::npos; at = xml.find('<', at + 1)) {
    const auto tag = xml.substr(at, std::min(xml.find('>', at), xml.size()) - at);
    if (tag.starts_with("<page ")) page = {};
    if (tag == "</page") pages.push_back(std::move(page)), page = {};
    if (tag.starts_with("<block ")) begins_block = true;
    if (tag.starts_with("<line ")) {
      page.lines.push_back({box_in(tag), {}, begins_block});
      begins_block = false;
    }
    if (!tag.starts_with("<word ") || page.lines.empty()) continue;
    const auto begin = at + tag.size() + 1;
    const auto end = std::min(xml.find('<', std::min(begin, xml.size())), xml.size());
    if (begin >= end) continue;
    std::string text = unescaped(xml.substr(begin, end - begin));
    if (!text.empty()) page.lines.back().words.push_back({box_in(tag), std::move(text)});
  }
  for (PdfPage& each : pages) std::erase_if(each.lines, [](const PdfLine& line) { return line.words.empty(); });
  return pages;
}

}  // namespace doc_reader
