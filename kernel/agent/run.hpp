// What a run is asked to do, and how it went.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collet/json.hpp"
#include "llm/provider.hpp"
#include "plugin/invoke.hpp"
#include "policy/decide.hpp"

namespace collet::agent {

/// A server-side tool as this run may use it.
struct RunTool {
  plugin::Offer offer;
  std::string asked_name;  ///< As the request wrote it.
  int calls_max = 3;
  std::int64_t ttl_ms = 120'000;
  std::string app;   ///< "": none.
  std::string size;  ///< Entry of `sizes:`.
  std::vector<std::string> app_tools = {"*"};  ///< The app's allow-list.
};

struct RunLimits {
  int turns_max = 24;
  int tool_calls_max = 64;
  int parallel_calls_max = 8;
  std::int64_t run_ms_max = 900'000;
  std::uint64_t run_output_bytes_max = 8u << 20;
  std::uint64_t call_output_bytes_max = 1u << 20;
  std::uint64_t arguments_bytes_max = 1u << 20;
  std::uint64_t picture_bytes_max = 0;  ///< Of tools' pictures that the model sees at once; 0: it sees none.
};

struct RunRequest {
  std::string request_id;
  policy::Caller caller;
  std::string model;  ///< Its id, for tools that need one themselves.
  std::vector<llm::Message> messages;
  std::vector<RunTool> tools;
  std::vector<llm::ToolSpec> client_tools;  ///< Run by the caller, not by us.
  Value tool_choice;
  Value options;  ///< Further members of the upstream body.
  bool wants_deltas = false;
  bool wants_activity = false;
  RunLimits limits;
};

struct RunSummary {
  llm::ModelTurn last_turn;
  llm::Usage usage;  ///< Of all turns.
  int turns = 0;
  int tool_calls = 0;
  bool failed = false;
  Error error;  ///< When failed.
  bool is_cap = false;  ///< It failed by a limit of the run.
};

}  // namespace collet::agent
