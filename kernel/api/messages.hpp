// The `messages` and sampling members of a request body.
#pragma once

#include <string>
#include <vector>

#include "api/fields.hpp"
#include "collet/result.hpp"
#include "llm/provider.hpp"

namespace collet::api {

/// @param messages the `messages` member. @error invalid, with the path.
[[nodiscard]] Result<std::vector<llm::Message>> parse_messages(const Value& messages);

/// A caller's own tool: {"type":"function","function":{name,description,parameters}}.
[[nodiscard]] Result<llm::ToolSpec> parse_function_tool(const Value& tool, const std::string& path);

/// Checks `tool_choice`: "none", "auto", "required" or a named function.
[[nodiscard]] Result<Value> parse_tool_choice(const Value& choice);

}  // namespace collet::api
