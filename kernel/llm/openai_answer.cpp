#include "llm/openai_answer.hpp"

#include <utility>

#include "base/ids.hpp"
#include "llm/args_repair.hpp"

namespace collet::llm {

namespace {

constexpr std::size_t kCallsMax = 128;
constexpr std::size_t kArgumentsMax = 4u << 20;

/// Some servers send arguments as an object instead of its text.
std::string arguments_text(const Value& arguments) {
  if (const auto text = arguments.as_string()) return std::string(*text);
  return arguments.is_null() ? std::string() : arguments.dump();
}

/// The call as the sink shall see it: our index, id and name.
Value rewritten(const Value& call, std::size_t slot, const std::string& id, std::string_view name) {
  Members members{{"index", static_cast<std::int64_t>(slot)}};
  if (!id.empty()) members.emplace_back("id", id);
  if (!id.empty()) members.emplace_back("type", "function");
  Members function;
  if (!name.empty()) function.emplace_back("name", name);
  function.emplace_back("arguments", arguments_text(call["function"]["arguments"]));
  members.emplace_back("function", json::object(function));
  return json::merge(call, json::object(members));
}

}  // namespace

std::string text_of_content(const Value& content) {
  if (const auto text = content.as_string()) return std::string(*text);
  std::string out;
  for (std::size_t i = 0; content.is_array() && i < content.size(); ++i) {
    out += content.at(i)["text"].string_or("");
  }
  return out;
}

std::string_view reasoning_of(const Value& message) {
  const std::string_view text = message["reasoning_content"].string_or("");
  if (!text.empty()) return text;
  const Value reasoning = message["reasoning"];
  return reasoning.is_object() ? reasoning["thinking"].string_or("") : reasoning.string_or("");
}

TurnBuilder::TurnBuilder(const TurnRequest& request, const NameMap& names) : names_(names) {
  for (const auto& message : request.messages) {
    for (const auto& call : message.tool_calls) ids_.insert(call.id);
  }
}

Result<Value> TurnBuilder::absorb(const Value& chunk) {
  if (const Value usage = chunk["usage"]; usage.is_object()) absorb_usage(usage);
  const Value choice = chunk["choices"].at(0);
  if (!choice.is_object() || choice["index"].as_int64().value_or(0) != 0) return Value();
  if (const auto reason = choice["finish_reason"].as_string(); reason && !reason->empty()) {
    turn_.finish_reason = *reason;
  }
  const Value delta = choice["delta"];
  if (delta.size() == 0) return Value();
  absorb_text(delta);
  const Value calls = delta["tool_calls"];
  if (calls.size() == 0) return delta;
  return absorb_calls(delta, calls);
}

Result<void> TurnBuilder::absorb_whole(const Value& body) {
  if (const Value usage = body["usage"]; usage.is_object()) absorb_usage(usage);
  const Value choice = body["choices"].at(0);
  const Value message = choice["message"];
  if (!message.is_object()) {
    return Error{Errc::unavailable, "its answer has no choices[0].message; is this an OpenAI-compatible server?"};
  }
  turn_.finish_reason = choice["finish_reason"].string_or("stop");
  absorb_text(message);
  if (auto calls = absorb_calls(message, message["tool_calls"]); !calls) return std::move(calls).error();
  turn_.raw = body;
  return {};
}

void TurnBuilder::absorb_text(const Value& delta) {
  const Value content = delta["content"];
  if (const auto text = content.as_string()) {
    turn_.content += *text;
  } else if (content.is_array()) {
    turn_.content += text_of_content(content);
  }
  turn_.reasoning += reasoning_of(delta);
}

void TurnBuilder::absorb_usage(const Value& usage) {
  turn_.usage.prompt_tokens = usage["prompt_tokens"].as_int64().value_or(0);
  turn_.usage.completion_tokens = usage["completion_tokens"].as_int64().value_or(0);
  turn_.usage.total_tokens =
      usage["total_tokens"].as_int64().value_or(turn_.usage.prompt_tokens + turn_.usage.completion_tokens);
}

Result<Value> TurnBuilder::absorb_calls(const Value& delta, const Value& calls) {
  std::vector<Value> seen;
  bool changed = false;
  for (std::size_t i = 0; calls.is_array() && i < calls.size(); ++i) {
    const Value call = calls.at(i);
    auto found = slot_of(call);
    if (!found) return std::move(found).error();
    const auto [slot, first] = *found;
    ToolCall& target = turn_.tool_calls[slot];
    const auto wire_name = call["function"]["name"].string_or("");
    const auto name = names_.from_wire(wire_name);
    if (target.name.empty()) target.name = name;
    const Value arguments = call["function"]["arguments"];
    target.arguments += arguments_text(arguments);
    if (target.arguments.size() > kArgumentsMax) {
      return Error{Errc::limit, "the arguments of a tool call are longer than " + std::to_string(kArgumentsMax) + " bytes"};
    }
    const bool same = call["index"].as_int64() == static_cast<std::int64_t>(slot) && name == wire_name &&
                      (arguments.is_string() || arguments.is_null()) &&
                      (!first || call["id"].string_or("") == target.id);
    seen.push_back(same ? call : rewritten(call, slot, first ? target.id : std::string(), name));
    changed = changed || !same;
  }
  if (!changed) return delta;
  const Value patch = json::object({{"tool_calls", json::array(seen)}});
  return json::merge(delta, patch);
}

/// Fragments belong together by index; servers that leave it out, or that give
/// every call the same, tell calls apart by id.
Result<TurnBuilder::Fragment> TurnBuilder::slot_of(const Value& call) {
  const auto index = call["index"].as_int64();
  const auto id = call["id"].string_or("");
  const bool names_tool = !call["function"]["name"].string_or("").empty();
  for (std::size_t slot = upstream_ids_.size(); slot-- > 0;) {
    const bool same_index = !index || upstream_indexes_[slot] == *index;
    const bool same_id = id.empty() || upstream_ids_[slot].empty() || upstream_ids_[slot] == id;
    const bool begins_anew = !index && id.empty() && names_tool;
    if (same_index && same_id && !begins_anew) return Fragment{slot, false};
    if (same_index && !names_tool) return Fragment{slot, false};
  }
  if (upstream_ids_.size() >= kCallsMax) {
    return Error{Errc::limit, "more than " + std::to_string(kCallsMax) + " tool calls in one turn"};
  }
  upstream_ids_.emplace_back(id);
  upstream_indexes_.push_back(index.value_or(-1));
  turn_.tool_calls.push_back(ToolCall{unique_id(id), {}, {}});
  return Fragment{turn_.tool_calls.size() - 1, true};
}

std::string TurnBuilder::unique_id(std::string_view wanted) {
  std::string id(wanted);
  while (id.empty() || !ids_.insert(id).second) id = base::make_call_id();
  return id;
}

ModelTurn TurnBuilder::take() {
  const bool cut = turn_.finish_reason == "length";
  for (auto& call : turn_.tool_calls) {
    // Half of a call must not be mended into a whole one.
    if (cut) continue;
    if (auto mended = repair_arguments(call.arguments)) call.arguments = std::move(*mended);
  }
  if (!turn_.tool_calls.empty() && !cut) turn_.finish_reason = "tool_calls";
  if (turn_.finish_reason.empty()) turn_.finish_reason = "stop";
  return std::move(turn_);
}

}  // namespace collet::llm
