#include "llm/planner_prompts.hpp"

#include <utility>

#include "base/text.hpp"

namespace collet::llm::planning {

std::string lower_first(std::string text) {
  const bool word = text.size() > 1 && text[1] >= 'a' && text[1] <= 'z';
  if (word && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

std::string tool_line(const ToolSpec& tool) {
  std::string out = "- " + tool.name + "(";
  const Value properties = tool.parameters["properties"];
  for (std::size_t i = 0; properties.is_object() && i < properties.size(); ++i) {
    const Value property = properties.member_at(i);
    if (i > 0) out += ", ";
    out += std::string(properties.key_at(i)) + ": " + std::string(property["type"].string_or("any"));
    const std::string about = base::shorten(property["description"].string_or(""), 160);
    if (!about.empty()) out += " - " + about;
  }
  return out + "): " + base::shorten(tool.description, 400);
}

namespace {

std::string first_sentence(std::string_view text) {
  const std::size_t end = text.find(". ");
  auto sentence = base::trim(end == std::string_view::npos ? text : text.substr(0, end));
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return base::shorten(sentence, 160);
}

/// A value that says what belongs there.
Value sample_of(std::string_view name, const Value& schema) {
  for (const auto* key : {"const", "default"}) {
    if (schema.has(key)) return schema[key];
  }
  for (const auto* key : {"examples", "enum"}) {
    if (schema[key].size() > 0) return schema[key].at(0);
  }
  const auto type = schema["type"].string_or("string");
  if (type == "integer" || type == "number") return 1;
  if (type == "boolean") return true;
  if (type == "array") return json::array(std::vector<Value>{});
  if (type == "object") return json::object(Members{});
  return "the " + std::string(name);
}

Example derived_example(const ToolSpec& tool) {
  std::string action = lower_first(first_sentence(tool.description));
  if (action.empty()) action = "use " + tool.name;
  Members arguments;
  const Value required = tool.parameters["required"];
  for (std::size_t i = 0; required.is_array() && i < required.size(); ++i) {
    const auto name = required.at(i).string_or("");
    arguments.emplace_back(name, sample_of(name, tool.parameters["properties"][name]));
  }
  Example out;
  out.request = "Please " + action + ".";
  out.task = base::shorten(action, kTaskMax);
  out.arguments = json::object(arguments).dump();
  return out;
}

void write_spaced(std::string& out, const Value& value) {
  if (!value.is_object() && !value.is_array()) {
    out += value.dump();
    return;
  }
  const bool object = value.is_object();
  out += object ? '{' : '[';
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i > 0) out += ", ";
    if (object) out += json::quote(value.key_at(i)) + ": ";
    write_spaced(out, object ? value.member_at(i) : value.at(i));
  }
  out += object ? '}' : ']';
}

}  // namespace

std::vector<Example> examples_of(const ToolSpec& tool) {
  if (!tool.examples.empty()) return tool.examples;
  return {derived_example(tool)};
}

std::string spaced_json(const Value& value) {
  std::string out;
  write_spaced(out, value);
  return out;
}

std::string unwrap_result(std::string_view text) {
  constexpr std::string_view kMark = "' returned result: ";
  const std::size_t mark = text.starts_with("Tool '") ? text.find(kMark) : std::string_view::npos;
  if (mark == std::string_view::npos) return std::string(text);
  const auto parsed = Value::parse(text.substr(mark + kMark.size()));
  if (!parsed || !(*parsed)["content"].is_array()) return std::string(text);
  const Value content = (*parsed)["content"];
  std::string out;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (!out.empty()) out += '\n';
    out += content.at(i)["text"].string_or("");
  }
  return out;
}

namespace {

constexpr int kSchemaDepthMax = 16;

Value constrainable_at(const Value& schema, int depth);

Value constrainable_list(const Value& schemas, int depth) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < schemas.size(); ++i) out.push_back(constrainable_at(schemas.at(i), depth));
  return json::array(out);
}

