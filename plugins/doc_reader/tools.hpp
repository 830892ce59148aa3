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

}  // namespace doc_reader
