// POST /v1/chat/completions: with tools of ours the whole loop, else passed through.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "api/chat_run.hpp"
#include "api/errors.hpp"
#include "api/fields.hpp"
#include "api/handlers.hpp"
#include "api/messages.hpp"
#include "base/text.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

bool is_ours(std::string_view key) {
  constexpr std::string_view kOurs[] = {"model", "messages", "tools", "tool_choice", "stream",
                                        "stream_options", "heroku", "events", "allow_ignored_params"};
  return std::find(std::begin(kOurs), std::end(kOurs), key) != std::end(kOurs);
}

// Everything we do not read ourselves goes on to the model.
Value forwarded_options(const Value& body) {
  Members options;
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (is_ours(body.key_at(i)) || body.member_at(i).is_null()) continue;
    options.emplace_back(std::string(body.key_at(i)), body.member_at(i));
  }
  return json::object(options);
}

const std::array<std::string, 1> kExtensionFields = {"tools"};

/// A choice by name must be of a tool that is offered.
Result<void> check_choice(const Value& choice, const ToolSelection& selection) {
  const auto name = choice["function"]["name"].as_string();
  if (!name || selection.names.contains(*name)) return {};
  std::vector<std::string> names;
  for (const auto& [offered, count] : selection.names) names.push_back(offered);
  return Error{Errc::invalid, "tool_choice.function.name: \"" + base::shorten(*name, 80) + "\" is not among the tools" +
                                  (names.empty() ? "; none are offered" : ": " + base::join(names, ", "))};
}

Result<ChatRequest> prepare(Exchange& exchange, const Value& body) {
  Fields fields(body, "");
  ChatRequest chat;
  const std::string asked = fields.required_string("model");
  chat.stream = fields.boolean("stream", false);
  chat.include_usage = fields.object("stream_options")["include_usage"].as_bool().value_or(false);
  const Value extension = fields.object("heroku");
  ToolSelection selection(exchange.request.request_id);
  if (fields.error()) return *fields.error();
  auto messages = parse_messages(fields.get("messages"));
  if (!messages) return std::move(messages).error();
  auto choice = parse_tool_choice(fields.get("tool_choice"));
  if (!choice) return std::move(choice).error();
  auto model = choose_chat_model(exchange.context, asked);
  if (!model) return std::move(model).error();
  if (!extension.is_null()) Fields(extension, "heroku").warn_of_unknown(kExtensionFields, selection.warnings);
  auto added = add_tools(fields.get("tools"), "tools", exchange.context, *exchange.key, selection);
  if (added) added = add_tools(extension["tools"], "heroku.tools", exchange.context, *exchange.key, selection);
  if (!added) return std::move(added).error();
  if (auto offered = check_choice(*choice, selection); !offered) return std::move(offered).error();
  auto prepared = prepare_run(exchange.context, *exchange.key, exchange.request, std::move(model).value(),
                              std::move(messages).value(), std::move(selection), fields.get("events"));
  if (!prepared) return std::move(prepared).error();
  chat.prepared = std::move(prepared).value();
  chat.prepared.run.options = forwarded_options(body);
  chat.prepared.run.tool_choice = std::move(choice).value();
  return chat;
}

}  // namespace

asio::awaitable<void> post_chat(Exchange& exchange) {
  const Value body = co_await read_body(exchange);
  if (body.is_null()) co_return;
  auto chat = prepare(exchange, body);
  if (!chat) {
    co_await refuse(exchange, chat.error());
    co_return;
  }
  add_warnings(exchange.headers, chat->prepared.warnings);
  if (chat->prepared.run.tools.empty()) co_await pass_through(exchange, *chat);
  else if (chat->stream) co_await stream_run(exchange, *chat);
  else co_await whole_run(exchange, *chat);
}

}  // namespace collet::api
