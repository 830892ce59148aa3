#include "office/pptx.hpp"

#include <algorithm>
#include <utility>

#include "metadata.hpp"
#include "office/drawing.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

/// What a shape is for: "title", "body", ...; "" for one that is no placeholder.
std::string_view place_of(const XmlTree& xml, XmlId shape) {
  const XmlId place = xml.descend(shape, {"p:nvSpPr", "p:nvPr", "p:ph"});
  if (place == kNoXml) return {};
  const auto type = xml.attribute(place, "type");
  return type.empty() ? "obj" : type;
}

bool is_title(std::string_view place) { return place == "title" || place == "ctrTitle"; }

class Slide {
 public:
  Slide(const XmlTree& xml, const Relations& relations, Package& package, TreeMaker& maker)
      : xml_(xml), maker_(maker), drawing_(xml, relations, package, maker) {}

  Result<void> write() {
    const XmlId shapes = xml_.descend(0, {"p:cSld", "p:spTree"});
    title(shapes);
    return write_shapes(shapes);
  }
  /// The text of the notes on a slide.
  void write_notes() {
    for (const XmlId shape : xml_.children(xml_.descend(0, {"p:cSld", "p:spTree"}))) {
      const XmlId body = xml_.child(shape, "p:txBody");
      if (place_of(xml_, shape) != "body" || xml_.text(body).empty()) continue;
      maker_.element(Tag::h3, "Notes");
      drawing_.text(body, Bullets::none);
    }
  }

 private:
  /// It comes first, wherever it stands.
  void title(XmlId shapes) {
    for (const XmlId shape : xml_.children(shapes)) {
      if (!is_title(place_of(xml_, shape)) || is_hidden(xml_.child(shape, "p:nvSpPr"))) continue;
      maker_.open(Tag::h2);
      drawing_.line(xml_.child(shape, "p:txBody"));
      maker_.close();
    }
  }

  [[nodiscard]] bool is_hidden(XmlId properties) const { return xml_is_on(xml_.child_attribute(properties, "p:cNvPr", "hidden")); }

  Result<void> write_shapes(XmlId shapes) {
    for (const XmlId shape : xml_.children(shapes)) {
      if (auto written = write_shape(shape); !written) return written;
    }
    return {};
  }

  Result<void> write_shape(XmlId shape) {
    const auto name = xml_.name(shape);
    if (name == "mc:AlternateContent") return write_shapes(xml_.chosen(shape));
    if (name == "p:grpSp") return is_hidden(xml_.child(shape, "p:nvGrpSpPr")) ? Result<void>() : write_shapes(shape);
    if (name == "p:graphicFrame" && !is_hidden(xml_.child(shape, "p:nvGraphicFramePr"))) return drawing_.graphic(xml_.child(shape, "a:graphic"));
    if (name == "p:pic" && !is_hidden(xml_.child(shape, "p:nvPicPr"))) picture(xml_.child_attribute(xml_.child(shape, "p:nvPicPr"), "p:cNvPr", "descr"));
    if (name == "p:sp" && !is_hidden(xml_.child(shape, "p:nvSpPr"))) text_of(shape);
    return {};
  }

  void text_of(XmlId shape) {
    const auto place = place_of(xml_, shape);
    if (is_title(place) || place == "dt" || place == "ftr" || place == "sldNum" || place == "hdr") return;
    drawing_.text(xml_.child(shape, "p:txBody"), place == "body" || place == "obj" ? Bullets::all : Bullets::none);
  }

  void picture(std::string_view alt) {
    if (alt.empty()) return;
    maker_.open(Tag::p);
    maker_.open(Tag::img);
    maker_.attribute("alt", alt);
    maker_.close();
    maker_.close();
  }

  const XmlTree& xml_;
  TreeMaker& maker_;
  Drawing drawing_;
};

Result<void> write_notes(Package& package, const Relations& relations, TreeMaker& maker) {
  const auto part = target_of(relations, "notesSlide");
  if (part.empty() || !package.archive().has(part)) return {};
  const auto xml = XmlTree::read(package.archive(), part);
  if (!xml) return xml.error();
  const auto own_relations = package.relations_of(part);
  if (!own_relations) return own_relations.error();
  Slide(*xml, *own_relations, package, maker).write_notes();
  return {};
}

/// @return whether it is hidden.
Result<bool> write_slide(Package& package, std::string_view part, std::int64_t number, Extent extent, TreeMaker& maker) {
  const auto xml = XmlTree::read(package.archive(), part);
  if (!xml) return xml.error();
  const bool is_hidden = xml->attribute(0, "show") == "0" || xml->attribute(0, "show") == "false";
  maker.element(Tag::h1, "Slide " + std::to_string(number) + (is_hidden ? " (hidden)" : ""));
  if (is_hidden && extent == Extent::article) return true;
  const auto relations = package.relations_of(part);
  if (!relations) return relations.error();
  if (const auto written = Slide(*xml, *relations, package, maker).write(); !written) return written.error();
  if (const auto written = write_notes(package, *relations, maker); !written) return written.error();
  return is_hidden;
}

/// Parts of the slides in their order.
Result<std::vector<std::string>> slides_of(Package& package) {
  const auto xml = XmlTree::read(package.archive(), package.main_part());
  if (!xml) return xml.error();
  const auto relations = package.relations_of(package.main_part());
  if (!relations) return relations.error();
  std::vector<std::string> out;
  for (const XmlId id : xml->children(xml->child(0, "p:sldIdLst"))) {
    const Relation* relation = find_relation(*relations, xml->attribute(id, "r:id"));
    if (relation && !relation->is_external) out.push_back(relation->target);
  }
  return out;
}

}  // namespace

Result<Document> read_pptx(Package& package, Extent extent, const PageRange& pages) {
  const auto slides = slides_of(package);
  if (!slides) return slides.error();
  const auto count = static_cast<std::int64_t>(slides->size());
  if (pages.first > std::max<std::int64_t>(count, 1)) {
    return Error{Errc::invalid, "/pages: the presentation has " + std::to_string(count) + " slides, got " + std::to_string(pages.first)};
  }
  TreeMaker maker(package.limits());
  int hidden = 0;
  for (std::int64_t number = 1; number <= count; ++number) {
    if (!pages.holds(number)) continue;
    const auto is_hidden = write_slide(package, (*slides)[static_cast<std::size_t>(number - 1)], number, extent, maker);
    if (!is_hidden) return is_hidden.error();
    hidden += *is_hidden;
  }
  const auto tree = maker.finish();
  if (!tree) return tree.error();
  auto out = document_of(package, *tree, extent);
  if (!out) return out.error();
  out->pages = static_cast<int>(count);
  if (out->metadata.title.empty()) out->metadata.title = first_heading(*tree, Tag::h2);
  if (hidden > 0 && extent == Extent::article) out->note = "hidden slides are left out (" + std::to_string(hidden) + "); mode full shows them";
  return out;
}

}  // namespace doc_reader
