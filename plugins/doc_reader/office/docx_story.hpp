// A story of a docx (its body, a footnote, a text box) as a tree.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "list_maker.hpp"
#include "office/docx_numbers.hpp"
#include "office/docx_styles.hpp"
#include "office/package.hpp"
#include "tree_maker.hpp"

namespace doc_reader {

/// What all stories of a document share.
struct DocxContext {
  Package& package;
  DocxStyles styles;
  DocxNumbers numbers;
  Extent extent = Extent::whole;
  /// Numbers of notes by "footnotes" or "endnotes" and their id, in the order of their marks.
  std::map<std::pair<std::string, std::string>, std::size_t> notes;
  collet::Result<void> failure;  ///< Of a part that a story needs.
};

/// Depth is bounded by that of the XML, so members may call each other.
class DocxStory {
 public:
  DocxStory(const XmlTree& xml, const Relations& relations, DocxContext& context, TreeMaker& maker)
      : xml_(xml), relations_(relations), context_(context), maker_(maker), lists_(maker) {}

  /// The paragraphs and tables in `id`.
  void blocks(XmlId id);
  /// The same; the first paragraph begins with `label`.
  void note(XmlId id, std::string label);

 private:
  struct Field {
    std::string code;
    bool shows_result = false;
    std::size_t link_depth = 0;  ///< Of the maker, before its link; 0: it is none.
  };

  // docx_blocks.cpp
  void block(XmlId id);
  void paragraph(XmlId id);
  void heading(XmlId id, int level, const ParagraphLook& look);
  void list_item(const ParagraphLook& look, int level);
  void code_line(XmlId id);
  void end_code();
  void drawn();
  void table(XmlId id);
  void row(XmlId id, bool is_head);
  [[nodiscard]] bool has_head(XmlId table) const;
  [[nodiscard]] ParagraphLook look_of(XmlId paragraph, std::string_view style) const;
  [[nodiscard]] bool is_contents(XmlId sdt) const;

  // docx_runs.cpp
  void content(XmlId id);
  void content_node(XmlId id);
  void run(XmlId id);
  void run_part(XmlId id, const RunLook& look);
  void shown_text(std::string_view text, const RunLook& look);
  void hyperlink(XmlId id);
  void field_sign(XmlId id);
  void drawing(XmlId id);
  void note_mark(XmlId id, std::string_view part);
  [[nodiscard]] bool is_in_code_of_field() const;
  void open_link(std::string_view target);

  const XmlTree& xml_;
  const Relations& relations_;
  DocxContext& context_;
  TreeMaker& maker_;
  ListMaker lists_;
  std::vector<Field> fields_;
  std::vector<XmlId> drawn_;       ///< Text boxes, charts, diagrams of the paragraph at hand; they follow it.
  std::string label_;              ///< Of the next paragraph.
  std::size_t code_depth_ = 0;     ///< Of the maker, before the block of code that is open; 0: none is.
  bool in_heading_ = false;
  bool is_hidden_ = false;         ///< By the paragraph's style.
};

/// Stands around blocks, rows, cells or runs, and says nothing that a reader has to know.
[[nodiscard]] bool is_around(std::string_view name);

}  // namespace doc_reader
