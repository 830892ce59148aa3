// schema_model.hpp - what a compiled schema consists of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/schema.hpp"
#include "schema_dialect.hpp"

namespace collet::schema {

class Run;
struct Subschema;
struct Resource;

/// A place in a schema document.
struct Place {
  Value node;
  Resource* resource = nullptr;
  std::string pointer;  ///< From the document's root, not the resource's.
};

/// A schema with an absolute URI of its own: a document, or a part with $id.
struct Resource {
  std::string uri;  ///< Absolute, no fragment.
  Place root;
  std::string document_prefix;  ///< Before pointers in findings; "" for the schema itself.
  std::string dialect_uri;      ///< $schema in force here; may be empty.
  bool legacy = false;          ///< Draft 7 or older by $schema.
  std::map<std::string, Place, std::less<>> anchors;
  std::map<std::string, Place, std::less<>> dynamic_anchors;
  /// The compiled ones of `dynamic_anchors`.
  std::map<std::string, const Subschema*, std::less<>> dynamic_targets;
};

/// A value under validation with the way to it; lives on the checker's stack.
struct Instance {
  Value value;
  const Instance* parent = nullptr;
  std::string_view key;   // in a parent that is an object
  std::size_t index = 0;  // in a parent that is an array

  [[nodiscard]] std::string pointer() const;
  /// Entry or member `i`.
  [[nodiscard]] Instance child(std::size_t i) const;
};

/// Which entries or members of one instance a subschema has looked at: what the
/// unevaluated* keywords ask.
class Evaluated {
 public:
  explicit Evaluated(std::size_t children) : children_(children) {}
  void mark(std::size_t index) { children_[index] = true; }
  void mark_all() { children_.assign(children_.size(), true); }
  void merge(const Evaluated& other);
  [[nodiscard]] bool has(std::size_t index) const { return children_[index]; }

 private:
  std::vector<bool> children_;
};

/// One keyword, or a family that works as one (minItems stands alone, `if` takes
/// `then` and `else` along). Immutable after compiling.
class Keyword {
 public:
  Keyword(const Subschema& owner, std::string name) : owner_(owner), name_(std::move(name)) {}
  virtual ~Keyword() = default;
  Keyword(const Keyword&) = delete;
  Keyword& operator=(const Keyword&) = delete;

  /// @param evaluated null when nobody asks.
  /// @return false when `at` does not fit; the findings are in the run then.
  virtual bool check(Run& run, const Instance& at, Evaluated* evaluated) const = 0;
  /// Makes sense only when all keywords before it were satisfied.
  [[nodiscard]] virtual bool after_success() const { return false; }
  /// Adds the property names this keyword knows, for "did you mean".
  virtual void known_properties(std::vector<std::string_view>& names, int levels) const;

  [[nodiscard]] const Subschema& owner() const { return owner_; }
  /// Where the finding of `keyword` ("" for this one) lies.
  [[nodiscard]] std::string pointer(std::string_view keyword = {}) const;

 private:
  const Subschema& owner_;
  const std::string name_;
};

/// An object or boolean in schema position, ready to check.
struct Subschema {
  const Resource* resource = nullptr;
  std::string pointer;
  Value source;
  bool allows_nothing = false;      ///< The schema `false`.
  bool tracks_evaluated = false;    ///< Has an unevaluated* keyword.
  std::vector<std::unique_ptr<Keyword>> keywords;
  // What defaults are filled in by.
  const Subschema* reference = nullptr;
  std::vector<std::pair<std::string, const Subschema*>> properties;
};

/// Adds the property names that `schema` and what it applies in place know.
void known_properties(const Subschema& schema, std::vector<std::string_view>& names, int levels);

}  // namespace collet::schema
