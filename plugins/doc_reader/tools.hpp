// What the tools say of themselves.
#pragma once

#include <string_view>
#include <vector>

#include "collet/tool.hpp"

namespace doc_reader {

inline constexpr std::string_view kDocReader = "doc_reader";
inline constexpr std::string_view kHtmlToMarkdown = "html_to_markdown";
inline constexpr std::string_view kPdfToMarkdown = "pdf_to_markdown";

[[nodiscard]] std::vector<collet::ToolSpec> tools();

/// The reader's input_schema with mode summary.
[[nodiscard]] std::string schema_with_summary();

}  // namespace doc_reader
