// schema_keywords_numbers.cpp - minimum, maximum, their exclusive forms, multipleOf.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"
#include "schema_decimal.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

struct Bound {
  std::string keyword;
  Value limit;
  std::string_view words;
  int wrong_side;   // what compare_numbers(value, limit) must not be
  bool equal_fits;
};

class Range : public Keyword {
 public:
  Range(const Subschema& owner, std::string name, std::vector<Bound> bounds)
      : Keyword(owner, std::move(name)), bounds_(std::move(bounds)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_number()) return true;
    bool fits = true;
    for (const Bound& bound : bounds_) {
      const int order = compare_numbers(at.value, bound.limit);
      if (order != bound.wrong_side && (order != 0 || bound.equal_fits)) continue;
      fits = run.fail(
          *this, at,
          [&] {
            return "expected " + std::string(bound.words) + " " + bound.limit.dump() + ", got " + shortened(at.value);
          },
          bound.keyword);
    }
    return fits;
  }

 private:
  const std::vector<Bound> bounds_;
};

class MultipleOf : public Keyword {
 public:
  MultipleOf(const Subschema& owner, std::string name, Value divisor)
      : Keyword(owner, std::move(name)), divisor_(std::move(divisor)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_number() || is_multiple(at.value, divisor_)) return true;
    return run.fail(*this, at, [&] {
      return "expected a multiple of " + divisor_.dump() + ", got " + shortened(at.value);
    });
  }

 private:
  const Value divisor_;
};

}  // namespace

void make_range(Making& making) {
  static const Bound kForms[] = {
      {"minimum", {}, "at least", -1, true},
      {"maximum", {}, "at most", 1, true},
      {"exclusiveMinimum", {}, "more than", -1, false},
      {"exclusiveMaximum", {}, "less than", 1, false},
  };
  std::vector<Bound> bounds;
  for (const Bound& form : kForms) {
    if (!making.has(form.keyword)) continue;
    making.keyword = form.keyword;
    making.value = making.sibling(form.keyword);
    if (!making.value.is_number()) return making.refuse("a number");
    bounds.push_back(form);
    bounds.back().limit = making.value;
  }
  making.add<Range>(std::move(bounds));
}

void make_multiple_of(Making& making) {
  if (!making.value.is_number() || *making.value.as_double() <= 0) return making.refuse("a number above 0");
  making.add<MultipleOf>(making.value);
}

}  // namespace collet::schema
