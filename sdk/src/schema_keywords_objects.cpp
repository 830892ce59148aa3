// schema_keywords_objects.cpp - counts of members, required and dependent ones, propertyNames.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

class MemberCount : public Keyword {
 public:
  MemberCount(const Subschema& owner, std::string name, std::optional<std::uint64_t> min,
              std::optional<std::uint64_t> max)
      : Keyword(owner, std::move(name)), min_(min), max_(max) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_object()) return true;
    const std::size_t size = at.value.size();
    const bool short_of = min_ && size < *min_;
    if (!short_of && !(max_ && size > *max_)) return true;
    const auto words = [&] {
      return "expected at " + (short_of ? "least " + counted(*min_, "property", "properties")
                                        : "most " + counted(*max_, "property", "properties")) +
             ", got " + std::to_string(size);
    };
    return run.fail(*this, at, words, short_of ? "minProperties" : "maxProperties");
  }

 private:
  const std::optional<std::uint64_t> min_;
  const std::optional<std::uint64_t> max_;
};

struct RequiredKey {
  std::string key;
  std::string hint;  // " (a string)": what the property is
};

class Required : public Keyword {
 public:
  Required(const Subschema& owner, std::string name, std::vector<RequiredKey> keys)
      : Keyword(owner, std::move(name)), keys_(std::move(keys)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_object()) return true;
    if (!run.spend(keys_.size() * at.value.size() / 32, at)) return false;
    bool fits = true;
    for (const RequiredKey& wanted : keys_) {
      if (at.value.has(wanted.key)) continue;
      fits = run.fail(*this, at, [&] { return "missing the property " + json::quote(wanted.key) + wanted.hint; });
      if (run.quiet()) return false;
    }
    return fits;
  }

  void known_properties(std::vector<std::string_view>& names, int) const override {
    for (const RequiredKey& wanted : keys_) names.emplace_back(wanted.key);
  }

 private:
  const std::vector<RequiredKey> keys_;
};

/// "`keys` must be there when `trigger` is."
struct Dependency {
  std::string trigger;
  std::vector<std::string> keys;
};

class DependentRequired : public Keyword {
 public:
  DependentRequired(const Subschema& owner, std::string name, std::vector<Dependency> dependencies)
      : Keyword(owner, std::move(name)), dependencies_(std::move(dependencies)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_object()) return true;
    bool fits = true;
    for (const Dependency& dependency : dependencies_) {
      if (!run.spend((1 + dependency.keys.size()) * at.value.size() / 32, at)) return false;
      if (!at.value.has(dependency.trigger)) continue;
      for (const std::string& key : dependency.keys) {
        if (at.value.has(key)) continue;
        fits = run.fail(*this, at, [&] {
          return "missing the property " + json::quote(key) + ", which is needed where " +
                 json::quote(dependency.trigger) + " is given";
        });
      }
    }
    return fits;
  }

 private:
  const std::vector<Dependency> dependencies_;
};

class DependentSchemas : public Keyword {
 public:
  using Branches = std::vector<std::pair<std::string, const Subschema*>>;
  DependentSchemas(const Subschema& owner, std::string name, Branches branches)
      : Keyword(owner, std::move(name)), branches_(std::move(branches)) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    if (!at.value.is_object()) return true;
    if (!run.spend(branches_.size() * at.value.size() / 32, at)) return false;
    bool fits = true;
    for (const auto& [trigger, schema] : branches_) {
      if (at.value.has(trigger) && !run.apply(*schema, at, evaluated)) fits = false;
    }
    return fits;
  }

  void known_properties(std::vector<std::string_view>& names, int levels) const override {
    for (const auto& branch : branches_) schema::known_properties(*branch.second, names, levels);
  }

 private:
  const Branches branches_;
};

class PropertyNames : public Keyword {
 public:
  PropertyNames(const Subschema& owner, std::string name, const Subschema* schema)
      : Keyword(owner, std::move(name)), schema_(*schema) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_object()) return true;
    bool fits = true;
    for (std::size_t i = 0; i < at.value.size(); ++i) {
      const Instance name{Value(at.value.key_at(i)), &at, at.value.key_at(i), i};
      Findings findings;
      {
        Capture capture(run, Capture::Mode::keep);
        if (!run.apply(schema_, name)) fits = false;
        findings = capture.take();
      }
      for (SchemaFinding& finding : findings) finding.message = "as a property's name: " + finding.message;
      run.add(std::move(findings));
      if (run.aborted() || (!fits && run.quiet())) return false;
    }
    return fits;
  }

 private:
  const Subschema& schema_;
};

/// The strings of `list`; empty when it holds something else.
std::optional<std::vector<std::string>> strings_of(const Value& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!list.at(i).is_string()) return std::nullopt;
    texts.emplace_back(*list.at(i).as_string());
  }
  return texts;
}

/// What `schema` says a property is, for "missing the property "code" (a string)".
std::string hint_of(const Value& schema) {
  const auto type = schema["type"].as_string();
  return type ? " (" + std::string(with_article(*type)) + ")" : "";
}

}  // namespace

void make_member_count(Making& making) {
  const auto min = making.count("minProperties");
  const auto max = making.count("maxProperties");
  making.add<MemberCount>(min, max);
}

void make_required(Making& making) {
  const auto keys = strings_of(making.value);
  if (!keys) return making.refuse("an array of property names");
  std::vector<RequiredKey> wanted;
  for (const std::string& key : *keys) wanted.push_back({key, hint_of(making.sibling("properties")[key])});
  making.add<Required>(std::move(wanted));
}

void make_dependent_required(Making& making) {
  if (!making.value.is_object()) return making.refuse("an object of arrays of property names");
  std::vector<Dependency> dependencies;
  for (std::size_t i = 0; i < making.value.size(); ++i) {
    auto keys = strings_of(making.value.member_at(i));
    if (!keys) return making.refuse("an object of arrays of property names");
    dependencies.push_back({std::string(making.value.key_at(i)), *std::move(keys)});
  }
  making.add<DependentRequired>(std::move(dependencies));
}

void make_dependent_schemas(Making& making) {
  if (!making.value.is_object()) return making.refuse("an object of schemas");
  DependentSchemas::Branches branches;
  for (std::size_t i = 0; i < making.value.size(); ++i) {
    const std::string_view key = making.value.key_at(i);
    branches.emplace_back(key, making.schema_under(making.keyword, key));
  }
  making.add<DependentSchemas>(std::move(branches));
}

/// Draft 7: either kind of dependency, by the shape of each member.
void make_dependencies(Making& making) {
  if (!making.value.is_object()) return making.refuse("an object of schemas or arrays of property names");
  DependentSchemas::Branches branches;
  std::vector<Dependency> dependencies;
  for (std::size_t i = 0; i < making.value.size(); ++i) {
    const std::string_view key = making.value.key_at(i);
    if (auto keys = strings_of(making.value.member_at(i))) {
      dependencies.push_back({std::string(key), *std::move(keys)});
    } else {
      branches.emplace_back(key, making.schema_under(making.keyword, key));
    }
  }
  if (!dependencies.empty()) making.add<DependentRequired>(std::move(dependencies));
  if (!branches.empty()) making.add<DependentSchemas>(std::move(branches));
}

void make_property_names(Making& making) {
  if (const Subschema* const schema = making.schema(making.keyword)) making.add<PropertyNames>(schema);
}

}  // namespace collet::schema
