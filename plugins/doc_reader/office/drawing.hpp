// DrawingML: texts, tables, charts and diagrams of slides.
#pragma once

#include <string_view>

#include "office/package.hpp"
#include "tree_maker.hpp"

namespace doc_reader {

/// How paragraphs of a text that say nothing of it look.
enum class Bullets { none, all };

/// Depth is bounded by that of the XML, so members may call each other.
class Drawing {
 public:
  Drawing(const XmlTree& xml, const Relations& relations, Package& package, TreeMaker& maker)
      : xml_(xml), relations_(relations), package_(package), maker_(maker) {}

  /// The paragraphs of `id`, which holds a:p.
  void text(XmlId id, Bullets bullets);
  /// All of them as one line, without marks of bold.
  void line(XmlId id);
  /// a:graphic: a table, a chart or a diagram. @error as Archive::read().
  [[nodiscard]] collet::Result<void> graphic(XmlId id);

 private:
  void runs(XmlId paragraph, bool shows_bold);
  void run(XmlId id, bool shows_bold);
  void table(XmlId id);
  [[nodiscard]] collet::Result<void> chart(std::string_view part);
  [[nodiscard]] collet::Result<void> diagram(std::string_view part);

  const XmlTree& xml_;
  const Relations& relations_;
  Package& package_;
  TreeMaker& maker_;
};

}  // namespace doc_reader
