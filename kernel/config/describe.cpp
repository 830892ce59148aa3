// The table of fields as JSON Schema, and Settings back to the shape of the file.
#include "config/fields.hpp"
#include "config/load.hpp"

namespace collet::config {
namespace {

Value texts_value(const Texts& texts) {
  std::vector<Value> entries(texts.begin(), texts.end());
  return json::array(entries);
}

Value slot_value(Slot slot) {
  if (auto** p = std::get_if<int*>(&slot)) return **p;
  if (auto** p = std::get_if<std::int64_t*>(&slot)) return **p;
  if (auto** p = std::get_if<double*>(&slot)) return **p;
  if (auto** p = std::get_if<bool*>(&slot)) return **p;
  if (auto** p = std::get_if<std::string*>(&slot)) return **p;
  if (auto** p = std::get_if<Texts*>(&slot)) return texts_value(**p);
  if (auto** p = std::get_if<Value*>(&slot)) return **p;
  Members members;
  if (auto** p = std::get_if<TextMap*>(&slot)) {
    for (const auto& [key, text] : **p) members.emplace_back(key, text);
  } else if (auto** p = std::get_if<TextsMap*>(&slot)) {
    for (const auto& [key, texts] : **p) members.emplace_back(key, texts_value(texts));
  }
  return json::object(members);
}

Value masked(const Value& value) {
  if (value.is_null() || value == Value("")) return value;
  if (!value.is_object()) return "***";
  Members members;
  for (std::size_t i = 0; i < value.size(); ++i) members.emplace_back(value.key_at(i), masked(value.member_at(i)));
  return json::object(members);
}

Value section_value(const Section& rows, void* object, Secrets secrets);

Value field_value(const Field& field, void* object, Secrets secrets) {
  if (field.shape == Shape::value) {
    const Value value = slot_value(field.slot(object));
    return field.secret && secrets == Secrets::masked ? masked(value) : value;
  }
  const Nest::Entries entries = field.nest.entries(object);
  if (field.shape == Shape::section) return section_value(*field.section, entries[0].second, secrets);
  Members members;
  std::vector<Value> list;
  for (const auto& [name, entry] : entries) {
    const Value value = section_value(*field.section, entry, secrets);
    if (field.shape == Shape::list) list.push_back(value);
    else members.emplace_back(name, value);
  }
  return field.shape == Shape::list ? json::array(list) : json::object(members);
}

Value section_value(const Section& rows, void* object, Secrets secrets) {
  Members members;
  for (const Field& field : rows.fields) members.emplace_back(field.key, field_value(field, object, secrets));
  return json::object(members);
}

// ${...} may stand for any scalar.
Value or_substitution(const Value& direct) {
  const Value form = json::object({{"type", "string"}, {"pattern", "\\$\\{.+\\}"}});
  return json::object({{"anyOf", json::array({direct, form})}});
}

Value number_schema(const Field& field, std::string_view type) {
  return or_substitution(json::object({{"type", type}, {"minimum", bound_value(field.min)}, {"maximum", bound_value(field.max)}}));
}

Value text_schema(const Field& field) {
  if (field.choices.empty()) return json::object({{"type", json::array({"string", "number", "boolean"})}});
  return or_substitution(json::object({{"enum", texts_value(field.choices)}}));
}

Value array_schema(const Value& items) { return json::object({{"type", "array"}, {"items", items}}); }
Value map_schema(const Value& entries) { return json::object({{"type", "object"}, {"additionalProperties", entries}}); }

Value value_schema(const Field& field, Slot slot) {
  if (std::holds_alternative<int*>(slot) || std::holds_alternative<std::int64_t*>(slot)) return number_schema(field, "integer");
  if (std::holds_alternative<double*>(slot)) return number_schema(field, "number");
  if (std::holds_alternative<bool*>(slot)) return or_substitution(json::object({{"type", "boolean"}}));
  if (std::holds_alternative<Texts*>(slot)) return array_schema(text_schema(field));
  if (std::holds_alternative<TextMap*>(slot)) return map_schema(text_schema(field));
  if (std::holds_alternative<TextsMap*>(slot)) return map_schema(array_schema(text_schema(field)));
  if (std::holds_alternative<Value*>(slot)) return json::object({{"type", "object"}});
  return text_schema(field);
}

Value section_schema(const Section& rows, std::string_view help);

Value field_schema(const Field& field, void* prototype) {
  std::string help(field.help);
  if (!field.unit.empty()) help += " Unit: " + std::string(field.unit) + ".";
  if (field.shape == Shape::value) {
    Members members{{"description", help}};
    if (!field.required && !field.secret) members.emplace_back("default", slot_value(field.slot(prototype)));
    return json::merge(json::object(members), value_schema(field, field.slot(prototype)));
  }
  if (field.shape == Shape::section) return section_schema(*field.section, help);
  const Value entry = section_schema(*field.section, "");
  const Value head = json::object({{"description", help}});
  return json::merge(head, field.shape == Shape::list ? array_schema(entry) : map_schema(entry));
}

Value section_schema(const Section& rows, std::string_view help) {
  Members properties;
  std::vector<Value> required;
  for (const Field& field : rows.fields) {
    properties.emplace_back(field.key, field_schema(field, rows.prototype()));
    if (field.required) required.emplace_back(field.key);
  }
  Members members;
  if (!help.empty()) members.emplace_back("description", help);
  members.emplace_back("type", "object");
  members.emplace_back("properties", json::object(properties));
  if (!required.empty()) members.emplace_back("required", json::array(required));
  members.emplace_back("additionalProperties", false);
  return json::object(members);
}

}  // namespace

std::string config_schema() {
  const Value head = json::object({{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "config.yaml of collet"}});
  return json::merge(head, section_schema(root_section(), "")).dump(true) + "\n";
}

Value to_value(const Settings& settings, Secrets secrets) {
  // The table reaches members through void*; nothing is written here.
  return section_value(root_section(), const_cast<Settings*>(&settings), secrets);
}

}  // namespace collet::config
