// schema_resources.cpp - every schema that a $ref can reach, by URI and anchor.
// SPDX-License-Identifier: Apache-2.0
#include "schema_resources.hpp"

#include <algorithm>

#include "json_node.hpp"
#include "schema_metaschema.hpp"
#include "schema_uri.hpp"

namespace collet::schema {

namespace {

constexpr std::size_t kLevelsMax = 512;  // nesting of subschemas in a document

struct KeywordShape {
  std::string_view keyword;
  Shape shape;
};

constexpr KeywordShape kShapes[] = {
    {"properties", Shape::map},          {"patternProperties", Shape::map},  {"$defs", Shape::map},
    {"definitions", Shape::map},         {"dependentSchemas", Shape::map},   {"dependencies", Shape::map},
    {"allOf", Shape::list},              {"anyOf", Shape::list},             {"oneOf", Shape::list},
    {"prefixItems", Shape::list},        {"items", Shape::schema},           {"additionalItems", Shape::schema},
    {"additionalProperties", Shape::schema}, {"contains", Shape::schema},    {"not", Shape::schema},
    {"if", Shape::schema},               {"then", Shape::schema},            {"else", Shape::schema},
    {"propertyNames", Shape::schema},    {"unevaluatedItems", Shape::schema},
    {"unevaluatedProperties", Shape::schema}, {"contentSchema", Shape::schema},
};

Error wrong(const Place& place, const std::string& what) {
  return {Errc::invalid, (place.pointer.empty() ? "the schema" : place.resource->document_prefix + place.pointer) +
                             ": " + what};
}

bool is_anchor(std::string_view text) {
  const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && starts(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return starts(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
  });
}

const void* identity(const Value& node) { return ValueAccess::node(node); }

}  // namespace

Shape shape_of(std::string_view keyword) {
  for (const KeywordShape& known : kShapes) {
    if (known.keyword == keyword) return known.shape;
  }
  return Shape::none;
}

Resource* Resources::new_resource(std::string uri, Place root, const Resource* outer) {
  Resource& resource = resources_.emplace_back();
  resource.uri = std::move(uri);
  resource.root = std::move(root);
  resource.root.resource = &resource;
  if (outer != nullptr) {
    resource.document_prefix = outer->document_prefix;
    resource.dialect_uri = outer->dialect_uri;
    resource.legacy = outer->legacy;
  }
  return &resource;
}

Result<Resource*> Resources::add_document(const std::string& uri, const Value& document, std::string prefix) {
  Place root{document, nullptr, ""};
  Resource* const outer = new_resource(std::string(split_fragment(uri).first), root, nullptr);
  outer->document_prefix = std::move(prefix);
  root.resource = outer;
  if (!uri.empty() && !by_uri_.emplace(outer->uri, outer).second) {
    return Error{Errc::invalid, "two schemas are given for " + outer->uri};
  }
  if (auto done = index(std::move(root), 0); !done) return done.error();
  // A document with an $id is one resource under two names.
  const auto owner = owner_of_node_.find(identity(document));
  Resource* const inner = owner == owner_of_node_.end() ? outer : owner->second;
  if (!uri.empty()) by_uri_[outer->uri] = inner;
  return inner;
}

Result<void> Resources::index(Place place, std::size_t level) {
  if (level == kLevelsMax) return wrong(place, "schemas are nested deeper than " + std::to_string(kLevelsMax) + " levels");
  if (place.node.is_bool()) {
    // true and false share one node each; they can hold no $id anyway.
    return {};
  }
  if (!place.node.is_object()) return {};
  if (!owner_of_node_.emplace(identity(place.node), place.resource).second) return {};
  if (auto done = enter_resource(place); !done) return done;
  owner_of_node_[identity(place.node)] = place.resource;
  if (auto done = note_anchors(place); !done) return done;
  return index_children(place, level);
}

/// Opens a new resource where `place` has an $id.
Result<void> Resources::enter_resource(Place& place) {
  const bool is_root = place.resource->root.pointer == place.pointer;
  const auto dialect = place.node["$schema"].as_string();
  const auto id = place.node["$id"].as_string();
  if (dialect && (is_root || id)) {
    // The outer one keeps its own dialect unless this is its root.
    if (is_root) place.resource->dialect_uri = *dialect;
    if (is_root) place.resource->legacy = is_legacy_dialect(*dialect);
  }
  const bool legacy = dialect ? is_legacy_dialect(*dialect) : place.resource->legacy;
  if (!id || (legacy && place.node.has("$ref"))) return {};
  const auto [before, fragment] = split_fragment(*id);
  // Draft 7 names a place by "$id": "#name".
  const bool is_name = !fragment.empty() && (legacy || before.empty());
  if (is_name) place.resource->anchors.emplace(fragment, place);
  if (!fragment.empty() && !is_name) return wrong(place, "$id: expected a URI without a fragment; use $anchor for names");
  if (before.empty()) return {};
  const std::string uri = resolve_uri(place.resource->uri, before);
  Resource* const inner = new_resource(uri, place, place.resource);
  if (dialect) inner->dialect_uri = *dialect;
  inner->legacy = legacy;
  const auto [at, is_new] = by_uri_.emplace(uri, inner);
  const bool renames_itself = !is_new && is_root && at->second == place.resource;
  if (renames_itself) at->second = inner;
  if (!is_new && !renames_itself) return wrong(place, "$id: there is another schema with the id " + uri);
  place.resource = inner;
  return {};
}

Result<void> Resources::note_anchors(const Place& place) {
  for (const std::string_view keyword : {"$anchor", "$dynamicAnchor"}) {
    if (place.resource->legacy || !place.node.has(keyword)) continue;
    const auto name = place.node[keyword].as_string();
    if (!name || !is_anchor(*name)) {
      return wrong(place, std::string(keyword) + ": expected a name of letters, digits, '_', '-' and '.'");
    }
    const auto [at, is_new] = place.resource->anchors.emplace(*name, place);
    if (!is_new && at->second.pointer != place.pointer) {
      return wrong(place, std::string(keyword) + ": the name " + std::string(*name) + " is given twice");
    }
    if (keyword == "$dynamicAnchor") place.resource->dynamic_anchors.emplace(*name, place);
  }
  return {};
}

Result<void> Resources::index_children(const Place& place, std::size_t level) {
  for (std::size_t i = 0; i < place.node.size(); ++i) {
    const std::string_view keyword = place.node.key_at(i);
    const Value value = place.node.member_at(i);
    const Shape shape = shape_of(keyword);
    if (shape == Shape::none) continue;
    const std::string pointer = place.pointer + "/" + pointer_token(keyword);
    if (shape == Shape::schema && value.is_object()) {
      if (auto done = index({value, place.resource, pointer}, level + 1); !done) return done;
      continue;
    }
    // `items` of draft 7 may be a list; a wrong shape is the compiler's to report.
    const bool as_map = shape == Shape::map && value.is_object();
    const bool as_list = shape != Shape::map && value.is_array();
    for (std::size_t k = 0; (as_map || as_list) && k < value.size(); ++k) {
      const std::string step = as_map ? pointer_token(value.key_at(k)) : std::to_string(k);
      const Value child = as_map ? value.member_at(k) : value.at(k);
      if (auto done = index({child, place.resource, pointer + "/" + step}, level + 1); !done) return done;
    }
  }
  return {};
}

Resource* Resources::find(const std::string& uri) {
  if (const auto at = by_uri_.find(uri); at != by_uri_.end()) return at->second;
  const std::string_view text = metaschema_text(uri);
  if (text.empty()) return nullptr;
  const auto document = Value::parse(text.substr(text.find('{')));
  if (!document) return nullptr;
  auto added = add_document(uri, *document, uri + "#");
  return added ? *added : nullptr;
}

Result<Place> Resources::resolve(const Resource& from, std::string_view reference) {
  const std::string target = resolve_uri(from.uri, reference);
  const auto [before, raw_fragment] = split_fragment(target);
  const std::string uri(before);
  const Resource* const resource = uri == from.uri ? &from : find(uri);
  if (resource == nullptr) {
    return Error{Errc::invalid, "no schema is known under " + uri +
                                    "; nothing is fetched from the network: put it under $defs with this $id"};
  }
  const auto fragment = percent_decoded(raw_fragment);
  if (!fragment) return Error{Errc::invalid, "broken %-escape in " + std::string(reference)};
  if (fragment->empty()) return resource->root;
  if (fragment->front() == '/') return follow_pointer(*resource, *fragment);
  if (const auto at = resource->anchors.find(*fragment); at != resource->anchors.end()) return at->second;
  return Error{Errc::invalid, "no $anchor is named " + *fragment + " in " + (uri.empty() ? "this schema" : uri)};
}

Result<Place> Resources::follow_pointer(const Resource& resource, std::string_view pointer) {
  Place place = resource.root;
  std::size_t at = 0;
  while (at < pointer.size()) {
    const std::size_t next = std::min(pointer.find('/', at + 1), pointer.size());
    const std::string_view step = pointer.substr(at, next - at);
    auto child = place.node.pointer(step);
    if (!child) return Error{Errc::invalid, "nothing is at #" + std::string(pointer)};
    place.node = *std::move(child);
    place.pointer.append(step);
    place.resource = owner(place);
    at = next;
  }
  // A target under a keyword that nobody knows is a schema by being referred to.
  if (auto done = index(place, 0); !done) return done.error();
  return place;
}

Resource* Resources::owner(const Place& place) const {
  const auto at = owner_of_node_.find(identity(place.node));
  return at == owner_of_node_.end() ? place.resource : at->second;
}

Result<Dialect> Resources::dialect(const Resource& resource) {
  if (resource.legacy) return legacy_dialect();
  if (resource.dialect_uri.empty()) return Dialect{};
  // An unknown $schema is taken for 2020-12: many tools write one of their own.
  const Resource* const metaschema = find(std::string(split_fragment(resource.dialect_uri).first));
  return metaschema == nullptr ? Dialect{} : dialect_of(metaschema->root.node);
}

}  // namespace collet::schema
