// schema_keywords_members.cpp - properties, patternProperties, additionalProperties: one
// family, since the third is about what the first two leave over.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_map>

#include "schema_compile.hpp"
#include "schema_keywords_members.hpp"
#include "schema_regex.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

constexpr std::size_t kBytesPerStep = 64;  // of a name, for a pattern

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

struct PatternBranch {
  Regex regex;
  const Subschema* schema;
};

struct Branches {
  std::unordered_map<std::string, const Subschema*, TextHash, std::equal_to<>> named;
  std::vector<PatternBranch> patterns;
  const Subschema* rest = nullptr;
};

class Members : public Keyword {
 public:
  Members(const Subschema& owner, std::string name, Branches branches)
      : Keyword(owner, std::move(name)), branches_(std::move(branches)) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    if (!at.value.is_object()) return true;
    bool fits = true;
    for (std::size_t i = 0; i < at.value.size(); ++i) {
      bool known = false;
      if (!check_member(run, at.child(i), known)) fits = false;
      if (run.aborted() || (!fits && run.quiet())) return false;
      if (known && evaluated != nullptr) evaluated->mark(i);
    }
    return fits;
  }

  void known_properties(std::vector<std::string_view>& names, int) const override {
    // In the order of the schema, not of the hash table.
    for (const auto& property : owner().properties) names.emplace_back(property.first);
  }

 private:
  bool check_member(Run& run, const Instance& member, bool& known) const {
    const std::uint64_t pattern_steps = branches_.patterns.size() * (1 + member.key.size() / kBytesPerStep);
    if (!run.spend(pattern_steps, member)) return false;
    bool fits = true;
    if (const auto named = branches_.named.find(member.key); named != branches_.named.end()) {
      known = true;
      fits = run.apply(*named->second, member);
    }
    for (const PatternBranch& branch : branches_.patterns) {
      if (!branch.regex.found_in(member.key)) continue;
      known = true;
      if (!run.apply(*branch.schema, member)) fits = false;
    }
    if (known || branches_.rest == nullptr) return fits;
    known = true;
    if (branches_.rest->allows_nothing) {
      return run.fail(*this, member, [&] { return unknown_property(owner(), member.key); }, "additionalProperties");
    }
    return run.apply(*branches_.rest, member);
  }

  const Branches branches_;
};

std::vector<PatternBranch> make_patterns(Making& making) {
  std::vector<PatternBranch> patterns;
  const Value schemas = making.sibling("patternProperties");
  for (std::size_t i = 0; i < schemas.size(); ++i) {
    const std::string_view pattern = schemas.key_at(i);
    auto regex = Regex::compile(pattern);
    if (!regex) {
      making.compiler.refuse(making.place, "patternProperties", shortened(Value(pattern)) + ": " + regex.error().message);
      break;
    }
    patterns.push_back({*std::move(regex), making.schema_under("patternProperties", pattern)});
  }
  return patterns;
}

}  // namespace

std::string unknown_property(const Subschema& schema, std::string_view name) {
  constexpr int kLevels = 6;  // of allOf, $ref and the like
  std::vector<std::string_view> known;
  known_properties(schema, known, kLevels);
  std::string words = "unknown property";
  if (const std::string_view near = nearest(name, known); !near.empty()) {
    return words.append(", did you mean ").append(near);
  }
  if (known.empty()) return words + "; none is known here";
  std::vector<std::string> names;
  for (const std::string_view each : known) {
    if (std::find(names.begin(), names.end(), each) == names.end()) names.emplace_back(each);
  }
  return words + "; known: " + listed(names, "and");
}

void make_members(Making& making) {
  for (const std::string_view keyword : {"properties", "patternProperties"}) {
    if (!making.has(keyword) || making.sibling(keyword).is_object()) continue;
    making.keyword = keyword;
    making.value = making.sibling(keyword);
    return making.refuse("an object of schemas");
  }
  Branches branches;
  const Value properties = making.sibling("properties");
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const std::string_view key = properties.key_at(i);
    const Subschema* const schema = making.schema_under("properties", key);
    branches.named.emplace(key, schema);
    making.into.properties.emplace_back(key, schema);
  }
  branches.patterns = make_patterns(making);
  if (making.has("additionalProperties")) branches.rest = making.schema("additionalProperties");
  making.add<Members>(std::move(branches));
}

}  // namespace collet::schema
