// What a tool said, cut out of its wire form.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::cli {

struct ResultView {
  bool is_error = false;
  std::optional<std::int64_t> returncode;  ///< Of tools that run a program.
  std::string status;                      ///< "timeout", "oom", ...; "" when ok.
  std::string stdout_text;
  std::string stderr_text;
  std::string text;  ///< All other content; the value of a last expression.
};

/// @param content the `content` array of an MCP CallToolResult.
[[nodiscard]] ResultView view_result(const Value& content, bool is_error);
/// @param text of a tool.completion: "Tool '...' returned result: {...}".
[[nodiscard]] ResultView view_completion(std::string_view text);

}  // namespace collet::cli
