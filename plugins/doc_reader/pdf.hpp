// PDFs are read by programs of the system, in a box.
#pragma once

#include <optional>

#include "collet/call.hpp"
#include "document.hpp"
#include "request.hpp"

namespace doc_reader {

/// May block. @error invalid: encrypted, damaged, without text, no such page; limit,
/// naming it; what the host says of a run.
[[nodiscard]] collet::Result<Document> read_pdf(const collet::Call& call, const Source& source, const PageRange& pages, const Limits& limits);

/// What to run for it.
[[nodiscard]] collet::ExecRequest pdf_run(const Source& source, const PageRange& pages, std::int64_t remaining_ms, const Limits& limits);
/// What came of it.
[[nodiscard]] collet::Result<Document> pdf_document(const collet::ExecResult& run, const PageRange& pages, const Limits& limits);

}  // namespace doc_reader
