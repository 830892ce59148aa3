#include "office/docx_numbers.hpp"

#include <algorithm>
#include <utility>

#include "words.hpp"

namespace doc_reader {
namespace {

constexpr int kNumberMax = 1'000'000;
constexpr int kIndentOfLevel = 720;  // where the file does not say

/// 28: "bb".
std::string letters(int number) {
  // As Word counts: a, ..., z, aa, bb, ...
  if (number < 1 || number > 780) return std::to_string(number);
  return std::string(static_cast<std::size_t>((number - 1) / 26 + 1), static_cast<char>('a' + (number - 1) % 26));
}

std::string roman(int number) {
  if (number < 1 || number > 3999) return std::to_string(number);
  static constexpr std::pair<int, std::string_view> kSigns[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
                                                                {40, "xl"}, {10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"}};
  std::string out;
  for (const auto& [value, sign] : kSigns) {
    for (; number >= value; number -= value) out += sign;
  }
  return out;
}

std::string shown(int number, std::string_view format) {
  const auto upper = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
  };
  if (format == "lowerLetter") return letters(number);
  if (format == "upperLetter") return upper(letters(number));
  if (format == "lowerRoman") return roman(number);
  if (format == "upperRoman") return upper(roman(number));
  if (format == "decimalZero" && number < 10) return "0" + std::to_string(number);
  return std::to_string(number);
}

}  // namespace

DocxNumbers::DocxNumbers(const XmlTree& xml, const DocxStyles& styles) {
  for (const XmlId id : xml.children(0)) {
    if (xml.name(id) == "w:abstractNum") read_definition(xml, id);
    if (xml.name(id) == "w:num") read_list(xml, id);
  }
  // A definition may stand for the one behind a style.
  for (auto& [id, list] : lists_) {
    const auto link = style_links_.find(list.definition);
    if (link == style_links_.end()) continue;
    const auto target = lists_.find(styles.list_of(link->second));
    if (target != lists_.end()) list.definition = target->second.definition;
  }
}

DocxNumbers::Level DocxNumbers::read_level(const XmlTree& xml, XmlId id) {
  Level out;
  if (const auto format = xml.child_attribute(id, "w:numFmt", "w:val"); !format.empty()) out.format = format;
  if (const XmlId text = xml.child(id, "w:lvlText"); text != kNoXml) out.text = std::string(xml.attribute(text, "w:val")).substr(0, 64);
  out.indent = paragraph_look(xml, xml.child(id, "w:pPr")).indent.value_or(0);
  out.style = xml.child_attribute(id, "w:pStyle", "w:val");
  out.start = number_in(xml.child_attribute(id, "w:start", "w:val"), kNumberMax, 1);
  return out;
}

void DocxNumbers::read_definition(const XmlTree& xml, XmlId id) {
  const std::string key(xml.attribute(id, "w:abstractNumId"));
  Definition definition;
  for (const XmlId child : xml.children(id)) {
    if (xml.name(child) == "w:lvl") {
      const int level = number_in(xml.attribute(child, "w:ilvl"), kLevels - 1, 0);
      definition.levels[static_cast<std::size_t>(level)] = read_level(xml, child);
    }
    if (xml.name(child) == "w:numStyleLink") style_links_.emplace(key, std::string(xml.attribute(child, "w:val")));
  }
  definitions_.emplace(key, std::move(definition));
}

void DocxNumbers::read_list(const XmlTree& xml, XmlId id) {
  List list;
  list.definition = xml.child_attribute(id, "w:abstractNumId", "w:val");
  for (const XmlId child : xml.children(id)) {
    if (xml.name(child) != "w:lvlOverride") continue;
    const int level = number_in(xml.attribute(child, "w:ilvl"), kLevels - 1, 0);
    if (const auto start = xml.child_attribute(child, "w:startOverride", "w:val"); !start.empty()) list.starts[level] = number_in(start, kNumberMax, 1);
    if (const XmlId other = xml.child(child, "w:lvl"); other != kNoXml) list.levels[level] = read_level(xml, other);
  }
  lists_.emplace(std::string(xml.attribute(id, "w:numId")), std::move(list));
}

const DocxNumbers::Level& DocxNumbers::level_of(const List& list, const Definition& definition, int level) {
  const auto own = list.levels.find(level);
  return own == list.levels.end() ? definition.levels[static_cast<std::size_t>(level)] : own->second;
}

int DocxNumbers::level_of_style(std::string_view list_id, std::string_view style) const {
  const auto list = lists_.find(list_id);
  if (list == lists_.end()) return 0;
  const auto definition = definitions_.find(list->second.definition);
  if (definition == definitions_.end()) return 0;
  for (int level = 0; level < kLevels; ++level) {
    if (level_of(list->second, definition->second, level).style == style) return level;
  }
  return 0;
}

int DocxNumbers::indent(std::string_view list_id, int level) const {
  const auto list = lists_.find(list_id);
  const auto definition = list == lists_.end() ? definitions_.end() : definitions_.find(list->second.definition);
  const int said = definition == definitions_.end() ? 0 : level_of(list->second, definition->second, level).indent;
  return said > 0 ? said : level * kIndentOfLevel;
}

/// "%1.%2)" with the numbers as they stand.
std::string DocxNumbers::label_of(const List& list, const Definition& definition, int level) {
  std::string out;
  const Level& now = level_of(list, definition, level);
  for (std::size_t i = 0; i < now.text.size(); ++i) {
    const bool is_number = now.text[i] == '%' && i + 1 < now.text.size() && now.text[i + 1] >= '1' && now.text[i + 1] <= '9';
    if (!is_number) {
      out += now.text[i];
      continue;
    }
    const int at = now.text[++i] - '1';
    out += shown(definition.counts[static_cast<std::size_t>(at)], level_of(list, definition, at).format);
  }
  return out;
}

ListMark DocxNumbers::next(std::string_view list_id, int level) {
  ListMark out;
  const auto found = lists_.find(list_id);
  if (found == lists_.end()) return out;
  List& list = found->second;
  const auto definition = definitions_.find(list.definition);
  if (definition == definitions_.end()) return out;
  auto& [levels, counts, is_counting] = definition->second;
  const auto own = static_cast<std::size_t>(level);
  if (!std::exchange(list.is_used[own], true) && list.starts.contains(level)) is_counting[own] = false;
  const auto start_of = [&](int at) {
    const auto other = list.starts.find(at);
    return other == list.starts.end() ? level_of(list, definition->second, at).start : other->second;
  };
  // Levels above that have shown no paragraph count as their first one.
  for (int at = 0; at <= level; ++at) {
    const auto i = static_cast<std::size_t>(at);
    if (!is_counting[i]) counts[i] = start_of(at) - (at == level ? 1 : 0);
    is_counting[i] = true;
  }
  out.number = ++counts[own];
  std::fill(is_counting.begin() + level + 1, is_counting.end(), false);
  const Level& now = level_of(list, definition->second, level);
  out.is_bullet = now.format == "bullet";
  out.is_blank = trim(now.text).empty();
  if (out.is_bullet || now.format == "none") return out;
  out.label = label_of(list, definition->second, level);
  out.is_plain_number = out.label == std::to_string(out.number) + "." || out.label == std::to_string(out.number) + ")";
  return out;
}

}  // namespace doc_reader
