#include "office/docx_styles.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "words.hpp"

namespace doc_reader {
namespace {

constexpr int kBasedOnMax = 20;  // a style may be based on itself
constexpr int kHeadingLevelMax = 6;

/// <w:b/> and <w:b w:val="1"/> are on, <w:b w:val="0"/> is off.
std::optional<bool> toggle(const XmlTree& xml, XmlId properties, std::string_view name) {
  const XmlId found = xml.child(properties, name);
  if (found == kNoXml) return std::nullopt;
  const auto value = xml.attribute(found, "w:val");
  return !(value == "0" || value == "false" || value == "off" || value == "none");
}

bool is_fixed_width(std::string_view font) {
  static constexpr std::array<std::string_view, 11> kFonts = {"courier", "consolas", "menlo", "monaco", "mono", "lucida console",
                                                              "source code", "fira code", "inconsolata", "cascadia", "terminal"};
  return std::ranges::any_of(kFonts, [&](std::string_view known) { return contains(font, known); });
}

/// Names of styles are the English ones in the documents of all languages.
void name_says(std::string_view name, ParagraphLook& look) {
  if (equals(name, "title")) look.is_title = true, look.heading_level = 1;
  if (contains(name, "heading ") && name.size() == 9 && is_digit(name[8]) && name[8] != '0') {
    look.heading_level = std::min(name[8] - '0', kHeadingLevelMax);
  }
  if (contains(name, "toc heading")) look.is_contents = true, look.heading_level = 0;
  if (name.size() == 5 && equals(name.substr(0, 4), "toc ")) look.is_contents = true;
  const auto is_any = [&](const auto& names) { return std::ranges::any_of(names, [&](std::string_view known) { return equals(name, known); }); };
  static constexpr std::array<std::string_view, 6> kCode = {"code", "html preformatted", "source code", "code block", "preformatted text", "plain text"};
  static constexpr std::array<std::string_view, 3> kQuotes = {"quote", "intense quote", "block text"};
  look.is_code = is_any(kCode);
  look.is_quote = is_any(kQuotes);
}

}  // namespace

void RunLook::add(const RunLook& over) {
  const auto take = [](std::optional<bool>& own, const std::optional<bool>& other) {
    if (other) own = other;
  };
  take(bold, over.bold), take(italic, over.italic), take(strike, over.strike), take(hidden, over.hidden), take(code, over.code);
}

RunLook run_look(const XmlTree& xml, XmlId properties) {
  RunLook out;
  if (properties == kNoXml) return out;
  out.bold = toggle(xml, properties, "w:b");
  out.italic = toggle(xml, properties, "w:i");
  out.strike = toggle(xml, properties, "w:strike");
  if (!out.strike) out.strike = toggle(xml, properties, "w:dstrike");
  out.hidden = toggle(xml, properties, "w:vanish");
  const auto font = xml.child_attribute(properties, "w:rFonts", "w:ascii");
  if (!font.empty()) out.code = is_fixed_width(font);
  return out;
}

std::optional<int> outline_level(const XmlTree& xml, XmlId properties) {
  const auto level = xml.child_attribute(properties, "w:outlineLvl", "w:val");
  if (level.empty()) return std::nullopt;
  return number_in(level, 9, 9);
}

ParagraphLook paragraph_look(const XmlTree& xml, XmlId properties) {
  ParagraphLook out;
  if (properties == kNoXml) return out;
  if (const XmlId numbers = xml.child(properties, "w:numPr"); numbers != kNoXml) {
    const auto list = xml.child_attribute(numbers, "w:numId", "w:val");
    const auto level = xml.child_attribute(numbers, "w:ilvl", "w:val");
    if (!list.empty()) out.list = std::string(list);
    if (!level.empty()) out.list_level = number_in(level, 8, 8);
  }
  for (const std::string_view name : {"w:left", "w:start"}) {
    if (const auto left = xml.child_attribute(properties, "w:ind", name); !left.empty()) out.indent = number_in(left, 1'000'000, 0);
  }
  return out;
}

DocxStyles::DocxStyles(const XmlTree& xml) {
  const XmlId defaults = xml.descend(0, {"w:docDefaults", "w:rPrDefault", "w:rPr"});
  language_ = xml.child_attribute(defaults, "w:lang", "w:val");
  for (const XmlId id : xml.children(0)) {
    if (xml.name(id) != "w:style") continue;
    Style style;
    style.name = xml.child_attribute(id, "w:name", "w:val");
    style.based_on = xml.child_attribute(id, "w:basedOn", "w:val");
    const XmlId properties = xml.child(id, "w:pPr");
    style.paragraph = paragraph_look(xml, properties);
    style.outline_level = outline_level(xml, properties);
    style.run = run_look(xml, xml.child(id, "w:rPr"));
    if (contains(style.name, "code") || contains(style.name, "verbatim")) style.run.code = true;
    const std::string key(xml.attribute(id, "w:styleId"));
    if (xml.attribute(id, "w:type") == "paragraph" && xml.attribute(id, "w:default") == "1") default_paragraph_ = key;
    styles_.emplace(key, std::move(style));
  }
  for (auto& [id, style] : styles_) {
    style.whole_paragraph = resolve_paragraph(&style);
    style.whole_run = resolve_run(&style);
  }
}

const DocxStyles::Style* DocxStyles::find(std::string_view id) const {
  const auto found = styles_.find(id);
  return found == styles_.end() ? nullptr : &found->second;
}

ParagraphLook DocxStyles::paragraph(std::string_view id) const {
  if (const Style* style = find(id)) return style->whole_paragraph;
  // Some writers name Word's own styles and leave it at that.
  ParagraphLook out;
  if (id.starts_with("Heading") && id.size() == 8) name_says("heading " + std::string(id.substr(7)), out);
  return out;
}

RunLook DocxStyles::run(std::string_view id) const {
  const Style* style = find(id);
  return style ? style->whole_run : RunLook{};
}

ParagraphLook DocxStyles::resolve_paragraph(const Style* style) const {
  ParagraphLook out;
  bool has_level = false;
  for (int steps = 0; style && steps < kBasedOnMax; style = find(style->based_on), ++steps) {
    ParagraphLook named;
    name_says(style->name, named);
    // The style's own word counts more than that of the one it is based on.
    if (!has_level && (style->outline_level || named.heading_level > 0)) {
      has_level = true;
      out.heading_level = named.heading_level > 0 ? named.heading_level : *style->outline_level < 9 ? std::min(*style->outline_level + 1, kHeadingLevelMax) : 0;
      out.is_title = named.is_title;
    }
    // Some write all of their text in such letters: those of the default say nothing.
    out.is_code = out.is_code || named.is_code || (style->run.code.value_or(false) && style != find(default_paragraph_));
    out.is_quote = out.is_quote || named.is_quote;
    out.is_contents = out.is_contents || named.is_contents;
    if (!out.indent) out.indent = style->paragraph.indent;
    if (!out.list) out.list = style->paragraph.list;
    if (!out.list_level) out.list_level = style->paragraph.list_level;
    if (!out.run.hidden) out.run.hidden = style->run.hidden;
  }
  if (out.is_contents) out.heading_level = 0;
  return out;
}

RunLook DocxStyles::resolve_run(const Style* style) const {
  RunLook out;
  for (int steps = 0; style && steps < kBasedOnMax; style = find(style->based_on), ++steps) {
    RunLook base = style->run;
    base.add(out);
    out = base;
  }
  return out;
}

std::string DocxStyles::list_of(std::string_view id) const {
  const Style* style = find(id);
  return style ? style->paragraph.list.value_or("") : "";
}

}  // namespace doc_reader
