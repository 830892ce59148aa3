#include "office/package.hpp"

#include <utility>

#include "markdown.hpp"
#include "words.hpp"
#include "xml_names.hpp"

namespace doc_reader {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::string_view kTypesPart = "[Content_Types].xml";

std::string relations_part(std::string_view part) {
  const auto slash = part.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view() : part.substr(0, slash + 1);
  return std::string(folder) + "_rels/" + std::string(part.substr(folder.size())) + ".rels";
}

std::string type_of(const XmlTree& types, std::string_view part) {
  std::string_view by_extension;
  const auto extension = part.substr(part.rfind('.') + 1);
  for (const XmlId entry : types.children(0)) {
    auto name = types.attribute(entry, "PartName");
    if (name.starts_with('/')) name.remove_prefix(1);
    if (types.name(entry) == "ct:Override" && equals(name, part)) return lower(types.attribute(entry, "ContentType"));
    if (types.name(entry) == "ct:Default" && equals(types.attribute(entry, "Extension"), extension)) by_extension = types.attribute(entry, "ContentType");
  }
  return lower(by_extension);
}

}  // namespace

Result<Document> document_of(Package& package, const Tree& tree, Extent extent) {
  MarkdownOptions options;
  options.absolute_links_only = true;
  options.shows_images = extent == Extent::whole;
  auto markdown = to_markdown(tree, options, package.limits());
  if (!markdown) return markdown.error();
  Document out;
  out.kind = package.kind();
  out.markdown = *std::move(markdown);
  out.metadata = package.metadata();
  return out;
}

std::string_view target_of(const Relations& relations, std::string_view type) {
  for (const auto& [id, relation] : relations) {
    if (relation.type == type && !relation.is_external) return relation.target;
  }
  return {};
}

const Relation* find_relation(const Relations& relations, std::string_view id) {
  const auto found = relations.find(id);
  return found == relations.end() ? nullptr : &found->second;
}

Result<Package> Package::open(std::string_view bytes, const Limits& limits) {
  auto archive = Archive::open(bytes, limits);
  if (!archive) return archive.error();
  if (!archive->has(kTypesPart)) return Error{Errc::invalid, "the ZIP archive is no Office document: it has no " + std::string(kTypesPart)};
  Package package(*std::move(archive));
  const auto types = XmlTree::read(package.archive_, kTypesPart);
  if (!types) return types.error();
  const auto relations = package.relations_of("");
  if (!relations) return relations.error();
  package.main_part_ = target_of(*relations, "officeDocument");
  package.main_type_ = type_of(*types, package.main_part_);
  return package;
}

Kind Package::kind() const {
  const auto is = [this](std::string_view word) { return main_type_.find(word) != std::string::npos; };
  if (is(".binary.")) return Kind::zip;
  if (is("wordprocessingml") || is("ms-word")) return Kind::docx;
  if (is("presentationml") || is("ms-powerpoint")) return Kind::pptx;
  if (is("spreadsheetml") || is("ms-excel")) return Kind::xlsx;
  return Kind::zip;
}

Result<Relations> Package::relations_of(std::string_view part) {
  Relations out;
  const std::string name = relations_part(part);
  if (!archive_.has(name)) return out;
  const auto xml = XmlTree::read(archive_, name);
  if (!xml) return xml.error();
  for (const XmlId entry : xml->children(0)) {
    if (xml->name(entry) != "rel:Relationship") continue;
    const bool is_external = xml->attribute(entry, "TargetMode") == "External";
    const auto target = xml->attribute(entry, "Target");
    out.emplace(std::string(xml->attribute(entry, "Id")), Relation{std::string(last_part(xml->attribute(entry, "Type"))),
                                                                   is_external ? std::string(target) : entry_name(part, target), is_external});
  }
  return out;
}

Metadata Package::metadata() {
  Metadata out;
  const auto relations = relations_of("");
  if (!relations) return out;
  // ".../core-properties" in all editions.
  const auto xml = XmlTree::read(archive_, target_of(*relations, "core-properties"));
  if (!xml) return out;
  const auto text = [&](std::string_view name) { return collapsed(xml->text(xml->child(0, name))); };
  out.title = text("dc:title");
  out.author = text("dc:creator");
  out.date = text("dcterms:created");
  if (out.date.empty()) out.date = text("dcterms:modified");
  out.language = text("dc:language");
  out.description = text("dc:description");
  return out;
}

}  // namespace doc_reader
