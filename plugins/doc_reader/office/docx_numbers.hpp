// Lists and numbered headings of a docx: which numbers their paragraphs show.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "office/docx_styles.hpp"
#include "xml.hpp"

namespace doc_reader {

/// What stands in front of a paragraph.
struct ListMark {
  bool is_bullet = true;
  bool is_blank = false;         ///< Nothing stands there: the paragraph goes on with the item above.
  bool is_plain_number = false;  ///< "3." or "3)": an ordered list of Markdown says the same.
  int number = 1;
  std::string label;  ///< "3.", "2.1", "(c)"; "" for a bullet or nothing.
};

class DocxNumbers {
 public:
  DocxNumbers() = default;
  /// @param numbering the part of that name.
  DocxNumbers(const XmlTree& numbering, const DocxStyles& styles);

  [[nodiscard]] bool has(std::string_view list) const { return lists_.contains(list); }
  /// Of the left side of its paragraphs, in twentieths of a point.
  [[nodiscard]] int indent(std::string_view list, int level) const;
  /// Counts on. @param level 0 to 8.
  [[nodiscard]] ListMark next(std::string_view list, int level);
  /// The level of `list` that belongs to a style; 0 for none.
  [[nodiscard]] int level_of_style(std::string_view list, std::string_view style) const;

 private:
  static constexpr int kLevels = 9;
  struct Level {
    std::string format = "decimal", text = "-", style;
    int start = 1, indent = 0;
  };
  struct Definition {
    std::array<Level, kLevels> levels;
    std::array<int, kLevels> counts{};
    std::array<bool, kLevels> is_counting{};
  };
  struct List {
    std::string definition;
    std::map<int, int> starts;   ///< By level: where it begins anew.
    std::map<int, Level> levels; ///< That differ from the definition's.
    std::array<bool, kLevels> is_used{};
  };
  void read_definition(const XmlTree& xml, XmlId id);
  void read_list(const XmlTree& xml, XmlId id);
  [[nodiscard]] static Level read_level(const XmlTree& xml, XmlId id);
  [[nodiscard]] static std::string label_of(const List& list, const Definition& definition, int level);
  [[nodiscard]] static const Level& level_of(const List& list, const Definition& definition, int level);

  std::map<std::string, Definition, std::less<>> definitions_;
  std::map<std::string, std::string, std::less<>> style_links_;  ///< Definitions that only name a style.
  std::map<std::string, List, std::less<>> lists_;
};

}  // namespace doc_reader
