// Workbooks.
#pragma once

#include "document.hpp"
#include "office/package.hpp"

namespace doc_reader {

/// "## NAME" before each sheet's table. @error as Package's parts.
[[nodiscard]] collet::Result<Document> read_xlsx(Package& package, Extent extent);

}  // namespace doc_reader
