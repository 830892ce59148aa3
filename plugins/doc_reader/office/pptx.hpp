// Presentations.
#pragma once

#include "document.hpp"
#include "office/package.hpp"

namespace doc_reader {

/// "# Slide N" before each of `pages`. @error as Package's parts; invalid: no such slide.
[[nodiscard]] collet::Result<Document> read_pptx(Package& package, Extent extent, const PageRange& pages);

}  // namespace doc_reader
