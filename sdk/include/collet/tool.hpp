// collet/tool.hpp - what a tool says about itself, as a C++ struct.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collet/abi.h"

namespace collet {

/// One worked example; see collet_example.
struct ToolExample {
  std::string request;    ///< What a user asks.
  std::string task;       ///< What this tool is to do about it, one short sentence.
  std::string arguments;  ///< JSON object that fits input_schema.
  std::string result;     ///< What the tool answers.
  std::string answer;     ///< What the model then tells the user.
};

/// See collet_tool for each field. Schemas are JSON text.
struct ToolSpec {
  std::string name{};
  std::string name_space{};
  std::string title{};
  std::string description{};
  std::string input_schema = R"({"type":"object","additionalProperties":false})";
  std::string config_schema{};
  std::string output_schema{};
  std::vector<std::string> aliases{};
  std::vector<ToolExample> examples{};
  std::uint32_t effects = 0;
  std::uint32_t exposure = 0;
  bool needs_app = false;
  bool idempotent = false;
  std::optional<bool> blocking{};  ///< Default: by whether the plugin has run() or start().
  std::uint32_t timeout_ms = 0;
  std::uint32_t concurrency_max = 0;
};

/// Shows `spec` to the host. @param blocking when the spec leaves it open.
/// @return what the host says of it, see collet_tool_fn.
collet_status list_tool(const ToolSpec& spec, bool blocking, collet_tool_fn each, void* user);

}  // namespace collet
