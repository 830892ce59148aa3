// A document of any kind, as Markdown with facts about it.
#pragma once

#include <string>

#include "collet/result.hpp"
#include "kind.hpp"
#include "limits.hpp"

namespace doc_reader {

/// "" where the document does not say.
struct Metadata {
  std::string title, author, date, language, site, description;
};

struct Document {
  Kind kind = Kind::text;
  std::string markdown;  ///< UTF-8; of a PDF each page begins with "# Page N".
  Metadata metadata;
  int pages = 0;         ///< Of a PDF.
  std::string note;      ///< What a reader has to know about it; "" for nothing.
};

/// How much of a page is wanted.
enum class Extent { whole, article };

/// Everything but PDF, which is read in a box. @error limit; invalid: no reader for it.
[[nodiscard]] collet::Result<Document> read_document(const Source& source, Extent extent, const Limits& limits);

}  // namespace doc_reader
