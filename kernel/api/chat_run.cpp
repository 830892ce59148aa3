#include "api/chat_run.hpp"

#include <algorithm>
#include <utility>

#include "agent/driver.hpp"
#include "api/chat_stream.hpp"
#include "api/errors.hpp"
#include "api/sse.hpp"
#include "api/usage.hpp"
#include "llm/openai_answer.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

class PassedDeltas final : public llm::DeltaSink {
 public:
  explicit PassedDeltas(ChatStream& stream) : stream_(stream) {}
  asio::awaitable<bool> on_delta(const Value& delta) override {
    const auto written = co_await stream_.write_delta(delta);
    co_return written.ok();
  }

 private:
  ChatStream& stream_;
};

llm::TurnRequest single_turn(agent::RunRequest& run) {
  llm::TurnRequest turn;
  turn.messages = std::move(run.messages);
  turn.tools = std::move(run.client_tools);
  turn.tool_choice = run.tool_choice;
  turn.options = run.options;
  turn.deadline_ms = run.limits.run_ms_max;
  return turn;
}

/// Collects nothing but what a later answer needs.
class QuietSink final : public agent::EventSink {
 public:
  asio::awaitable<Result<void>> emit(agent::Event event) override {
    if (auto* done = std::get_if<agent::ToolCompleted>(&event)) trace_.push_back(std::move(*done));
    co_return Result<void>();
  }
  /// `"heroku":{"tool_calls":[...]}`
  [[nodiscard]] std::string trace_member() const {
    JsonWriter writer;
    writer.begin_object().key("tool_calls").begin_array();
    for (const auto& done : trace_) {
      writer.begin_object().member("id", done.call_id).member("name", done.name);
      writer.key("result").raw(done.result).end_object();
    }
    return "\"heroku\":" + writer.end_array().end_object().take();
  }

 private:
  std::vector<agent::ToolCompleted> trace_;
};

// What the caller may see of a delta: not the calls of tools that run here.
Value visible_part(const Value& delta) {
  Value visible = delta.has("tool_calls") ? json::without(delta, "tool_calls") : delta;
  const bool empty_text = visible["content"].string_or("").empty() && llm::reasoning_of(visible).empty();
  return empty_text ? Value() : visible;
}

class StreamingSink final : public agent::EventSink {
 public:
  StreamingSink(ChatStream& stream) : stream_(stream) {}

  asio::awaitable<Result<void>> emit(agent::Event event) override {
    if (const auto* piece = std::get_if<agent::TurnDelta>(&event)) {
      Value delta = visible_part(piece->delta);
      if (delta.is_null()) co_return Result<void>();
      co_return co_await write_text(std::move(delta));
    }
    if (const auto* activity = std::get_if<agent::ToolActivity>(&event)) {
      std::string frame = "event:tool\ndata:" + activity_json(stream_.envelope(), *activity) + "\n\n";
      co_return co_await stream_.write_frame(std::move(frame));
    }
    if (std::holds_alternative<agent::AssistantTurn>(event)) between_turns_ = said_something_;
    co_return Result<void>();
  }

 private:
  // Turns that speak before they call a tool would run into the next one's text.
  asio::awaitable<Result<void>> write_text(Value delta) {
    if (between_turns_ && delta["content"].is_string()) {
      delta = json::merge(delta, json::object({{"content", "\n\n" + std::string(*delta["content"].as_string())}}));
    }
    between_turns_ = false;
    said_something_ = true;
    co_return co_await stream_.write_delta(delta);
  }

  ChatStream& stream_;
  bool said_something_ = false;
  bool between_turns_ = false;
};

Value call_deltas(const std::vector<llm::ToolCall>& calls) {
  std::vector<Value> entries;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    entries.push_back(json::object(
        {{"index", static_cast<std::int64_t>(i)},
         {"id", calls[i].id},
         {"type", "function"},
         {"function", json::object({{"name", calls[i].name}, {"arguments", calls[i].arguments}})}}));
  }
  return json::object({{"tool_calls", json::array(entries)}});
}

// Of a turn that mixes the caller's functions and our tools only the former are
// the caller's to answer.
std::vector<llm::ToolCall> client_calls(const agent::RunSummary& summary,
                                        const std::vector<std::string>& client_names) {
  std::vector<llm::ToolCall> calls;
  for (const auto& call : summary.last_turn.tool_calls) {
    if (std::find(client_names.begin(), client_names.end(), call.name) != client_names.end()) {
      calls.push_back(call);
    }
  }
  return calls;
}

