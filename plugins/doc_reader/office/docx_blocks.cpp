// Paragraphs, lists, code and tables.
#include <algorithm>

#include "office/docx_story.hpp"
#include "office/drawing.hpp"
#include "words.hpp"

namespace doc_reader {
namespace {

constexpr int kSpanMax = 1'000;
constexpr int kFirstRow = 0x0020;  ///< Of w:tblLook.

constexpr Tag heading_tag(int level) { return static_cast<Tag>(static_cast<int>(Tag::h1) + level - 1); }

}  // namespace

bool is_around(std::string_view name) {
  return name == "w:sdt" || name == "w:sdtContent" || name == "w:customXml" || name == "w:smartTag" || name == "w:ins" || name == "w:moveTo";
}

void DocxStory::blocks(XmlId id) {
  for (const XmlId child : xml_.children(id)) block(child);
  end_code();
  lists_.end();
}

void DocxStory::note(XmlId id, std::string label) {
  label_ = std::move(label);
  blocks(id);
}

void DocxStory::block(XmlId id) {
  const auto name = xml_.name(id);
  if (name == "w:p") return paragraph(id);
  if (name == "w:tbl") return table(id);
  const bool is_left_out = name == "w:sdt" && context_.extent == Extent::article && is_contents(id);
  if (is_left_out || name == "w:del" || name == "w:moveFrom") return;
  if (name == "mc:AlternateContent") {
    for (const XmlId child : xml_.children(xml_.chosen(id))) block(child);
    return;
  }
  if (!is_around(name)) return;
  for (const XmlId child : xml_.children(id)) block(child);
}

bool DocxStory::is_contents(XmlId sdt) const {
  const XmlId part = xml_.descend(sdt, {"w:sdtPr", "w:docPartObj", "w:docPartGallery"});
  return part != kNoXml && xml_.attribute(part, "w:val") == "Table of Contents";
}

ParagraphLook DocxStory::look_of(XmlId id, std::string_view style) const {
  const XmlId properties = xml_.child(id, "w:pPr");
  ParagraphLook look = context_.styles.paragraph(style);
  const ParagraphLook own = paragraph_look(xml_, properties);
  if (own.list) look.list = own.list;
  look.list_level = own.list_level ? own.list_level : own.list ? std::optional<int>(0) : look.list_level;
  if (own.indent) look.indent = own.indent;
  if (const auto level = outline_level(xml_, properties); level && look.heading_level == 0 && *level < 9) look.heading_level = std::min(*level + 1, 6);
  return look;
}

void DocxStory::paragraph(XmlId id) {
  auto style = xml_.child_attribute(xml_.child(id, "w:pPr"), "w:pStyle", "w:val");
  if (style.empty()) style = context_.styles.default_paragraph();
  const ParagraphLook look = look_of(id, style);
  if (look.is_contents && context_.extent == Extent::article) return;
  is_hidden_ = look.run.hidden.value_or(false);
  const auto drop_cap = xml_.child_attribute(xml_.child(id, "w:pPr"), "w:framePr", "w:dropCap");
  if (drop_cap == "drop" || drop_cap == "margin") return void(label_ += xml_.text(id));  // the letter that the next one begins with
  if (look.is_code && look.heading_level == 0) return code_line(id);
  end_code();
  const bool is_item = look.list && context_.numbers.has(*look.list);
  if (look.heading_level > 0) return heading(id, look.heading_level, look);
  const std::size_t depth = maker_.depth();
  if (is_item) {
    list_item(look, look.list_level ? *look.list_level : context_.numbers.level_of_style(*look.list, style));
  } else if (!lists_.is_open() || look.indent.value_or(0) == 0) {
    lists_.end();  // else it goes on with the item above
  }
  const std::size_t outside = is_item ? maker_.depth() : std::min(depth, maker_.depth());
  if (look.is_quote && !is_item) maker_.open(Tag::blockquote);
  maker_.open(Tag::p);
  maker_.text(std::exchange(label_, {}));
  content(id);
  maker_.close_to(outside);
  drawn();
}

void DocxStory::heading(XmlId id, int level, const ParagraphLook& look) {
  lists_.end();
  const std::size_t depth = maker_.depth();
  maker_.open(heading_tag(level));
  if (look.list && context_.numbers.has(*look.list)) {
    const auto style = xml_.child_attribute(xml_.child(id, "w:pPr"), "w:pStyle", "w:val");
    const ListMark mark = context_.numbers.next(*look.list, look.list_level.value_or(context_.numbers.level_of_style(*look.list, style)));
    if (!mark.label.empty()) maker_.text(mark.label + " ");
  }
  in_heading_ = true;
  content(id);
  in_heading_ = false;
  maker_.close_to(depth);
  drawn();
}

void DocxStory::list_item(const ParagraphLook& look, int level) {
  const ListMark mark = context_.numbers.next(*look.list, level);
  if (mark.is_blank && lists_.is_open()) return;
  lists_.begin_item({*look.list, level, look.indent.value_or(context_.numbers.indent(*look.list, level)), mark.is_plain_number, mark.number});
  if (!mark.is_bullet && !mark.is_plain_number && !mark.label.empty()) label_.insert(0, mark.label + " ");
}

void DocxStory::code_line(XmlId id) {
  const bool is_first = code_depth_ == 0;
  if (is_first) {
    lists_.end();
    code_depth_ = maker_.depth();
    maker_.open(Tag::pre);
  } else {
    maker_.text("\n");
  }
  const std::size_t depth = maker_.depth();
  maker_.text(std::exchange(label_, {}));
  content(id);
  maker_.close_to(depth);
}

void DocxStory::end_code() {
  if (code_depth_ > 0) maker_.close_to(code_depth_);
  if (std::exchange(code_depth_, 0) > 0) drawn();
}

void DocxStory::drawn() {
  for (const XmlId id : std::exchange(drawn_, {})) {
    if (xml_.name(id) == "w:txbxContent") {
      DocxStory(xml_, relations_, context_, maker_).blocks(id);
    } else if (auto read = Drawing(xml_, relations_, context_.package, maker_).graphic(id); !read && context_.failure.ok()) {
      context_.failure = std::move(read);
    }
  }
}

bool DocxStory::has_head(XmlId table) const {
  const XmlId look = xml_.descend(table, {"w:tblPr", "w:tblLook"});
  if (look == kNoXml) return false;
  if (const auto first = xml_.attribute(look, "w:firstRow"); !first.empty()) return xml_is_on(first);
  const auto bits = std::string(xml_.attribute(look, "w:val"));
  return (std::strtol(bits.c_str(), nullptr, 16) & kFirstRow) != 0;
}

void DocxStory::table(XmlId id) {
  end_code();
  lists_.end();
  const std::size_t depth = maker_.depth();
  maker_.open(Tag::table);
  bool is_head = has_head(id);
  const auto rows = [&](auto& self, XmlId parent) -> void {
    for (const XmlId child : xml_.children(parent)) {
      const auto name = xml_.name(child);
      if (is_around(name)) self(self, child);
      const XmlId properties = name == "w:tr" ? xml_.child(child, "w:trPr") : kNoXml;
      if (name != "w:tr" || xml_.child(properties, "w:del") != kNoXml || xml_.child(properties, "w:hidden") != kNoXml) continue;
      row(child, is_head || xml_.child(properties, "w:tblHeader") != kNoXml);
      is_head = false;
    }
  };
  rows(rows, id);
  maker_.close_to(depth);
}

void DocxStory::row(XmlId id, bool is_head) {
  const std::size_t depth = maker_.depth();
  maker_.open(Tag::tr);
  const auto empty_cells = [&](std::string_view name) {
    const int count = number_in(xml_.child_attribute(xml_.child(id, "w:trPr"), name, "w:val"), kSpanMax, 0);
    if (count == 0) return;
    maker_.open(is_head ? Tag::th : Tag::td);
    maker_.attribute("colspan", std::to_string(count));
    maker_.close();
  };
  empty_cells("w:gridBefore");
  const auto cells = [&](auto& self, XmlId parent) -> void {
    for (const XmlId child : xml_.children(parent)) {
      const auto name = xml_.name(child);
      if (is_around(name)) self(self, child);
      if (name != "w:tc") continue;
      const XmlId properties = xml_.child(child, "w:tcPr");
      maker_.open(is_head ? Tag::th : Tag::td);
      if (const int span = number_in(xml_.child_attribute(properties, "w:gridSpan", "w:val"), kSpanMax, 1); span > 1) maker_.attribute("colspan", std::to_string(span));
      // A cell that goes on from the row above stays empty, as one that spans would leave it.
      const XmlId merge = xml_.child(properties, "w:vMerge");
      const bool goes_on = merge != kNoXml && xml_.attribute(merge, "w:val") != "restart";
      if (!goes_on && xml_.child(properties, "w:cellDel") == kNoXml) DocxStory(xml_, relations_, context_, maker_).blocks(child);
      maker_.close_to(depth + 1);
    }
  };
  cells(cells, id);
  empty_cells("w:gridAfter");
  maker_.close_to(depth);
}

}  // namespace doc_reader
