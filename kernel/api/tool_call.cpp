// POST /v1/tools/call: one tool, no model. POST /v1/commands/call: one command of a plugin.
// Extensions, used by the command line.
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "agent/audit.hpp"
#include "agent/inbox.hpp"
#include "agent/tool_result.hpp"
#include "api/fields.hpp"
#include "api/handlers.hpp"
#include "api/run_request.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "collet/schema.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

const std::vector<std::string> kToolFields = {"name", "arguments", "runtime_params"};
const std::vector<std::string> kCommandFields = {"name", "instance", "arguments", "runtime_params"};

struct SingleCall {
  agent::RunTool tool;
  std::string arguments;
  std::vector<std::string> warnings;
};

enum class Kind { tool, command };

Result<plugin::ToolPtr> find(const Exchange& exchange, Kind kind, std::string_view name, std::string_view instance) {
  const auto snapshot = exchange.context.shared.tools();
  auto found = kind == Kind::tool ? snapshot->find(name) : snapshot->find_command(name, instance);
  if (found) return found;
  return Error{Errc::invalid, (kind == Kind::tool ? "tool.name: " : "command.name: ") + found.error().message};
}

Result<SingleCall> prepare(Exchange& exchange, const Value& body, Kind kind) {
  Fields fields(body, "");
  const auto& known = kind == Kind::tool ? kToolFields : kCommandFields;
  const std::string name = fields.required_string("name");
  const std::string instance = kind == Kind::tool ? std::string() : fields.string("instance");
  const std::string unknown = fields.unknown(known);
  if (!unknown.empty()) fields.complain(unknown, "is unknown; expected " + base::join(known, ", "));
  Value arguments = fields.object("arguments");
  if (fields.error()) return *fields.error();
  const auto found = find(exchange, kind, name, instance);
  if (!found) return found.error();
  ToolSelection selection(exchange.request.request_id);
  auto added = add_found(*found, name, fields.get("runtime_params"), "", kind == Kind::tool ? "tool" : "command", exchange.context,
                         *exchange.key, selection);
  if (!added) return std::move(added).error();
  SingleCall call;
  call.tool = std::move(selection.tools.front());
  call.warnings = std::move(selection.warnings);
  if (arguments.is_null()) arguments = json::object(Members{});
  const auto complete = plugin::complete_arguments(call.tool.offer, arguments);
  if (!complete) return Error{complete.error().code, "arguments: " + complete.error().message};
  call.arguments = complete->dump();
  return call;
}

plugin::CallFacts facts_of(const Exchange& exchange, const agent::RunTool& tool) {
  plugin::CallFacts facts;
  facts.request_id = exchange.request.request_id;
  facts.call_id = base::make_call_id();
  facts.caller = exchange.key->id;
  facts.tool_name = tool.asked_name;
  facts.app = tool.app;
  facts.size = tool.size;
  facts.tool_params = tool.offer.tool_params;
  facts.timeout_ms = tool.ttl_ms;
  facts.output_bytes_max = static_cast<std::uint64_t>(exchange.context.shared.settings.limits.call_output_bytes_max);
  return facts;
}

using Outcomes = agent::Inbox<plugin::CallOutcome>;

asio::awaitable<void> call_one(Exchange& exchange, Kind kind) {
  const Value body = co_await read_body(exchange);
  if (body.is_null()) co_return;
  auto call = prepare(exchange, body, kind);
  if (!call) {
    co_await refuse(exchange, call.error());
    co_return;
  }
  auto outcomes = std::make_shared<Outcomes>(exchange.context.io);
  plugin::CallEvents events;
  events.done = [outcomes](plugin::CallOutcome outcome) { outcomes->push(std::move(outcome)); };
  plugin::CallFacts facts = facts_of(exchange, call->tool);
  const std::string call_id = facts.call_id;
  const auto running = plugin::start_call(exchange.context.io, call->tool.offer.tool, std::move(facts),
                                          call->arguments, std::move(events));
  const auto stop = exchange.request.gone.on_cancel(
      [running, gone = exchange.request.gone] { running->cancel(gone.reason()); });
  const plugin::CallOutcome outcome = co_await outcomes->pop();
  agent::audit_call({exchange.request.request_id, call_id, exchange.key->id,
                     call->tool.offer.tool->info.full_name(), call->tool.asked_name, call->tool.app,
                     call->tool.size, call->arguments},
                    outcome);
  const Value duration = json::object({{"duration_ms", static_cast<double>(outcome.duration_us) / 1000.0}});
  auto result = Value::parse(agent::to_call_tool_result(outcome));
  std::string answer = json::merge(result.value_or(json::object(Members{})), duration).dump();
  add_warnings(exchange.headers, call->warnings);
  co_await send_json(exchange, 200, std::move(answer));
}

}  // namespace

asio::awaitable<void> post_tool_call(Exchange& exchange) { co_await call_one(exchange, Kind::tool); }

asio::awaitable<void> post_command_call(Exchange& exchange) { co_await call_one(exchange, Kind::command); }

}  // namespace collet::api
