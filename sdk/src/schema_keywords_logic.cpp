// schema_keywords_logic.cpp - allOf, anyOf, oneOf, not, if/then/else.
// SPDX-License-Identifier: Apache-2.0
#include "schema_alternatives.hpp"
#include "schema_compile.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

class AllOf : public Keyword {
 public:
  AllOf(const Subschema& owner, std::string name, std::vector<const Subschema*> branches)
      : Keyword(owner, std::move(name)), branches_(std::move(branches)) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    bool fits = true;
    for (const Subschema* const branch : branches_) {
      if (!run.apply(*branch, at, evaluated)) fits = false;
      if (run.aborted() || (!fits && run.quiet())) return false;
    }
    return fits;
  }

  void known_properties(std::vector<std::string_view>& names, int levels) const override {
    for (const Subschema* const branch : branches_) schema::known_properties(*branch, names, levels);
  }

 private:
  const std::vector<const Subschema*> branches_;
};

/// anyOf and oneOf: some branches may fail without harm.
class Alternatives : public Keyword {
 public:
  Alternatives(const Subschema& owner, std::string name, std::vector<const Subschema*> branches, bool only_one)
      : Keyword(owner, std::move(name)), branches_(std::move(branches)), only_one_(only_one) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    std::vector<std::size_t> fitting;
    std::vector<Findings> findings(branches_.size());
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      if (try_branch(run, at, evaluated, i, findings[i])) fitting.push_back(i);
      if (run.aborted()) return false;
      if (!only_one_ && !fitting.empty() && evaluated == nullptr) return true;
    }
    if (fitting.size() == 1 || (!only_one_ && !fitting.empty())) return true;
    if (fitting.empty()) return report_no_alternative(run, *this, at, branches_, std::move(findings));
    return run.fail(*this, at, [&] {
      std::vector<std::string> forms;
      for (const std::size_t i : fitting) forms.push_back(form_name(*branches_[i], i));
      return "expected exactly one of the " + std::to_string(branches_.size()) + " forms, fits " + listed(forms, "and");
    });
  }

  void known_properties(std::vector<std::string_view>& names, int levels) const override {
    for (const Subschema* const branch : branches_) schema::known_properties(*branch, names, levels);
  }

 private:
  bool try_branch(Run& run, const Instance& at, Evaluated* evaluated, std::size_t i, Findings& findings) const {
    std::optional<Evaluated> own;
    if (evaluated != nullptr) own.emplace(at.value.size());
    Capture capture(run, Capture::Mode::keep);
    const bool fits = run.apply(*branches_[i], at, own ? &*own : nullptr);
    if (fits && own) evaluated->merge(*own);
    findings = capture.take();
    return fits;
  }

  const std::vector<const Subschema*> branches_;
  const bool only_one_;
};

class Not : public Keyword {
 public:
  Not(const Subschema& owner, std::string name, const Subschema* schema)
      : Keyword(owner, std::move(name)), schema_(*schema) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!fits_inner(run, at)) return !run.aborted();
    return run.fail(*this, at, [&] {
      const std::string form = schema_.source.dump();
      return "has a form that is not allowed here: " + shortened(at.value) + " fits " +
             (form.size() <= 120 ? form : "the schema under `not`");
    });
  }

 private:
  bool fits_inner(Run& run, const Instance& at) const {
    const Capture capture(run, Capture::Mode::drop);
    return run.apply(schema_, at);
  }

  const Subschema& schema_;
};

class If : public Keyword {
 public:
  If(const Subschema& owner, std::string name, const Subschema* condition, const Subschema* then, const Subschema* other)
      : Keyword(owner, std::move(name)), condition_(*condition), then_(then), else_(other) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    const bool holds = condition_holds(run, at, evaluated);
    if (run.aborted()) return false;
    const Subschema* const branch = holds ? then_ : else_;
    return branch == nullptr || run.apply(*branch, at, evaluated);
  }

  void known_properties(std::vector<std::string_view>& names, int levels) const override {
    for (const Subschema* const branch : {&condition_, then_, else_}) {
      if (branch != nullptr) schema::known_properties(*branch, names, levels);
    }
  }

 private:
  bool condition_holds(Run& run, const Instance& at, Evaluated* evaluated) const {
    const Capture capture(run, Capture::Mode::drop);
    std::optional<Evaluated> own;
    if (evaluated != nullptr) own.emplace(at.value.size());
    const bool holds = run.apply(condition_, at, own ? &*own : nullptr);
    if (holds && own) evaluated->merge(*own);
    return holds;
  }

  const Subschema& condition_;
  const Subschema* const then_;
  const Subschema* const else_;
};

}  // namespace

void make_all_of(Making& making) { making.add<AllOf>(making.schemas(making.keyword)); }
void make_any_of(Making& making) { making.add<Alternatives>(making.schemas(making.keyword), false); }
void make_one_of(Making& making) { making.add<Alternatives>(making.schemas(making.keyword), true); }

void make_not(Making& making) {
  if (const Subschema* const schema = making.schema("not")) making.add<Not>(schema);
}

void make_if(Making& making) {
  const Subschema* const condition = making.schema("if");
  const Subschema* const then = making.has("then") ? making.schema("then") : nullptr;
  const Subschema* const other = making.has("else") ? making.schema("else") : nullptr;
  if (condition != nullptr) making.add<If>(condition, then, other);
}

}  // namespace collet::schema
