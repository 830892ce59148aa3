// schema_run.cpp - one validation under way: budget, dynamic scope, findings.
// SPDX-License-Identifier: Apache-2.0
#include "schema_run.hpp"

#include <algorithm>

#include "json_node.hpp"
#include "schema_uri.hpp"

namespace collet::schema {

std::string Instance::pointer() const {
  std::vector<const Instance*> way;
  for (const Instance* at = this; at->parent != nullptr; at = at->parent) way.push_back(at);
  std::string out;
  for (auto step = way.rbegin(); step != way.rend(); ++step) {
    const bool entry = (*step)->parent->value.is_array();
    out.append("/").append(entry ? std::to_string((*step)->index) : pointer_token((*step)->key));
  }
  return out;
}

Instance Instance::child(std::size_t i) const {
  if (value.is_array()) return {value.at(i), this, {}, i};
  return {value.member_at(i), this, value.key_at(i), i};
}

void Evaluated::merge(const Evaluated& other) {
  for (std::size_t i = 0; i < children_.size(); ++i) {
    if (other.children_[i]) children_[i] = true;
  }
}

void Keyword::known_properties(std::vector<std::string_view>&, int) const {}

std::string Keyword::pointer(std::string_view keyword) const {
  return owner_.pointer + "/" + pointer_token(keyword.empty() ? name_ : keyword);
}

void known_properties(const Subschema& schema, std::vector<std::string_view>& names, int levels) {
  if (levels == 0) return;
  for (const auto& keyword : schema.keywords) keyword->known_properties(names, levels - 1);
}

Findings Run::validate(const Subschema& schema, const Value& instance) {
  Findings findings;
  findings_ = &findings;
  apply(schema, Instance{ValueAccess::borrow(instance)});
  findings_ = nullptr;
  if (aborted_) findings.push_back(*std::move(aborted_));
  return findings;
}

bool Run::apply(const Subschema& schema, const Instance& at, Evaluated* evaluated) {
  if (!spend(1, at)) return false;
  if (depth_ == options_.depth_max) {
    abort(at, schema.pointer, "gave up: schemas apply to each other deeper than " +
                                  std::to_string(options_.depth_max) + " levels; is there a $ref that leads to itself?");
    return false;
  }
  if (schema.allows_nothing) {
    if (wants_findings()) findings_->push_back({at.pointer(), schema.pointer, "no value is allowed here"});
    return false;
  }
  // An unevaluated* keyword sees what its own neighbours looked at, and nothing
  // of what is around its schema.
  std::optional<Evaluated> own;
  Evaluated* const outer = evaluated;
  if (schema.tracks_evaluated) evaluated = &own.emplace(at.value.size());
  const bool enters = scope_.empty() || scope_.back() != schema.resource;
  if (enters) scope_.push_back(schema.resource);
  ++depth_;
  bool fits = true;
  for (const auto& keyword : schema.keywords) {
    // After a failure nearly everything looks unevaluated: that would only confuse.
    if (!fits && keyword->after_success()) continue;
    if (!keyword->check(*this, at, evaluated)) fits = false;
    if (aborted_ || (!fits && !wants_findings())) break;
  }
  --depth_;
  if (enters) scope_.pop_back();
  if (own && outer != nullptr) outer->merge(*own);
  return fits;
}

bool Run::spend(std::uint64_t steps, const Instance& at) {
  if (aborted_) return false;
  if (steps <= steps_left_) {
    steps_left_ -= steps;
    return true;
  }
  abort(at, "", "gave up: checking takes more than " + std::to_string(options_.steps_max) +
                    " steps; send less, or simplify the schema");
  return false;
}

void Run::add(Findings findings) {
  for (auto& finding : findings) {
    if (wants_findings()) findings_->push_back(std::move(finding));
  }
}

void Run::abort(const Instance& at, std::string pointer, std::string message) {
  aborted_ = SchemaFinding{at.pointer(), std::move(pointer), std::move(message)};
}

Capture::Capture(Run& run, Mode mode) : run_(run), outer_(run.findings_) {
  run.findings_ = outer_ == nullptr || mode == Mode::drop ? nullptr : &findings_;
}

}  // namespace collet::schema
