#include "llm/openai_body.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "llm/args_repair.hpp"

namespace collet::llm {

namespace {

constexpr std::array<std::string_view, 6> kOurs = {"model",       "messages", "tools",
                                                   "tool_choice", "stream",   "stream_options"};

/// Members that the caller may hand through; one about tools makes servers refuse
/// a request that offers none.
bool is_passed_on(std::string_view key, bool has_tools) {
  if (key == "parallel_tool_calls") return has_tools;
  return std::find(kOurs.begin(), kOurs.end(), key) == kOurs.end();
}

void write_tool_calls(JsonWriter& out, const std::vector<ToolCall>& calls, const NameMap& names) {
  out.key("tool_calls").begin_array();
  for (const auto& call : calls) {
    // Servers refuse a history whose arguments are no JSON object.
    const auto arguments = repair_arguments(call.arguments);
    out.begin_object().member("id", call.id).member("type", "function");
    out.key("function").begin_object().member("name", names.to_wire(call.name));
    out.member("arguments", arguments ? std::string_view(*arguments) : "{}").end_object().end_object();
  }
  out.end_array();
}

void write_message(JsonWriter& out, const Message& message, const NameMap& names) {
  out.begin_object().member("role", message.role);
  out.key("content");
  if (message.content.is_null()) {
    out.string("");
  } else {
    out.value(message.content);
  }
  if (!message.tool_calls.empty()) write_tool_calls(out, message.tool_calls, names);
  if (!message.tool_call_id.empty()) out.member("tool_call_id", message.tool_call_id);
  if (!message.name.empty()) out.member("name", message.role == "tool" ? names.to_wire(message.name) : message.name);
  out.end_object();
}

/// Closes the function and its tool.
void write_other_members(JsonWriter& out, const Value& function) {
  for (std::size_t i = 0; i < function.size(); ++i) {
    if (function.key_at(i) != "name") out.member(function.key_at(i), function.member_at(i));
  }
  out.end_object().end_object();
}

void write_tools(JsonWriter& out, const std::vector<ToolSpec>& tools, const NameMap& names) {
  out.key("tools").begin_array();
  for (const auto& tool : tools) {
    out.begin_object().member("type", "function");
    out.key("function").begin_object().member("name", names.to_wire(tool.name));
    if (tool.function.is_object()) {
      write_other_members(out, tool.function);
      continue;
    }
    if (!tool.description.empty()) out.member("description", tool.description);
    out.key("parameters");
    if (tool.parameters.is_object()) {
      out.value(tool.parameters);
    } else {
      out.raw(R"({"type":"object","properties":{}})");
    }
    out.end_object().end_object();
  }
  out.end_array();
}

void write_tool_choice(JsonWriter& out, const Value& choice, const NameMap& names) {
  out.key("tool_choice");
  const auto name = choice["function"]["name"].as_string();
  if (!name) {
    out.value(choice);
    return;
  }
  out.begin_object().member("type", "function");
  out.key("function").begin_object().member("name", names.to_wire(*name)).end_object().end_object();
}

}  // namespace

std::string chat_body(const TurnRequest& request, const std::string& upstream_model, const NameMap& names,
                      bool stream) {
  JsonWriter out;
  out.begin_object().member("model", upstream_model);
  out.key("messages").begin_array();
  for (const auto& message : request.messages) write_message(out, message, names);
  out.end_array();
  if (!request.tools.empty()) {
    write_tools(out, request.tools, names);
    if (!request.tool_choice.is_null()) write_tool_choice(out, request.tool_choice, names);
  }
  for (std::size_t i = 0; i < request.options.size() && request.options.is_object(); ++i) {
    const auto key = request.options.key_at(i);
    if (is_passed_on(key, !request.tools.empty())) out.member(key, request.options.member_at(i));
  }
  if (stream) out.key("stream").boolean(true).key("stream_options").raw(R"({"include_usage":true})");
  out.end_object();
  return out.take();
}

}  // namespace collet::llm
