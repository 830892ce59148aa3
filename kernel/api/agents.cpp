// POST /v1/agents/heroku: always a stream, one event per turn and tool call.
#include <array>
#include <utility>

#include "agent/driver.hpp"
#include "api/errors.hpp"
#include "api/fields.hpp"
#include "api/handlers.hpp"
#include "api/messages.hpp"
#include "api/run_request.hpp"
#include "api/sse.hpp"
#include "api/usage.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

const std::array<std::string, 11> kKnown = {"model", "messages", "tools", "max_tokens_per_inference_request",
                                            "stop", "temperature", "top_p", "metadata", "session_id",
                                            "events", "stream"};

bool is_stop(const Value& stop) {
  if (stop.is_null() || stop.is_string()) return true;
  bool fits = stop.is_array();
  for (std::size_t i = 0; i < stop.size(); ++i) fits = fits && stop.at(i).is_string();
  return fits;
}

Value read_options(Fields& fields) {
  Members options;
  if (const auto tokens = fields.integer("max_tokens_per_inference_request")) {
    options.emplace_back("max_tokens", *tokens);
  }
  const Value stop = fields.get("stop");
  if (!is_stop(stop)) fields.complain("stop", "expected an array of strings, got " + quoted(stop));
  else if (!stop.is_null()) options.emplace_back("stop", stop);
  if (const auto t = fields.number("temperature", 0, 2)) options.emplace_back("temperature", *t);
  if (const auto p = fields.number("top_p", 0, 1)) options.emplace_back("top_p", *p);
  return json::object(options);
}

Result<PreparedRun> prepare(Exchange& exchange, const Value& body) {
  Fields fields(body, "");
  const std::string asked = fields.required_string("model");
  const Value options = read_options(fields);
  if (fields.error()) return *fields.error();
  auto messages = parse_messages(fields.get("messages"));
  if (!messages) return std::move(messages).error();
  auto model = choose_chat_model(exchange.context, asked);
  if (!model) return std::move(model).error();
  ToolSelection selection(exchange.request.request_id);
  fields.warn_of_unknown(kKnown, selection.warnings);
  auto added = add_tools(fields.get("tools"), "tools", exchange.context, *exchange.key, selection);
  if (!added) return std::move(added).error();
  auto prepared = prepare_run(exchange.context, *exchange.key, exchange.request, std::move(model).value(),
                              std::move(messages).value(), std::move(selection), fields.get("events"));
  if (prepared) prepared->run.options = options;
  return prepared;
}

class AgentStream final : public agent::EventSink {
 public:
  AgentStream(base::Responder& responder, Envelope envelope)
      : responder_(responder), envelope_(std::move(envelope)) {}

  asio::awaitable<Result<void>> emit(agent::Event event) override {
    const std::string frame = to_frame(event);
    co_return co_await responder_.write(frame);
  }

 private:
  std::string to_frame(const agent::Event& event) const {
    if (const auto* said = std::get_if<agent::AssistantTurn>(&event)) {
      return message_frame(completion_json(envelope_, said->turn, said->turn.usage));
    }
    if (const auto* done = std::get_if<agent::ToolCompleted>(&event)) {
      return message_frame(tool_completion_json(envelope_, *done));
    }
    if (const auto* activity = std::get_if<agent::ToolActivity>(&event)) {
      return "event:tool\ndata:" + activity_json(envelope_, *activity) + "\n\n";
    }
    if (const auto* failure = std::get_if<agent::RunFailed>(&event)) {
      return error_event(run_to_http(failure->error, failure->is_cap));
    }
    return {};  // deltas are not asked for
  }

  base::Responder& responder_;
  Envelope envelope_;
};

// On its own, so that the long-lived frame of its caller does not hold all this.
asio::awaitable<Result<void>> begin_stream(Exchange& exchange, const std::vector<std::string>& warnings) {
  base::Headers headers = stream_headers(std::move(exchange.headers));
  add_warnings(headers, warnings);
  base::StreamOptions options = stream_options(exchange.context.shared.settings.limits.keepalive_ms);
  co_return co_await exchange.responder.begin(200, std::move(headers), std::move(options));
}

}  // namespace

asio::awaitable<void> post_agents(Exchange& exchange) {
  const Value body = co_await read_body(exchange);
  if (body.is_null()) co_return;
  auto prepared = prepare(exchange, body);
  if (!prepared) {
    co_await refuse(exchange, prepared.error());
    co_return;
  }
  const auto begun = co_await begin_stream(exchange, prepared->warnings);
  if (!begun) co_return;

  AgentStream sink(exchange.responder, make_envelope(prepared->model.asked));
  base::CancelToken gone = exchange.request.gone;
  const agent::RunSummary summary = co_await agent::run(
      exchange.context.io, std::move(prepared->run), *prepared->model.provider, sink, std::move(gone));
  charge_usage(exchange, summary.usage);
  const auto written = co_await exchange.responder.write(kDoneFrame);
  if (written) co_await exchange.responder.end();
}

}  // namespace collet::api
