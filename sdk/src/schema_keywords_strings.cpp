// schema_keywords_strings.cpp - minLength, maxLength, pattern, format.
// SPDX-License-Identifier: Apache-2.0
#include "schema_compile.hpp"
#include "schema_formats.hpp"
#include "schema_regex.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"
#include "utf8.hpp"

namespace collet::schema {

namespace {

// A step is meant to be some 100 ns of work; so much text can be read in it.
constexpr std::size_t kBytesPerStep = 64;

class Length : public Keyword {
 public:
  Length(const Subschema& owner, std::string name, std::optional<std::uint64_t> min, std::optional<std::uint64_t> max)
      : Keyword(owner, std::move(name)), min_(min), max_(max) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    const auto text = at.value.as_string();
    if (!text) return true;
    if (!run.spend(text->size() / kBytesPerStep, at)) return false;
    const std::size_t characters = utf8::count(*text);
    const bool short_of = min_ && characters < *min_;
    if (!short_of && !(max_ && characters > *max_)) return true;
    const auto words = [&] {
      return "expected at " + (short_of ? "least " + counted(*min_, "character", "characters")
                                        : "most " + counted(*max_, "character", "characters")) +
             ", got " + std::to_string(characters) + ": " + shortened(at.value);
    };
    return run.fail(*this, at, words, short_of ? "minLength" : "maxLength");
  }

 private:
  const std::optional<std::uint64_t> min_;
  const std::optional<std::uint64_t> max_;
};

class Pattern : public Keyword {
 public:
  Pattern(const Subschema& owner, std::string name, Regex regex)
      : Keyword(owner, std::move(name)), regex_(std::move(regex)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    const auto text = at.value.as_string();
    if (!text) return true;
    if (!run.spend(text->size() / kBytesPerStep, at)) return false;
    if (regex_.found_in(*text)) return true;
    return run.fail(*this, at, [&] {
      return "expected a text that matches the pattern " + regex_.pattern() + ", got " + shortened(at.value);
    });
  }

 private:
  const Regex regex_;
};

class FormatCheck : public Keyword {
 public:
  FormatCheck(const Subschema& owner, std::string name, const Format& format)
      : Keyword(owner, std::move(name)), format_(format) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    const auto text = at.value.as_string();
    if (!text) return true;
    if (!run.spend(text->size() / kBytesPerStep, at)) return false;
    if (format_.fits(*text)) return true;
    return run.fail(*this, at, [&] {
      return "expected the format " + std::string(format_.name) + " (like " + std::string(format_.example) +
             "), got " + shortened(at.value);
    });
  }

 private:
  const Format& format_;
};

}  // namespace

void make_length(Making& making) {
  const auto min = making.count("minLength");
  const auto max = making.count("maxLength");
  making.add<Length>(min, max);
}

void make_pattern(Making& making) {
  const auto pattern = making.value.as_string();
  if (!pattern) return making.refuse("a regular expression");
  auto regex = Regex::compile(*pattern);
  if (!regex) {
    return making.compiler.refuse(making.place, making.keyword, shortened(making.value) + ": " + regex.error().message);
  }
  making.add<Pattern>(*std::move(regex));
}

void make_format(Making& making) {
  const auto name = making.value.as_string();
  if (!name) return making.refuse("the name of a format");
  const bool asserts = making.compiler.options().assert_formats || making.dialect.knows(kFormatAssertion);
  const Format* const format = find_format(*name);
  if (asserts && format != nullptr) making.add<FormatCheck>(*format);
}

}  // namespace collet::schema