std::vector<std::string> names_of(const std::vector<llm::ToolSpec>& tools) {
  std::vector<std::string> names;
  for (const auto& tool : tools) names.push_back(tool.name);
  return names;
}

}  // namespace

asio::awaitable<void> pass_through(Exchange& exchange, ChatRequest& chat) {
  ChatStream stream(exchange, make_envelope(chat.prepared.model.asked));
  PassedDeltas deltas(stream);
  llm::TurnRequest request = single_turn(chat.prepared.run);
  llm::DeltaSink* listener = chat.stream ? &deltas : nullptr;
  if (chat.stream) stream.begin_when_silent();
  base::CancelToken gone = exchange.request.gone;
  const auto turn = co_await chat.prepared.model.provider->complete(std::move(request), listener, std::move(gone));
  if (!turn) {
    // Cancelled by a server that stops, there is still somebody to tell.
    const base::CancelToken& token = exchange.request.gone;
    const Error why = token.cancelled() ? token.reason() : turn.error();
    if (why.code != Errc::cancelled) co_await stream.fail(model_to_http(why));
    co_return;
  }
  charge_usage(exchange, turn->usage);
  if (chat.stream) {
    co_await stream.finish(turn->finish_reason, turn->usage, chat.include_usage);
  } else {
    std::string answer = turn->raw.is_object() ? adopt_completion_json(stream.envelope(), turn->raw)
                                               : completion_json(stream.envelope(), *turn, turn->usage);
    co_await send_json(exchange, 200, std::move(answer));
  }
}

asio::awaitable<void> whole_run(Exchange& exchange, ChatRequest& chat) {
  QuietSink sink;
  const auto names = names_of(chat.prepared.run.client_tools);
  const bool wants_trace = chat.prepared.wants_activity;
  chat.prepared.run.wants_activity = false;
  base::CancelToken gone = exchange.request.gone;
  agent::RunSummary summary = co_await agent::run(exchange.context.io, std::move(chat.prepared.run),
                                                  *chat.prepared.model.provider, sink, std::move(gone));
  charge_usage(exchange, summary.usage);
  if (summary.failed) {
    HttpError error = run_to_http(summary.error, summary.is_cap);
    // Clients of the OpenAI kind ask again by themselves; tools would run twice.
    if (summary.tool_calls > 0) exchange.headers.emplace_back("x-should-retry", "false");
    if (summary.error.code != Errc::cancelled) {
      co_await send_error(exchange.responder, std::move(error), exchange.headers);
    }
    co_return;
  }
  summary.last_turn.tool_calls = client_calls(summary, names);
  const std::string extra = wants_trace ? sink.trace_member() : std::string();
  std::string answer = completion_json(make_envelope(chat.prepared.model.asked), summary.last_turn,
                                       summary.usage, extra);
  co_await send_json(exchange, 200, std::move(answer));
}

asio::awaitable<void> stream_run(Exchange& exchange, ChatRequest& chat) {
  ChatStream stream(exchange, make_envelope(chat.prepared.model.asked));
  StreamingSink sink(stream);
  const auto names = names_of(chat.prepared.run.client_tools);
  chat.prepared.run.wants_deltas = true;
  // The loop may take long before its first text: the head goes out at once.
  Value role = json::object({{"role", "assistant"}, {"content", ""}});
  const auto begun = co_await stream.write_delta(role);
  if (!begun) co_return;
  base::CancelToken gone = exchange.request.gone;
  const agent::RunSummary summary = co_await agent::run(
      exchange.context.io, std::move(chat.prepared.run), *chat.prepared.model.provider, sink, std::move(gone));
  charge_usage(exchange, summary.usage);
  if (summary.failed) {
    if (summary.error.code != Errc::cancelled) co_await stream.fail(run_to_http(summary.error, summary.is_cap));
    co_return;
  }
  const auto calls = client_calls(summary, names);
  if (!calls.empty()) {
    const Value delta = call_deltas(calls);
    const auto written = co_await stream.write_delta(delta);
    if (!written) co_return;
  }
  co_await stream.finish(summary.last_turn.finish_reason, summary.usage, chat.include_usage);
}

}  // namespace collet::api
