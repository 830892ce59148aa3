// What docx, pptx and xlsx have in common: parts with types, and relations between them
// (Open Packaging Conventions).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "tree.hpp"
#include "xml.hpp"

namespace doc_reader {

struct Relation {
  std::string type;    ///< The last part of its URI: "hyperlink", "styles".
  std::string target;  ///< Name of a part; of one that is_external, a URL.
  bool is_external = false;
};

/// By id, as in r:id="rId1".
using Relations = std::map<std::string, Relation, std::less<>>;

class Package {
 public:
  /// @error as Archive::open() and Archive::read(); invalid: no Office document.
  [[nodiscard]] static collet::Result<Package> open(std::string_view bytes, const Limits& limits);

  [[nodiscard]] Archive& archive() { return archive_; }
  [[nodiscard]] const Limits& limits() const { return archive_.limits(); }
  [[nodiscard]] const std::string& main_part() const { return main_part_; }
  /// docx, pptx or xlsx; zip for what is none of them.
  [[nodiscard]] Kind kind() const;
  /// "application/vnd...", in lower case.
  [[nodiscard]] const std::string& main_type() const { return main_type_; }

  /// None for a part without. @error as XmlTree::read().
  [[nodiscard]] collet::Result<Relations> relations_of(std::string_view part);
  /// Title, author, date, description. Nothing where they cannot be read.
  [[nodiscard]] Metadata metadata();

 private:
  explicit Package(Archive archive) : archive_(std::move(archive)) {}

  Archive archive_;
  std::string main_part_, main_type_;
};

/// What a document is of which only its tree was made: its Markdown, kind and metadata. Pictures
/// are shown of all of it only, and links into the package are none.
/// @error as to_markdown().
[[nodiscard]] collet::Result<Document> document_of(Package& package, const Tree& tree, Extent extent);

/// The target of the first relation of this type, "" for none.
[[nodiscard]] std::string_view target_of(const Relations& relations, std::string_view type);
/// nullptr for none.
[[nodiscard]] const Relation* find_relation(const Relations& relations, std::string_view id);

}  // namespace doc_reader
