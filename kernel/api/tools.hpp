// The `tools` of a request: which tools, with which runtime_params.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agent/run.hpp"
#include "api/context.hpp"
#include "collet/result.hpp"

namespace collet::api {

struct ToolSelection {
  explicit ToolSelection(std::string id = {}) : request_id(std::move(id)) {}

  std::string request_id;  ///< For the audit line of a denial.
  std::vector<agent::RunTool> tools;
  std::vector<llm::ToolSpec> client_tools;
  std::vector<std::string> warnings;  ///< For the x-collet-warning header.
  std::map<std::string, int, std::less<>> names;  ///< Offered to the model; how often asked for.
};

/// Adds the entries of a `tools` array. Everything wrong with them is found here,
/// before any model is asked. @param path how errors call the array.
/// @error invalid (also more than limits.tools_per_request_max); denied: this key
/// or app may not use the tool.
[[nodiscard]] Result<void> add_tools(const Value& tools, const std::string& path,
                                     const Context& context, const config::KeySettings& key,
                                     ToolSelection& selection);
/// Adds one tool by name and runtime_params.
[[nodiscard]] Result<void> add_tool(std::string_view name, const Value& runtime_params,
                                    std::string_view description, const std::string& path,
                                    const Context& context, const config::KeySettings& key,
                                    ToolSelection& selection);
/// The same of a tool or command that was looked up already. @param name as it was asked for.
[[nodiscard]] Result<void> add_found(const plugin::ToolPtr& found, std::string_view name, const Value& runtime_params,
                                     std::string_view description, const std::string& path, const Context& context,
                                     const config::KeySettings& key, ToolSelection& selection);

}  // namespace collet::api
