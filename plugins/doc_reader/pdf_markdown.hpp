// Pages of a PDF as Markdown.
#pragma once

#include <string>
#include <vector>

#include "limits.hpp"
#include "pdf_layout.hpp"

namespace doc_reader {

/// "# Page N" before each page, "### Table N" before each table; larger letters are
/// headings from ## on.
/// @param first number of the first page.
[[nodiscard]] std::string pdf_markdown(const std::vector<PdfPage>& pages, std::int64_t first, const Limits& limits);

}  // namespace doc_reader
