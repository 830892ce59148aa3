// The outcome of a call in the forms that model, wire and later turns take.
#pragma once

#include "agent/machine.hpp"
#include "plugin/invoke.hpp"

namespace collet::agent {

/// @param index StartCall::index.
/// @param picture_bytes_max RunLimits::picture_bytes_max.
[[nodiscard]] CallEnded to_call_ended(std::size_t index, const plugin::Tool& tool, const plugin::CallOutcome& outcome,
                                      std::uint64_t picture_bytes_max);

/// The pictures among what a tool returned; without a URL what is larger or of a kind that
/// not every model server takes.
[[nodiscard]] std::vector<Picture> pictures_of(const plugin::CallOutcome& outcome, std::uint64_t bytes_max);

/// The MCP CallToolResult of an outcome as JSON text.
[[nodiscard]] std::string to_call_tool_result(const plugin::CallOutcome& outcome);

}  // namespace collet::agent