Value constrainable_members(const Value& properties, int depth) {
  Members out;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    out.emplace_back(properties.key_at(i), constrainable_at(properties.member_at(i), depth));
  }
  return json::object(out);
}

Value constrainable_at(const Value& schema, int depth) {
  Members out;
  if (!schema.is_object() || depth > kSchemaDepthMax) return json::object(out);
  for (const auto* key : {"const", "enum"}) {
    if (schema.has(key)) out.emplace_back(key, schema[key]);
  }
  if (!out.empty()) return json::object(out);
  for (const auto* key : {"anyOf", "oneOf"}) {
    if (schema[key].size() == 0) continue;
    out.emplace_back("anyOf", constrainable_list(schema[key], depth + 1));
    return json::object(out);
  }
  for (const auto* key : {"type", "minItems", "maxItems", "required"}) {
    if (schema.has(key)) out.emplace_back(key, schema[key]);
  }
  if (schema["items"].is_object()) out.emplace_back("items", constrainable_at(schema["items"], depth + 1));
  const Value properties = schema["properties"];
  if (properties.is_object()) {
    out.emplace_back("properties", constrainable_members(properties, depth + 1));
    out.emplace_back("additionalProperties", false);
  }
  return json::object(out);
}

}  // namespace

Value constrainable(const Value& schema) { return constrainable_at(schema, 0); }

Value closed_arguments(const ToolSpec& tool) {
  if (takes_arguments(tool)) return constrainable(tool.parameters);
  return json::object({{"type", "object"}, {"properties", json::object(Members{})}, {"additionalProperties", false}});
}

// ---- examples that the model writes itself ------------------------------------

namespace {

constexpr std::string_view kExampleRules =
    "You write examples for a tool. An example is a request that a user might send to an assistant, and the tool's "
    "arguments that serve it. The request is one short sentence with concrete names and values; it asks for the result "
    "and does not mention the tool. The task says the same in few words, names and values included.";

struct WrittenExample {
  const char* tool;
  const char* example;
};
constexpr WrittenExample kWritten[] = {
    {"- tide_times(harbour: string - Name of the harbour): Looks up today's tides of a harbour.",
     R"({"request": "When is high tide in Lisbon today?", "task": "get the tides of Lisbon", )"
     R"("arguments": {"harbour": "Lisbon"}})"},
    {"- diary_add(title: string, day: string): Adds an entry to the user's diary.",
     R"({"request": "Put 'dentist' into my diary for Friday.", "task": "add 'dentist' on Friday", )"
     R"("arguments": {"title": "dentist", "day": "Friday"}})"},
};

Value text_schema(std::int64_t length_max) { return json::object({{"type", "string"}, {"maxLength", length_max}}); }

Message said(std::string role, std::string_view text) {
  Message out;
  out.role = std::move(role);
  out.content = Value(text);
  return out;
}

}  // namespace

std::vector<Message> example_question(const ToolSpec& tool) {
  std::vector<Message> out{said("system", kExampleRules)};
  for (const auto& written : kWritten) {
    out.push_back(said("user", written.tool));
    out.push_back(said("assistant", written.example));
  }
  out.push_back(said("user", tool_line(tool)));
  return out;
}

Value example_schema(const ToolSpec& tool) {
  return json::object({{"type", "object"},
                       {"properties", json::object({{"request", text_schema(120)},
                                                    {"task", text_schema(static_cast<std::int64_t>(kTaskMax))},
                                                    {"arguments", closed_arguments(tool)}})},
                       {"required", json::array({"request", "task", "arguments"})},
                       {"additionalProperties", false}});
}

std::optional<Example> parse_example(std::string_view text) {
  const auto parsed = Value::parse(text);
  if (!parsed || !(*parsed)["arguments"].is_object()) return std::nullopt;
  Example out;
  out.request = (*parsed)["request"].string_or("");
  out.task = (*parsed)["task"].string_or("");
  out.arguments = (*parsed)["arguments"].dump();
  if (out.request.empty() || out.task.empty()) return std::nullopt;
  return out;
}

}  // namespace collet::llm::planning
