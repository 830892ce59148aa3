#include "llm/embedded_grammar.hpp"

#include <string_view>

namespace collet::llm {
namespace {

constexpr const char* kPlainText = R"(^([^"\\\x00-\x1f]|\\["\\/nrt])*$)";
constexpr int kDepthMax = 32;

bool is_free_text(const Value& schema) {
  if (schema["type"].string_or("") != "string") return false;
  for (const auto* key : {"enum", "const", "pattern", "format", "minLength", "maxLength"}) {
    if (schema.has(key)) return false;
  }
  return true;
}

/// The schema with each free text in it, at any depth, bound to the pattern.
Value bound(const Value& value, int depth) {
  if (depth > kDepthMax) return value;
  if (value.is_array()) {
    std::vector<Value> entries;
    for (std::size_t i = 0; i < value.size(); ++i) entries.push_back(bound(value.at(i), depth + 1));
    return json::array(entries);
  }
  if (!value.is_object()) return value;
  Members members;
  for (std::size_t i = 0; i < value.size(); ++i) {
    members.emplace_back(value.key_at(i), bound(value.member_at(i), depth + 1));
  }
  if (is_free_text(value)) members.emplace_back("pattern", kPlainText);
  return json::object(members);
}

Value with(const Value& object, std::string_view key, const Value& member) {
  Members members;
  for (std::size_t i = 0; i < object.size(); ++i) {
    members.emplace_back(object.key_at(i), object.key_at(i) == key ? member : object.member_at(i));
  }
  return json::object(members);
}

}  // namespace

Value with_plain_escapes(const Value& options) {
  const Value format = options["response_format"];
  const Value named = format["json_schema"];
  if (!named["schema"].is_object()) return options;
  const Value schema = bound(named["schema"], 0);
  return with(options, "response_format", with(format, "json_schema", with(named, "schema", schema)));
}

Value plan_balance() {
  const Value empty_plan = json::array({" []", -1.2});
  const Value end_of_plan = json::array({"\"]}", 2.5});
  return json::object({{"logit_bias", json::array({empty_plan, end_of_plan})}});
}

}  // namespace collet::llm
