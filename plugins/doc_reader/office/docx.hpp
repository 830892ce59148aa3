// Word documents.
#pragma once

#include "document.hpp"
#include "office/package.hpp"

namespace doc_reader {

/// @error as Package's parts; limit: markdown_bytes_max.
[[nodiscard]] collet::Result<Document> read_docx(Package& package, Extent extent);

}  // namespace doc_reader
