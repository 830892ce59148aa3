// What stands in a paragraph.
#include <algorithm>
#include <charconv>

#include "office/docx_story.hpp"
#include "office/formula.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

constexpr std::size_t kFieldCodeBytesMax = 4'096;
constexpr std::size_t kFieldsMax = 64;

/// The address in ` HYPERLINK "http://x" \o "tip" `; "" for a place in the document.
std::string_view link_of_field(std::string_view code) {
  code = trim(code);
  if (code.size() < 10 || !equals(code.substr(0, 10), "hyperlink ")) return {};
  code = trim(code.substr(10));
  if (code.starts_with('\\')) return {};
  if (!code.starts_with('"')) return code.substr(0, code.find_first_of(" \t"));
  return code.substr(1, code.find('"', 1) - 1);
}

/// <w:sym w:font="Symbol" w:char="00B7"/>. Letters of picture fonts are none.
std::string symbol(std::string_view font, std::string_view hex) {
  if (contains(font, "dings") || equals(font, "symbol")) return {};
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  std::string out;
  const bool is_character = error == std::errc() && value >= 0x20 && value < 0x110000 && !(value >= 0xD800 && value < 0xF900);
  if (is_character) append_utf8(out, value);
  return out;
}

}  // namespace

void DocxStory::content(XmlId id) {
  for (const XmlId child : xml_.children(id)) content_node(child);
}

void DocxStory::content_node(XmlId id) {
  const auto name = xml_.name(id);
  if (name == "w:r") return run(id);
  if (name == "w:hyperlink") return hyperlink(id);
  if (name == "mc:AlternateContent") return content(xml_.chosen(id));
  if (name == "m:oMath") return maker_.element(Tag::code, formula_text(xml_, id));
  if (name == "w:fldSimple") {
    const std::size_t depth = maker_.depth();
    open_link(link_of_field(xml_.attribute(id, "w:instr")));
    content(id);
    return maker_.close_to(depth);
  }
  if (is_around(name) || name == "w:dir" || name == "w:bdo" || name == "m:oMathPara") content(id);
}

void DocxStory::open_link(std::string_view target) {
  if (target.empty() || code_depth_ > 0) return;
  maker_.open(Tag::a);
  maker_.attribute("href", target);
}

void DocxStory::hyperlink(XmlId id) {
  const std::size_t depth = maker_.depth();
  const Relation* relation = find_relation(relations_, xml_.attribute(id, "r:id"));
  if (relation && relation->is_external) open_link(relation->target);
  content(id);
  maker_.close_to(depth);
}

void DocxStory::run(XmlId id) {
  const XmlId properties = xml_.child(id, "w:rPr");
  RunLook look = context_.styles.run(xml_.child_attribute(properties, "w:rStyle", "w:val"));
  look.add(run_look(xml_, properties));
  const bool is_hidden = look.hidden.value_or(is_hidden_) || xml_.child(properties, "w:del") != kNoXml;
  for (const XmlId child : xml_.children(id)) {
    // Fields are followed in hidden text, too: it may hold but one end of them.
    if (xml_.name(child) == "w:fldChar" || xml_.name(child) == "w:instrText") {
      field_sign(child);
    } else if (!is_hidden && !is_in_code_of_field()) {
      run_part(child, look);
    }
  }
}

void DocxStory::run_part(XmlId id, const RunLook& look) {
  const auto name = xml_.name(id);
  if (name == "w:t") return shown_text(xml_.text(id), look);
  if (name == "w:tab" || name == "w:ptab") return maker_.text(code_depth_ > 0 ? "\t" : " ");
  if (name == "w:br" || name == "w:cr") {
    const auto type = xml_.attribute(id, "w:type");
    if (type.empty() || type == "textWrapping") maker_.element(Tag::br, {});
    return;
  }
  if (name == "w:noBreakHyphen") return shown_text("-", look);
  if (name == "w:sym") return shown_text(symbol(xml_.attribute(id, "w:font"), xml_.attribute(id, "w:char")), look);
  if (name == "w:drawing" || name == "w:pict" || name == "w:object") return drawing(id);
  if (name == "w:footnoteReference") return note_mark(id, "footnotes");
  if (name == "w:endnoteReference") return note_mark(id, "endnotes");
  if (name == "w:ruby") return content(xml_.child(id, "w:rubyBase"));
  if (name == "mc:AlternateContent") {
    for (const XmlId child : xml_.children(xml_.chosen(id))) run_part(child, look);
  }
}

