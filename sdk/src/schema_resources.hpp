// schema_resources.hpp - every schema that a $ref can reach, by URI and anchor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema_model.hpp"

namespace collet::schema {

/// Where `keyword` holds subschemas; the walk for $id and $anchor goes there and
/// nowhere else: an "$id" inside `enum` is data.
enum class Shape { none, schema, list, map };
[[nodiscard]] Shape shape_of(std::string_view keyword);

/// Finds and keeps the documents. Its places stay put until it dies.
class Resources {
 public:
  /// @param uri where the document was found; its own $id counts besides.
  /// @param prefix before pointers in findings.
  Result<Resource*> add_document(const std::string& uri, const Value& document, std::string prefix);

  /// What `reference`, written in `from`, means.
  /// @error invalid: nothing is known there.
  Result<Place> resolve(const Resource& from, std::string_view reference);

  /// The resource that `place` belongs to: its own when it has an $id.
  [[nodiscard]] Resource* owner(const Place& place) const;

  /// The dialect in force in `resource`.
  Result<Dialect> dialect(const Resource& resource);

 private:
  /// Null when unknown; loads a published metaschema by itself.
  Resource* find(const std::string& uri);
  Result<void> index(Place place, std::size_t level);
  Result<void> index_children(const Place& place, std::size_t level);
  Result<void> enter_resource(Place& place);
  Result<void> note_anchors(const Place& place);
  Result<Place> follow_pointer(const Resource& resource, std::string_view pointer);
  Resource* new_resource(std::string uri, Place root, const Resource* outer);

  std::deque<Resource> resources_;
  std::map<std::string, Resource*, std::less<>> by_uri_;
  std::unordered_map<const void*, Resource*> owner_of_node_;  // each indexed schema
};

}  // namespace collet::schema
