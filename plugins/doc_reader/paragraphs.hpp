// Where the paragraphs of a page are, and how much of them each part holds.
#pragma once

#include <cstdint>
#include <vector>

#include "tree.hpp"

namespace doc_reader {

inline constexpr double kLinkShareMax = 0.5;  ///< Of a paragraph's characters.

struct Measure {
  std::uint32_t chars = 0;       ///< Of text, without white space.
  std::uint32_t link_chars = 0;  ///< Of those, in links.
  std::uint32_t good = 0;        ///< Of those, in paragraphs, as count() has it.
  [[nodiscard]] double link_share() const { return chars == 0 ? 0 : static_cast<double>(link_chars) / chars; }
};

/// Views the tree, which must outlive it.
class Paragraphs {
 public:
  explicit Paragraphs(const Tree& tree);

  [[nodiscard]] const Measure& operator[](NodeId id) const { return measures_[id]; }
  /// By its length or its end, and by what of it is links.
  [[nodiscard]] bool is_paragraph(NodeId id) const;
  /// Counts `good` anew for all in `body`. @param around for each node: nothing in it counts.
  void count(NodeId body, const std::vector<bool>& around);

 private:
  [[nodiscard]] bool ends_sentence(NodeId id) const;
  [[nodiscard]] std::uint32_t loose_text(NodeId id) const;

  const Tree& tree_;
  std::vector<Measure> measures_;
};

}  // namespace doc_reader
