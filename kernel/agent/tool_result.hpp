// The outcome of a call in the forms that model, wire and later turns take.
#pragma once

#include "agent/machine.hpp"
#include "plugin/invoke.hpp"

namespace collet::agent {

/// @param index StartCall::index.
[[nodiscard]] CallEnded to_call_ended(std::size_t index, const plugin::Tool& tool,
                                      const plugin::CallOutcome& outcome);

/// The MCP CallToolResult of an outcome as JSON text.
[[nodiscard]] std::string to_call_tool_result(const plugin::CallOutcome& outcome);

}  // namespace collet::agent
