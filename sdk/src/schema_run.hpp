// schema_run.hpp - one validation under way: budget, dynamic scope, findings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "schema_model.hpp"

namespace collet::schema {

using Findings = std::vector<SchemaFinding>;

class Run {
 public:
  explicit Run(const SchemaOptions& options) : options_(options), steps_left_(options.steps_max) {}

  /// Validates the whole. Once per Run.
  Findings validate(const Subschema& schema, const Value& instance);

  /// True when `at` fits; marks what was looked at.
  bool apply(const Subschema& schema, const Instance& at, Evaluated* evaluated = nullptr);

  /// Notes a finding of `keyword`; `words` makes the message and runs only when
  /// somebody will read it. @return false, so that a check can end with it.
  template <class Words>
  bool fail(const Keyword& keyword, const Instance& at, Words&& words, std::string_view part = {}) {
    if (wants_findings()) findings_->push_back({at.pointer(), keyword.pointer(part), words()});
    return false;
  }

  /// Pays for work besides apply(), which costs one. @return false when the
  /// budget is used up: give up.
  bool spend(std::uint64_t steps, const Instance& at);

  /// Nobody reads findings now: a check may stop at the first failure.
  [[nodiscard]] bool quiet() const { return findings_ == nullptr; }
  [[nodiscard]] bool aborted() const { return aborted_.has_value(); }
  /// Resources entered, outermost first: the dynamic scope.
  [[nodiscard]] const std::vector<const Resource*>& scope() const { return scope_; }
  void add(Findings findings);

 private:
  friend class Capture;
  [[nodiscard]] bool wants_findings() const {
    return findings_ != nullptr && findings_->size() < options_.findings_max;
  }
  void abort(const Instance& at, std::string pointer, std::string message);

  const SchemaOptions& options_;
  std::uint64_t steps_left_;
  std::size_t depth_ = 0;
  std::vector<const Resource*> scope_;
  Findings* findings_ = nullptr;
  std::optional<SchemaFinding> aborted_;
};

/// While it lives, findings go to it instead of the run's: the alternatives of
/// anyOf fail without the whole failing.
class Capture {
 public:
  enum class Mode { keep, drop };
  Capture(Run& run, Mode mode);
  ~Capture() { run_.findings_ = outer_; }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  Findings take() { return std::move(findings_); }

 private:
  Run& run_;
  Findings* const outer_;
  Findings findings_;
};

}  // namespace collet::schema
