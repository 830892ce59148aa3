#include "api/messages.hpp"

#include <array>

#include "base/ids.hpp"

namespace collet::api {
namespace {

const std::array<std::string, 5> kRoles = {"system", "developer", "user", "assistant", "tool"};

Result<llm::ToolCall> parse_call(const Value& value, const std::string& path) {
  Fields fields(value, path);
  Fields function(fields.get("function"), path + ".function");
  llm::ToolCall call;
  call.id = fields.string("id");
  call.name = function.required_string("name");
  // Histories come back with arguments as text or, from some clients, as an object.
  const Value arguments = function.get("arguments");
  call.arguments = arguments.is_object() ? arguments.dump() : std::string(arguments.string_or("{}"));
  if (fields.error()) return *fields.error();
  if (function.error()) return *function.error();
  if (call.id.empty()) call.id = base::make_call_id();
  return call;
}

Result<Value> parse_content(Fields& fields) {
  const Value content = fields.get("content");
  if (content.is_null() || content.is_string()) return content;
  if (!content.is_array()) {
    fields.complain("content", "expected a string or an array of parts, got " + quoted(content));
    return *fields.error();
  }
  for (std::size_t i = 0; i < content.size(); ++i) {
    Fields part(content.at(i), fields.path_of("content") + "[" + std::to_string(i) + "]");
    (void)part.required_string("type");
    if (part.error()) return *part.error();
  }
  return content;
}

Result<llm::Message> parse_message(const Value& value, const std::string& path) {
  Fields fields(value, path);
  llm::Message message;
  message.role = fields.required_string("role");
  if (!fields.error()) message.role = fields.choice("role", kRoles, "");
  message.name = fields.string("name");
  message.tool_call_id = fields.string("tool_call_id");
  auto content = parse_content(fields);
  const Value calls = fields.array("tool_calls");
  if (fields.error()) return *fields.error();
  if (!content) return std::move(content).error();
  message.content = std::move(content).value();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto call = parse_call(calls.at(i), path + ".tool_calls[" + std::to_string(i) + "]");
    if (!call) return std::move(call).error();
    message.tool_calls.push_back(std::move(call).value());
  }
  if (message.content.is_null() && message.tool_calls.empty() && message.role != "assistant") {
    fields.complain("content", "is missing; expected a string");
    return *fields.error();
  }
  return message;
}

}  // namespace

Result<std::vector<llm::Message>> parse_messages(const Value& messages) {
  if (messages.is_null()) return Error{Errc::invalid, "messages is missing"};
  if (!messages.is_array() || messages.size() == 0) {
    return Error{Errc::invalid, "messages: expected a non-empty array, got " + quoted(messages)};
  }
  std::vector<llm::Message> parsed;
  parsed.reserve(messages.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto message = parse_message(messages.at(i), "messages[" + std::to_string(i) + "]");
    if (!message) return std::move(message).error();
    parsed.push_back(std::move(message).value());
  }
  return parsed;
}

Result<llm::ToolSpec> parse_function_tool(const Value& tool, const std::string& path) {
  Fields fields(tool, path);
  Fields function(fields.get("function"), path + ".function");
  llm::ToolSpec spec;
  spec.name = function.required_string("name");
  spec.description = function.string("description");
  spec.parameters = function.object("parameters");
  if (fields.error()) return *fields.error();
  if (function.error()) return *function.error();
  spec.function = tool["function"];
  if (spec.parameters.is_null()) {
    spec.parameters = json::object({{"type", "object"}, {"properties", json::object(Members{})}});
    spec.function = json::merge(spec.function, json::object({{"parameters", spec.parameters}}));
  }
  return spec;
}

Result<Value> parse_tool_choice(const Value& choice) {
  if (choice.is_null()) return choice;
  const std::string_view word = choice.string_or("");
  if (word == "none" || word == "auto" || word == "required") return choice;
  if (choice.is_object() && choice["function"]["name"].is_string()) return choice;
  return Error{Errc::invalid,
               "tool_choice: expected \"none\", \"auto\", \"required\" or "
               "{\"type\":\"function\",\"function\":{\"name\":...}}, got " + quoted(choice)};
}

}  // namespace collet::api
