// schema_defaults.cpp - absent properties that have a `default`.
// SPDX-License-Identifier: Apache-2.0
#include "schema_defaults.hpp"

namespace collet::schema {

namespace {

constexpr int kReferencesMax = 16;

/// `schema` and what it refers to, in turn; ends in null.
const Subschema* next_in_chain(const Subschema* schema, int& left) {
  return --left > 0 ? schema->reference : nullptr;
}

std::optional<Value> default_of(const Subschema& schema) {
  int left = kReferencesMax;
  for (const Subschema* at = &schema; at != nullptr; at = next_in_chain(at, left)) {
    if (at->source.has("default")) return at->source["default"];
  }
  return std::nullopt;
}

/// `object` after the `properties` of one schema.
Value filled(const Subschema& schema, const Value& object, std::size_t levels) {
  Members changes;
  for (const auto& [key, property] : schema.properties) {
    if (!object.has(key)) {
      if (auto value = default_of(*property)) changes.emplace_back(key, *std::move(value));
      continue;
    }
    const Value before = object[key];
    if (!before.is_object()) continue;
    Value after = with_defaults(*property, before, levels - 1);
    if (!(after == before)) changes.emplace_back(key, std::move(after));
  }
  return changes.empty() ? object : json::merge(object, json::object(changes));
}

}  // namespace

Value with_defaults(const Subschema& schema, const Value& instance, std::size_t levels) {
  Value out = instance;
  int left = kReferencesMax;
  const Subschema* at = &schema;
  while (at != nullptr && levels > 0 && out.is_object()) {
    out = filled(*at, out, levels);
    at = next_in_chain(at, left);
  }
  return out;
}

}  // namespace collet::schema
