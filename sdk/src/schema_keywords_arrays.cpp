// schema_keywords_arrays.cpp - minItems, maxItems, uniqueItems, prefixItems, items, contains.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"
#include "schema_run.hpp"
#include "schema_unique.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

std::string entries(std::uint64_t count) { return counted(count, "entry", "entries"); }

class ItemCount : public Keyword {
 public:
  ItemCount(const Subschema& owner, std::string name, std::optional<std::uint64_t> min, std::optional<std::uint64_t> max)
      : Keyword(owner, std::move(name)), min_(min), max_(max) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_array()) return true;
    const std::size_t size = at.value.size();
    const bool short_of = min_ && size < *min_;
    if (!short_of && !(max_ && size > *max_)) return true;
    const auto words = [&] {
      return "expected at " + (short_of ? "least " + entries(*min_) : "most " + entries(*max_)) + ", got " +
             std::to_string(size);
    };
    return run.fail(*this, at, words, short_of ? "minItems" : "maxItems");
  }

 private:
  const std::optional<std::uint64_t> min_;
  const std::optional<std::uint64_t> max_;
};

class UniqueItems : public Keyword {
 public:
  using Keyword::Keyword;

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!at.value.is_array()) return true;
    const auto spend = [&](std::uint64_t steps) { return run.spend(steps, at); };
    const auto equal = find_equal_entries(at.value, spend);
    if (run.aborted()) return false;
    if (!equal) return true;
    return run.fail(*this, at, [&] {
      return "expected different entries, but " + std::to_string(equal->first) + " and " +
             std::to_string(equal->second) + " are both " + shortened(at.value.at(equal->first));
    });
  }
};

/// prefixItems and items, or draft 7's list of items and additionalItems.
class Items : public Keyword {
 public:
  Items(const Subschema& owner, std::string name, std::vector<const Subschema*> prefix, const Subschema* rest,
        std::string_view rest_keyword)
      : Keyword(owner, std::move(name)), prefix_(std::move(prefix)), rest_(rest), rest_keyword_(rest_keyword) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    if (!at.value.is_array()) return true;
    const std::size_t size = at.value.size();
    if (rest_ != nullptr && rest_->allows_nothing && size > prefix_.size()) {
      return run.fail(*this, at, [&] {
        return "expected at most " + entries(prefix_.size()) + ", got " + std::to_string(size);
      }, rest_keyword_);
    }
    bool fits = true;
    for (std::size_t i = 0; i < size; ++i) {
      const Subschema* const schema = i < prefix_.size() ? prefix_[i] : rest_;
      if (schema == nullptr) break;
      if (!run.apply(*schema, at.child(i))) fits = false;
      if (run.aborted() || (!fits && run.quiet())) return false;
      if (evaluated != nullptr) evaluated->mark(i);
    }
    return fits;
  }

 private:
  const std::vector<const Subschema*> prefix_;
  const Subschema* const rest_;
  const std::string_view rest_keyword_;
};

class Contains : public Keyword {
 public:
  Contains(const Subschema& owner, std::string name, const Subschema* schema, std::uint64_t min,
           std::optional<std::uint64_t> max, bool marks)
      : Keyword(owner, std::move(name)), schema_(*schema), min_(min), max_(max), marks_(marks) {}

  bool check(Run& run, const Instance& at, Evaluated* evaluated) const override {
    if (!at.value.is_array()) return true;
    if (!marks_) evaluated = nullptr;
    const std::uint64_t found = count(run, at, evaluated);
    if (run.aborted()) return false;
    if (found < min_) {
      return run.fail(*this, at, [&] {
        return "expected at least " + entries(min_) + " of the form that `contains` asks for, got " +
               std::to_string(found) + " among " + std::to_string(at.value.size());
      }, min_ == 1 ? "contains" : "minContains");
    }
    if (!max_ || found <= *max_) return true;
    return run.fail(*this, at, [&] {
      return "expected at most " + entries(*max_) + " of the form that `contains` asks for, got " +
             std::to_string(found);
    }, "maxContains");
  }

 private:
  std::uint64_t count(Run& run, const Instance& at, Evaluated* evaluated) const {
    const Capture capture(run, Capture::Mode::drop);
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < at.value.size() && !run.aborted(); ++i) {
      if (!run.apply(schema_, at.child(i))) continue;
      ++found;
      if (evaluated != nullptr) evaluated->mark(i);
      if (evaluated == nullptr && !max_ && found >= min_) break;
    }
    return found;
  }

  const Subschema& schema_;
  const std::uint64_t min_;
  const std::optional<std::uint64_t> max_;
  const bool marks_;
};

}  // namespace

void make_item_count(Making& making) {
  const auto min = making.count("minItems");
  const auto max = making.count("maxItems");
  making.add<ItemCount>(min, max);
}

void make_unique_items(Making& making) {
  if (!making.value.is_bool()) return making.refuse("true or false");
  if (*making.value.as_bool()) making.add<UniqueItems>();
}

void make_items(Making& making) {
  const bool has_prefix = making.dialect.knows(kSince2019) && making.has("prefixItems");
  const bool as_tuple = !has_prefix && making.sibling("items").is_array();
  std::vector<const Subschema*> prefix;
  const Subschema* rest = nullptr;
  if (has_prefix) prefix = making.schemas("prefixItems");
  if (as_tuple) {  // draft 7
    for (std::size_t i = 0; i < making.value.size(); ++i) prefix.push_back(making.schema_at("items", i));
    if (making.has("additionalItems")) rest = making.schema("additionalItems");
  } else if (making.has("items")) {
    rest = making.schema("items");
  }
  making.add<Items>(std::move(prefix), rest, as_tuple ? "additionalItems" : "items");
}

void make_contains(Making& making) {
  const Subschema* const schema = making.schema("contains");
  if (schema == nullptr) return;
  const bool counts = making.dialect.knows(kSince2019 | kValidation);
  const auto min = counts ? making.count("minContains") : std::nullopt;
  const auto max = counts ? making.count("maxContains") : std::nullopt;
  making.add<Contains>(schema, min.value_or(1), max, making.dialect.knows(kSince2019));
}

}  // namespace collet::schema
