// What the styles of a docx mean for a reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "xml.hpp"

namespace doc_reader {

/// How a run of text looks. Empty: as what is around it.
struct RunLook {
  std::optional<bool> bold, italic, strike, hidden, code;

  /// What `over` says counts more.
  void add(const RunLook& over);
};

/// What a paragraph is.
struct ParagraphLook {
  int heading_level = 0;  ///< 1 to 6; 0: it is none.
  bool is_title = false;
  bool is_code = false;
  bool is_quote = false;
  bool is_contents = false;  ///< A line of the table of contents.
  std::optional<int> indent;  ///< Of its left side, in twentieths of a point.
  std::optional<std::string> list;  ///< Id in the part "numbering"; "0" for none.
  std::optional<int> list_level;
  RunLook run;  ///< Of all its text; only `hidden` is of use.
};

class DocxStyles {
 public:
  DocxStyles() = default;
  /// @param styles the part "styles".
  explicit DocxStyles(const XmlTree& styles);

  /// With what it takes from those it is based on.
  [[nodiscard]] ParagraphLook paragraph(std::string_view id) const;
  [[nodiscard]] RunLook run(std::string_view id) const;
  /// The list that a numbering style stands for; "" for none.
  [[nodiscard]] std::string list_of(std::string_view id) const;
  [[nodiscard]] const std::string& default_paragraph() const { return default_paragraph_; }
  /// As the defaults say: "de-DE".
  [[nodiscard]] const std::string& language() const { return language_; }

 private:
  struct Style {
    std::string name, based_on;
    ParagraphLook paragraph;  ///< As it says itself.
    RunLook run;
    std::optional<int> outline_level;
    ParagraphLook whole_paragraph;
    RunLook whole_run;
  };
  [[nodiscard]] const Style* find(std::string_view id) const;
  [[nodiscard]] ParagraphLook resolve_paragraph(const Style* style) const;
  [[nodiscard]] RunLook resolve_run(const Style* style) const;

  std::map<std::string, Style, std::less<>> styles_;
  std::string default_paragraph_, language_;
};

/// w:rPr, w:pPr as they stand. Of kNoXml: nothing said.
[[nodiscard]] RunLook run_look(const XmlTree& xml, XmlId properties);
[[nodiscard]] ParagraphLook paragraph_look(const XmlTree& xml, XmlId properties);
/// 0 to 8, as w:outlineLvl says; nothing for body text.
[[nodiscard]] std::optional<int> outline_level(const XmlTree& xml, XmlId paragraph_properties);

}  // namespace doc_reader
