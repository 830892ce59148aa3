// schema_compile.cpp - from documents to checkable subschemas.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"

#include <algorithm>

#include "schema_uri.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

constexpr std::size_t kSubschemasMax = 100'000;

struct Entry {
  std::string_view keyword;
  std::uint32_t needs;  // bits of the dialect
  void (*make)(Making&);
  // The family's members; the maker runs once, for the first one present.
  std::string_view family = {};
};

// In the order of checking: cheap and telling ones first, the unevaluated*
// keywords last because they ask what the others have looked at.
constexpr Entry kKeywords[] = {
    {"$ref", kCore, make_ref},
    {"$dynamicRef", kCore | kSince2019, make_dynamic_ref},
    {"type", kValidation, make_type},
    {"const", kValidation, make_const},
    {"enum", kValidation, make_enum},
    {"required", kValidation, make_required},
    {"minimum", kValidation, make_range, "range"},
    {"maximum", kValidation, make_range, "range"},
    {"exclusiveMinimum", kValidation, make_range, "range"},
    {"exclusiveMaximum", kValidation, make_range, "range"},
    {"multipleOf", kValidation, make_multiple_of},
    {"minLength", kValidation, make_length, "length"},
    {"maxLength", kValidation, make_length, "length"},
    {"pattern", kValidation, make_pattern},
    {"format", kFormat, make_format},
    {"minItems", kValidation, make_item_count, "item count"},
    {"maxItems", kValidation, make_item_count, "item count"},
    {"uniqueItems", kValidation, make_unique_items},
    {"minProperties", kValidation, make_member_count, "member count"},
    {"maxProperties", kValidation, make_member_count, "member count"},
    {"properties", kApplicator, make_members, "members"},
    {"patternProperties", kApplicator, make_members, "members"},
    {"additionalProperties", kApplicator, make_members, "members"},
    {"propertyNames", kApplicator, make_property_names},
    {"prefixItems", kApplicator | kSince2019, make_items, "items"},
    {"items", kApplicator, make_items, "items"},
    {"contains", kApplicator, make_contains},
    {"dependentRequired", kValidation | kSince2019, make_dependent_required},
    {"dependentSchemas", kApplicator | kSince2019, make_dependent_schemas},
    {"dependencies", kApplicator, make_dependencies},
    {"allOf", kApplicator, make_all_of},
    {"anyOf", kApplicator, make_any_of},
    {"oneOf", kApplicator, make_one_of},
    {"not", kApplicator, make_not},
    {"if", kApplicator, make_if},
    {"unevaluatedItems", kUnevaluated, make_unevaluated_items},
    {"unevaluatedProperties", kUnevaluated, make_unevaluated_properties},
};

}  // namespace

Result<const Subschema*> Compiler::compile(const Place& root) {
  const Subschema* const compiled = subschema(root);
  while (!pending_.empty() && !error_) {
    const Pending next = std::move(pending_.back());
    pending_.pop_back();
    fill(next.place, *next.into);
  }
  if (error_) return *std::move(error_);
  return compiled;
}

const Subschema* Compiler::subschema(Place place) {
  if (!place.node.is_object() && !place.node.is_bool()) {
    refuse(place, "", "expected a schema (an object, true or false), got " + shortened(place.node));
    return nullptr;
  }
  place.resource = resources_.owner(place);
  const auto [at, is_new] = known_.emplace(place.resource->document_prefix + place.pointer, nullptr);
  if (!is_new) return at->second;
  if (storage_.size() == kSubschemasMax) {
    refuse(place, "", "the schema has more than " + std::to_string(kSubschemasMax) + " parts");
    return nullptr;
  }
  Subschema& made = storage_.emplace_back();
  at->second = &made;
  made.resource = place.resource;
  made.pointer = place.resource->document_prefix + place.pointer;
  made.source = place.node;
  made.allows_nothing = !place.node.as_bool().value_or(true);
  compile_dynamic_anchors(place);
  if (place.node.is_object()) pending_.push_back({std::move(place), &made});
  return &made;
}

/// Makes sure that any $dynamicAnchor of a resource that is entered can be the
/// target of a $dynamicRef.
void Compiler::compile_dynamic_anchors(const Place& place) {
  if (std::find(resources_seen_.begin(), resources_seen_.end(), place.resource) != resources_seen_.end()) return;
  resources_seen_.push_back(place.resource);
  for (const auto& [name, target] : place.resource->dynamic_anchors) {
    place.resource->dynamic_targets[name] = subschema(target);
  }
}

void Compiler::fill(const Place& place, Subschema& into) {
  const auto dialect = resources_.dialect(*place.resource);
  if (!dialect) return refuse(place, "", dialect.error().message);
  const bool only_ref = dialect->legacy && place.node.has("$ref");
  std::string_view family_made;
  for (const Entry& entry : kKeywords) {
    const bool in_force = dialect->knows(entry.needs) && place.node.has(entry.keyword);
    if (!in_force || (only_ref && entry.keyword != "$ref")) continue;
    if (!entry.family.empty() && entry.family == family_made) continue;
    family_made = entry.family;
    Making making{*this, place, into, *dialect, std::string(entry.keyword), place.node[entry.keyword]};
    entry.make(making);
    if (error_) return;
  }
}

void Compiler::refuse(const Place& place, const std::string& keyword, const std::string& what) {
  if (error_) return;
  std::string pointer = place.resource->document_prefix + place.pointer;
  if (!keyword.empty()) pointer += "/" + pointer_token(keyword);
  error_ = Error{Errc::invalid, (pointer.empty() ? "the schema" : pointer) + ": " + what};
}

Result<Place> Compiler::resolve(const Place& from, std::string_view reference) {
  return resources_.resolve(*from.resource, reference);
}

const Subschema* Making::schema(std::string_view name) {
  return compiler.subschema({sibling(name), place.resource, place.pointer + "/" + pointer_token(name)});
}

const Subschema* Making::schema_at(std::string_view name, std::size_t index) {
  const std::string pointer = place.pointer + "/" + pointer_token(name) + "/" + std::to_string(index);
  return compiler.subschema({sibling(name).at(index), place.resource, pointer});
}

const Subschema* Making::schema_under(std::string_view name, std::string_view key) {
  const std::string pointer = place.pointer + "/" + pointer_token(name) + "/" + pointer_token(key);
  return compiler.subschema({sibling(name)[key], place.resource, pointer});
}

std::vector<const Subschema*> Making::schemas(std::string_view name) {
  const Value list = sibling(name);
  std::vector<const Subschema*> made;
  if (!list.is_array() || list.size() == 0) {
    refuse("an array of at least one schema");
    return made;
  }
  for (std::size_t i = 0; i < list.size(); ++i) made.push_back(schema_at(name, i));
  return made;
}

const Subschema* Making::target(std::string_view reference) {
  const auto found = compiler.resolve(place, reference);
  if (found) return compiler.subschema(*found);
  compiler.refuse(place, keyword, shortened(Value(reference)) + ": " + found.error().message);
  return nullptr;
}

void Making::refuse(const std::string& expected) {
  compiler.refuse(place, keyword, "expected " + expected + ", got " + shortened(value));
}

std::optional<std::uint64_t> Making::count(std::string_view name) {
  if (!has(name)) return std::nullopt;
  const auto number = sibling(name).as_uint64();
  if (!number) {
    compiler.refuse(place, std::string(name), "expected an integer of 0 or more, got " + shortened(sibling(name)));
  }
  return number;
}

}  // namespace collet::schema
