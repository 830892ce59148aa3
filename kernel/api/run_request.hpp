// From a parsed body to a run, for both endpoints that can run tools.
#pragma once

#include <string>
#include <vector>

#include "agent/run.hpp"
#include "api/models.hpp"
#include "api/tools.hpp"
#include "base/http_server.hpp"

namespace collet::api {

/// A request that passed every check.
struct PreparedRun {
  ModelChoice model;
  agent::RunRequest run;
  std::vector<std::string> warnings;
  bool wants_activity = false;
};

/// Starts a run from what the endpoint has read: fills caller, limits, the
/// preset's instructions and tools. @param events the `events` member.
[[nodiscard]] Result<PreparedRun> prepare_run(const Context& context, const config::KeySettings& key,
                                              const base::InboundRequest& request, ModelChoice model,
                                              std::vector<llm::Message> messages, ToolSelection tools,
                                              const Value& events);

/// The x-collet-warning header, if there is something to warn of.
void add_warnings(base::Headers& headers, const std::vector<std::string>& warnings);

}  // namespace collet::api
