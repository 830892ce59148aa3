#include "llm/planner_prompts.hpp"

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

std::vector<Example> derived_examples(const ToolSpec& tool) {
  std::string action = lower_first(first_sentence(tool.description));
  if (action.empty()) action = "use " + tool.name;
  Members arguments;
  const Value required = tool.parameters["required"];
  for (std::size_t i = 0; required.is_array() && i < required.size(); ++i) {
    const auto name = required.at(i).string_or("");
    arguments.emplace_back(name, sample_of(name, tool.parameters["properties"][name]));
  }
  Example order;
  order.request = "Please " + action + ".";
  order.task = base::shorten(action, kTaskMax);
  order.arguments = json::object(arguments).dump();
  order.result = "done";
  order.answer = "The result is: done.";
  // Questions want a tool as well, which orders alone would not teach.
  Example question = order;
  question.request = "What do you get when you " + action + "?";
  return {order, question};
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
  return derived_examples(tool);
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

}  // namespace collet::llm::planning
