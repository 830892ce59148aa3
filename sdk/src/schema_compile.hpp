// schema_compile.hpp - from documents to checkable subschemas.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema_model.hpp"
#include "schema_resources.hpp"

namespace collet::schema {

class Compiler;

/// One keyword on its way into a subschema; what the makers work with.
struct Making {
  Compiler& compiler;
  const Place& place;  ///< The schema object around the keyword.
  Subschema& into;
  const Dialect& dialect;
  std::string keyword;  ///< As written.
  Value value;          ///< Its value.

  /// Another keyword of the same schema.
  [[nodiscard]] Value sibling(std::string_view name) const { return place.node[name]; }
  [[nodiscard]] bool has(std::string_view name) const { return place.node.has(name); }

  /// The subschema at keyword `name`, or below it. Null after a refusal.
  const Subschema* schema(std::string_view name);
  const Subschema* schema_at(std::string_view name, std::size_t index);
  const Subschema* schema_under(std::string_view name, std::string_view key);
  /// All of a list of schemas, which must not be empty.
  std::vector<const Subschema*> schemas(std::string_view name);
  /// What a reference written here leads to. Null after a refusal.
  const Subschema* target(std::string_view reference);

  /// The schema is wrong: "`keyword`: expected ..., got ...". The first one counts.
  void refuse(const std::string& expected);
  /// Length or count; refuses all but integers >= 0.
  [[nodiscard]] std::optional<std::uint64_t> count(std::string_view name);

  template <class K, class... Arguments>
  K& add(Arguments&&... arguments) {
    auto made = std::make_unique<K>(into, keyword, std::forward<Arguments>(arguments)...);
    K& keyword_made = *made;
    into.keywords.push_back(std::move(made));
    return keyword_made;
  }
};

/// Compiles what a root reaches. Works off a list, so nesting costs no stack.
class Compiler {
 public:
  Compiler(Resources& resources, std::deque<Subschema>& storage, const SchemaOptions& options)
      : resources_(resources), storage_(storage), options_(options) {}

  Result<const Subschema*> compile(const Place& root);

  /// The subschema at `place`; compiled now or later. Null after a refusal.
  const Subschema* subschema(Place place);
  void refuse(const Place& place, const std::string& keyword, const std::string& what);
  Result<Place> resolve(const Place& from, std::string_view reference);
  [[nodiscard]] const SchemaOptions& options() const { return options_; }

 private:
  struct Pending {
    Place place;
    Subschema* into;
  };
  void fill(const Place& place, Subschema& into);
  void compile_dynamic_anchors(const Place& place);

  Resources& resources_;
  std::deque<Subschema>& storage_;
  const SchemaOptions& options_;
  std::unordered_map<std::string, const Subschema*> known_;  // by document and pointer
  std::vector<Pending> pending_;
  std::vector<const Resource*> resources_seen_;
  std::optional<Error> error_;
};

// Makers, by family. Each is called for a keyword that is present and in force.
void make_type(Making& making);
void make_enum(Making& making);
void make_const(Making& making);
void make_range(Making& making);
void make_multiple_of(Making& making);
void make_length(Making& making);
void make_pattern(Making& making);
void make_format(Making& making);
void make_item_count(Making& making);
void make_unique_items(Making& making);
void make_items(Making& making);
void make_contains(Making& making);
void make_member_count(Making& making);
void make_required(Making& making);
void make_dependent_required(Making& making);
void make_dependent_schemas(Making& making);
void make_dependencies(Making& making);
void make_members(Making& making);
void make_property_names(Making& making);
void make_all_of(Making& making);
void make_any_of(Making& making);
void make_one_of(Making& making);
void make_not(Making& making);
void make_if(Making& making);
void make_ref(Making& making);
void make_dynamic_ref(Making& making);
void make_unevaluated_items(Making& making);
void make_unevaluated_properties(Making& making);

}  // namespace collet::schema
