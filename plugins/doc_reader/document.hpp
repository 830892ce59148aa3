// A document of any kind, as Markdown with facts about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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
  std::string markdown;  ///< UTF-8; with a page_word() each page begins with "# Page N".
  Metadata metadata;
  int pages = 0;         ///< Of a PDF; slides of a pptx.
  std::string note;      ///< What a reader has to know about it; "" for nothing.
};

/// How much of a page is wanted.
enum class Extent { whole, article };

/// First and last page, from 1 on.
struct PageRange {
  std::int64_t first = 1;
  std::int64_t last = 0;  ///< 0: to the end.
  [[nodiscard]] bool holds(std::int64_t page) const { return page >= first && (last == 0 || page <= last); }
};

/// What a document of this kind calls its pages, "" when it has none.
[[nodiscard]] std::string_view page_word(Kind kind);

/// Everything but PDF, which is read in a box. @error limit; invalid: no reader for it, no
/// such page.
[[nodiscard]] collet::Result<Document> read_document(const Source& source, Extent extent, const Limits& limits, const PageRange& pages = {});

}  // namespace doc_reader
