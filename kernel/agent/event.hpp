// What a run tells whoever listens. The wire form is the api's business.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "collet/json.hpp"
#include "collet/result.hpp"
#include "llm/provider.hpp"

namespace collet::agent {

/// A piece of the assistant turn that is being written. Only in runs that asked
/// for deltas.
struct TurnDelta {
  Value delta;
};

/// One complete assistant turn.
struct AssistantTurn {
  llm::ModelTurn turn;
};

/// One finished tool call, in call order.
struct ToolCompleted {
  std::string call_id;
  std::string name;    ///< As offered to the model.
  std::string result;  ///< JSON text of an MCP CallToolResult.
  bool is_error = false;
};

/// Something happened to a call; for callers who want to watch.
struct ToolActivity {
  std::string_view kind;  ///< queued, started, output, progress, finished, denied.
  std::string call_id;
  std::string name;
  std::int64_t elapsed_ms = 0;  ///< Since the call was queued.
  std::string text;             ///< Output piece, progress text, reason.
  std::string_view stream;      ///< stdout or stderr, for kind output.
  double done = 0;              ///< For kind progress; 0: unknown.
  double total = 0;
};

/// The run ended before its goal: a cap, the model, the upstream.
struct RunFailed {
  Error error;
  bool is_cap = false;  ///< A limit of the run: to ask again would end the same way.
};

using Event = std::variant<TurnDelta, AssistantTurn, ToolCompleted, ToolActivity, RunFailed>;

/// [request-thread] One emitter at a time; waits while the listener is slow.
class EventSink {
 public:
  virtual ~EventSink() = default;
  /// @error closed, timeout: nobody listens any more; the run is given up.
  virtual boost::asio::awaitable<Result<void>> emit(Event event) = 0;
};

}  // namespace collet::agent
