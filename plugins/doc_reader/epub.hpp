// Books: chapters of XHTML in an archive.
#pragma once

#include <string>
#include <string_view>

#include "archive.hpp"
#include "document.hpp"

namespace doc_reader {

[[nodiscard]] bool is_epub(const Archive& archive);

/// The chapters in their order; one without a heading gets the one that the book's table of
/// contents has for it. @error as Archive::read(); invalid: protected by DRM; limit: those
/// of HTML, markdown_bytes_max.
[[nodiscard]] collet::Result<Document> read_epub(Archive& archive, Extent extent);

/// <a/> is a whole element in XHTML, and an open one in HTML: "<a></a>" is the same in both.
[[nodiscard]] std::string without_short_tags(std::string_view xhtml);

}  // namespace doc_reader