void DocxStory::shown_text(std::string_view text, const RunLook& look) {
  if (text.empty()) return;
  if (code_depth_ > 0) return maker_.text(text);
  const std::size_t depth = maker_.depth();
  // A heading is bold by itself.
  if (look.bold.value_or(false) && !in_heading_) maker_.open(Tag::strong);
  if (look.italic.value_or(false)) maker_.open(Tag::em);
  if (look.strike.value_or(false)) maker_.open(Tag::del);
  if (look.code.value_or(false) && !in_heading_) maker_.open(Tag::code);
  maker_.text(text);
  maker_.close_to(depth);
}

bool DocxStory::is_in_code_of_field() const {
  return std::ranges::any_of(fields_, [](const Field& field) { return !field.shows_result; });
}

void DocxStory::field_sign(XmlId id) {
  if (xml_.name(id) == "w:instrText") {
    if (!fields_.empty() && fields_.back().code.size() < kFieldCodeBytesMax) fields_.back().code += xml_.text(id);
    return;
  }
  const auto type = xml_.attribute(id, "w:fldCharType");
  if (type == "begin" && fields_.size() < kFieldsMax) fields_.push_back({});
  if (fields_.empty()) return;
  Field& field = fields_.back();
  if (type == "separate" && !field.shows_result) {
    field.shows_result = true;
    const auto target = link_of_field(field.code);
    if (target.empty() || is_in_code_of_field()) return;
    field.link_depth = maker_.depth();
    open_link(target);
  } else if (type == "end") {
    // The end of the paragraph, or of what is around, has closed it already, else.
    if (field.link_depth > 0 && maker_.depth() == field.link_depth + 1) maker_.close();
    fields_.pop_back();
  }
}

void DocxStory::drawing(XmlId id) {
  if (const XmlId properties = xml_.find(id, "wp:docPr"); properties != kNoXml && xml_is_on(xml_.attribute(properties, "hidden"))) return;
  XmlId next = id + 1;
  while (next < xml_.at(id).end) {
    const auto name = xml_.name(next);
    const bool is_graphic = name == "a:graphic" && (xml_.find(next, "c:chart") != kNoXml || xml_.find(next, "dgm:relIds") != kNoXml);
    if (name == "w:txbxContent" || is_graphic) {
      drawn_.push_back(next);
      next = xml_.at(next).end;
      continue;
    }
    if (name == "mc:AlternateContent") {
      const XmlId choice = xml_.chosen(next);
      if (choice != kNoXml) drawing(choice);
      next = xml_.at(next).end;
      continue;
    }
    const bool is_picture = name == "wp:docPr" || name == "v:imagedata" || name == "v:shape";
    const auto alt = name == "wp:docPr" ? xml_.attribute(next, "descr") : name == "v:shape" ? xml_.attribute(next, "alt") : std::string_view();
    if (is_picture && !alt.empty()) {
      maker_.text(" ");
      maker_.open(Tag::img);
      maker_.attribute("alt", alt);
      maker_.close();
      maker_.text(" ");
    }
    ++next;
  }
}

void DocxStory::note_mark(XmlId id, std::string_view part) {
  const std::pair<std::string, std::string> key(part, xml_.attribute(id, "w:id"));
  const auto number = context_.notes.emplace(key, context_.notes.size() + 1).first->second;
  maker_.text("[^" + std::to_string(number) + "]");
}

}  // namespace doc_reader
