#include "office/docx.hpp"

#include <algorithm>
#include <utility>

#include "metadata.hpp"
#include "office/docx_story.hpp"

namespace doc_reader {

using collet::Result;

namespace {

/// A part that the main one names. Without it there is nothing to read in it.
Result<XmlTree> related_part(Package& package, const Relations& relations, std::string_view type) {
  const auto target = target_of(relations, type);
  if (target.empty() || !package.archive().has(target)) return XmlTree::parse("<none/>", type, package.archive());
  return XmlTree::read(package.archive(), target);
}

/// Behind the text, in the order of their marks.
Result<void> write_notes(Package& package, const Relations& relations, DocxContext& context, TreeMaker& maker) {
  for (const std::string_view type : {"footnotes", "endnotes"}) {
    const bool has_any = std::ranges::any_of(context.notes, [&](const auto& note) { return note.first.first == type; });
    if (!has_any) continue;
    const auto xml = related_part(package, relations, type);
    if (!xml) return xml.error();
    const auto own_relations = package.relations_of(target_of(relations, type));
    if (!own_relations) return own_relations.error();
    // Notes may have marks of notes, too; those find no place.
    const auto notes = context.notes;
    for (const XmlId id : xml->children(0)) {
      const auto mark = notes.find({std::string(type), std::string(xml->attribute(id, "w:id"))});
      if (mark == notes.end()) continue;
      DocxStory(*xml, *own_relations, context, maker).note(id, "[^" + std::to_string(mark->second) + "]: ");
    }
    context.notes = notes;
  }
  return {};
}

}  // namespace

Result<Document> read_docx(Package& package, Extent extent) {
  const auto xml = XmlTree::read(package.archive(), package.main_part());
  if (!xml) return xml.error();
  const auto relations = package.relations_of(package.main_part());
  if (!relations) return relations.error();
  const auto styles = related_part(package, *relations, "styles");
  if (!styles) return styles.error();
  const auto numbering = related_part(package, *relations, "numbering");
  if (!numbering) return numbering.error();
  DocxContext context{package, DocxStyles(*styles), {}, extent, {}, {}};
  context.numbers = DocxNumbers(*numbering, context.styles);
  TreeMaker maker(package.limits());
  DocxStory(*xml, *relations, context, maker).blocks(xml->child(0, "w:body"));
  if (const auto notes = write_notes(package, *relations, context, maker); !notes) return notes.error();
  if (!context.failure) return context.failure.error();
  const auto tree = maker.finish();
  if (!tree) return tree.error();
  auto out = document_of(package, *tree, extent);
  if (!out) return out.error();
  if (out->metadata.title.empty()) out->metadata.title = first_heading(*tree, Tag::h1);
  if (out->metadata.language.empty()) out->metadata.language = context.styles.language();
  return out;
}

}  // namespace doc_reader
