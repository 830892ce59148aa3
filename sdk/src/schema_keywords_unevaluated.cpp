// schema_keywords_unevaluated.cpp - unevaluatedItems, unevaluatedProperties: what no
// neighbour, however it is nested in place, has looked at.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"
#include "schema_keywords_members.hpp"
#include "schema_run.hpp"

namespace collet::schema {

namespace {

class Unevaluated : public Keyword {
 public:
  Unevaluated(const Subschema& owner, std::string name, const Subschema* schema, Value::Kind kind)
      : Keyword(owner, std::move(name)), schema_(*schema), kind_(kind) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    if (at.value.kind() != kind_) return true;
    bool fits = true;
    for (std::size_t i = 0; i < at.value.size(); ++i) {
      if (evaluated->has(i)) continue;
      if (!check_child(run, at.child(i))) fits = false;
      if (run.aborted() || (!fits && run.quiet())) return false;
    }
    evaluated->mark_all();
    return fits;
  }

  [[nodiscard]] bool after_success() const override { return true; }

 private:
  bool check_child(Run& run, const Instance& child) const {
    if (!schema_.allows_nothing) return run.apply(schema_, child);
    return run.fail(*this, child, [&] {
      return kind_ == Value::Kind::object ? unknown_property(owner(), child.key) : "unexpected entry; leave it out";
    });
  }

  const Subschema& schema_;
  const Value::Kind kind_;
};

void make_unevaluated(Making& making, Value::Kind kind) {
  const Subschema* const schema = making.schema(making.keyword);
  if (schema == nullptr) return;
  making.into.tracks_evaluated = true;
  making.add<Unevaluated>(schema, kind);
}

}  // namespace

void make_unevaluated_items(Making& making) { make_unevaluated(making, Value::Kind::array); }
void make_unevaluated_properties(Making& making) { make_unevaluated(making, Value::Kind::object); }

}  // namespace collet::schema
