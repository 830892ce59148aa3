// One model turn, whatever the vendor.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/cancel.hpp"
#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet::llm {

struct ToolCall {
  std::string id;         ///< As the model gave it, or made by us; unique in the run.
  std::string name;       ///< As offered in TurnRequest::tools.
  std::string arguments;  ///< JSON text of an object (repaired where possible).
};

struct Message {
  std::string role;  ///< system, user, assistant, tool.
  Value content;     ///< String, or an array of parts; null on a bare tool turn.
  std::vector<ToolCall> tool_calls;  ///< assistant only
  std::string tool_call_id;          ///< tool only
  std::string name;
  bool is_error = false;  ///< tool only: the call failed.
  bool is_empty = false;  ///< tool only: ran well, said nothing.
};

struct Example {
  std::string request, task, arguments, result, answer;
};

struct ToolSpec {
  std::string name;
  std::string description;
  Value parameters;  ///< JSON Schema object.
  std::vector<Example> examples;
  Value function = {};  ///< A caller's own object, sent as it is but for the name; null: made of the above.
};

struct TurnRequest {
  std::vector<Message> messages;
  std::vector<ToolSpec> tools;
  Value tool_choice;  ///< null, "auto", "none", "required", {type:function,...}.
  Value options;  ///< Object; further members of the upstream body (temperature, stop, ...).
  std::int64_t deadline_ms = 0;  ///< Whole turn, retries included; 0: none.
  /// A slot that lives as long as the run, where a provider may keep state between
  /// the turns of that run; null: each turn stands alone.
  std::shared_ptr<void>* memory = nullptr;
};

struct Usage {
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::int64_t total_tokens = 0;
};

struct ModelTurn {
  std::string content;
  std::string reasoning;
  std::vector<ToolCall> tool_calls;
  std::string finish_reason;  ///< stop, length, tool_calls, content_filter.
  Usage usage;
  Value raw;  ///< The upstream's answer body when it was not streamed; else null.
};

/// Receives pieces of a turn as they come. The provider reads no further from
/// upstream until the awaitable is done: that is the back-pressure.
class DeltaSink {
 public:
  virtual ~DeltaSink() = default;
  /// @param delta the `delta` object of an OpenAI chunk: role, content,
  /// tool_calls with index, reasoning; unknown members included.
  /// @return false: stop, nobody listens; complete() then ends with `cancelled`.
  virtual boost::asio::awaitable<bool> on_delta(const Value& delta) = 0;
};

/// [request-thread] One instance per model and I/O thread.
class Provider {
 public:
  virtual ~Provider() = default;
  /// Asks for one turn. @param deltas null: the answer comes whole.
  /// Retries with backoff (Retry-After honoured) only before the first byte.
  /// @error invalid (upstream 400/422), denied (401/403), not_found (404), limit
  /// (429), unavailable, timeout, cancelled; the message carries the upstream's.
  virtual boost::asio::awaitable<Result<ModelTurn>> complete(TurnRequest request, DeltaSink* deltas,
                                                             base::CancelToken cancel) = 0;
  /// Forwards a body of POST /v1/embeddings; answers the upstream's body.
  virtual boost::asio::awaitable<Result<Value>> embed(Value body, base::CancelToken cancel) = 0;
};

}  // namespace collet::llm
