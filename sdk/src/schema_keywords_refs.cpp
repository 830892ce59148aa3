// schema_keywords_refs.cpp - $ref and $dynamicRef.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"
#include "schema_run.hpp"
#include "schema_uri.hpp"

namespace collet::schema {

namespace {

class Ref : public Keyword {
 public:
  Ref(const Subschema& owner, std::string name, const Subschema* target)
      : Keyword(owner, std::move(name)), target_(*target) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    return run.apply(target_, at, evaluated);
  }

  void known_properties(std::vector<std::string_view>& names, int levels) const override {
    schema::known_properties(target_, names, levels);
  }

 private:
  const Subschema& target_;
};

/// Goes to the outermost resource entered so far that has the anchor.
class DynamicRef : public Keyword {
 public:
  DynamicRef(const Subschema& owner, std::string name, const Subschema* first_target, std::string anchor)
      : Keyword(owner, std::move(name)), first_target_(*first_target), anchor_(std::move(anchor)) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    for (const Resource* const resource : run.scope()) {
      const auto target = resource->dynamic_targets.find(anchor_);
      if (target != resource->dynamic_targets.end()) return run.apply(*target->second, at, evaluated);
    }
    return run.apply(first_target_, at, evaluated);
  }

  void known_properties(std::vector<std::string_view>& names, int levels) const override {
    schema::known_properties(first_target_, names, levels);
  }

 private:
  const Subschema& first_target_;
  const std::string anchor_;
};

}  // namespace

void make_ref(Making& making) {
  const auto reference = making.value.as_string();
  if (!reference) return making.refuse("a URI reference");
  const Subschema* const target = making.target(*reference);
  if (target == nullptr) return;
  making.into.reference = target;
  making.add<Ref>(target);
}

void make_dynamic_ref(Making& making) {
  const auto reference = making.value.as_string();
  if (!reference) return making.refuse("a URI reference");
  const Subschema* const target = making.target(*reference);
  if (target == nullptr) return;
  const auto anchor = percent_decoded(split_fragment(*reference).second);
  // Only a name that is a $dynamicAnchor where it leads at first is dynamic.
  if (anchor && !anchor->empty() && target->source["$dynamicAnchor"].string_or("") == *anchor) {
    making.add<DynamicRef>(target, *anchor);
  } else {
    making.add<Ref>(target);
  }
}

}  // namespace collet::schema
