// schema_alternatives.cpp - what to say when none of several forms fits.
// SPDX-License-Identifier: Apache-2.0
#include "schema_alternatives.hpp"

#include <algorithm>

#include "schema_words.hpp"

namespace collet::schema {

namespace {

constexpr int kReferencesMax = 8;          // followed to the schema that speaks
constexpr std::size_t kMembersTried = 16;  // in search of a tag

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

const Subschema& behind_references(const Subschema& form) {
  const Subschema* schema = &form;
  for (int i = 0; i < kReferencesMax && schema->reference != nullptr; ++i) schema = schema->reference;
  return *schema;
}

/// What `form` wants in a word or two ("a string", "\"a\""), when its only
/// complaint is about the kind of value or its choice; else empty.
std::vector<std::string> simple_wishes(const Subschema& form, const Findings& findings, const std::string& here) {
  const Subschema& schema = behind_references(form);
  std::vector<std::string> wishes;
  if (findings.size() != 1 || findings[0].instance_pointer != here) return wishes;
  const std::string& place = findings[0].schema_pointer;
  const Value& source = schema.source;
  const auto add_all = [&](const Value& list, auto spell) {
    for (std::size_t i = 0; i < list.size(); ++i) wishes.push_back(spell(list.at(i)));
  };
  if (place == schema.pointer + "/const") {
    wishes.push_back(shortened(source["const"]));
  } else if (place == schema.pointer + "/enum") {
    add_all(source["enum"], shortened);
  } else if (place == schema.pointer + "/type") {
    const auto spell = [](const Value& type) { return std::string(with_article(type.string_or(""))); };
    if (source["type"].is_string()) wishes.push_back(spell(source["type"]));
    add_all(source["type"], spell);
  }
  return wishes;
}

/// How far the instance is from a form: another kind of value is farthest, a
/// wrong constant (often the tag that tells forms apart) comes next.
std::size_t distance(const Findings& findings, const std::string& here) {
  std::size_t sum = 0;
  for (const SchemaFinding& finding : findings) {
    const std::string_view place = finding.schema_pointer;
    if (place.ends_with("/type") && finding.instance_pointer == here) {
      sum += 1000;
    } else if (place.ends_with("/const") || place.ends_with("/enum")) {
      sum += 100;
    } else {
      sum += 10;
    }
  }
  return sum;
}

/// The values that `form` allows for its property `key`; empty when it allows
/// more than a choice, or does not know it.
std::vector<Value> choices_of(const Subschema& form, std::string_view key) {
  for (const auto& [name, property] : behind_references(form).properties) {
    if (name != key) continue;
    const Value& source = behind_references(*property).source;
    if (source.has("const")) return {source["const"]};
    std::vector<Value> choices;
    for (std::size_t i = 0; i < source["enum"].size(); ++i) choices.push_back(source["enum"].at(i));
    return choices;
  }
  return {};
}

/// The forms that a tag of the instance (a property for which every form has a
/// choice, like "kind") points at.
struct Tagged {
  bool has_tag = false;
  std::size_t member = 0;             // of the instance
  std::vector<std::string> wishes;    // all choices together
  std::vector<std::size_t> matching;  // forms
};

Tagged find_tag(const Instance& at, const std::vector<const Subschema*>& forms) {
  for (std::size_t m = 0; at.value.is_object() && m < at.value.size() && m < kMembersTried; ++m) {
    Tagged tagged{true, m, {}, {}};
    for (std::size_t i = 0; i < forms.size() && tagged.has_tag; ++i) {
      const std::vector<Value> choices = choices_of(*forms[i], at.value.key_at(m));
      tagged.has_tag = !choices.empty();
      for (const Value& choice : choices) add_once(tagged.wishes, shortened(choice));
      const auto same = std::find(choices.begin(), choices.end(), at.value.member_at(m));
      if (same != choices.end()) tagged.matching.push_back(i);
    }
    if (tagged.has_tag) return tagged;
  }
  return {};
}

/// One expectation for forms that differ in no more than the kind of value or a
/// choice; empty when there is more to say.
std::vector<std::string> merged_wishes(const std::vector<const Subschema*>& forms,
                                       const std::vector<Findings>& findings, const std::string& here) {
  std::vector<std::string> wishes;
  for (std::size_t i = 0; i < forms.size(); ++i) {
    const auto own = simple_wishes(*forms[i], findings[i], here);
    if (own.empty()) return {};
    for (const std::string& wish : own) add_once(wishes, wish);
  }
  return wishes;
}

}  // namespace

std::string form_name(const Subschema& form, std::size_t index) {
  const auto title = behind_references(form).source["title"].as_string();
  return "form " + std::to_string(index + 1) + (title ? " (" + std::string(title->substr(0, 60)) + ")" : "");
}

bool report_no_alternative(Run& run, const Keyword& keyword, const Instance& at,
                           const std::vector<const Subschema*>& forms, std::vector<Findings> findings) {
  if (run.quiet()) return false;
  const std::string here = at.pointer();
  const auto expected = [](const std::vector<std::string>& wishes, const Value& value) {
    return "expected " + listed(wishes, "or") + ", got " + shortened(value);
  };
  if (const auto wishes = merged_wishes(forms, findings, here); !wishes.empty()) {
    return run.fail(keyword, at, [&] { return expected(wishes, at.value); });
  }
  const Tagged tagged = find_tag(at, forms);
  if (tagged.has_tag && tagged.matching.empty()) {
    const Instance tag = at.child(tagged.member);
    return run.fail(keyword, tag, [&] { return expected(tagged.wishes, tag.value); });
  }
  auto closest = std::min_element(findings.begin(), findings.end(), [&](const Findings& a, const Findings& b) {
    return distance(a, here) < distance(b, here);
  });
  if (tagged.matching.size() == 1) closest = findings.begin() + static_cast<std::ptrdiff_t>(tagged.matching[0]);
  const auto index = static_cast<std::size_t>(closest - findings.begin());
  run.fail(keyword, at, [&] {
    if (forms.size() == 1) return std::string("does not fit");
    return "fits none of the " + std::to_string(forms.size()) + " forms; closest is " + form_name(*forms[index], index);
  });
  run.add(std::move(*closest));
  return false;
}

}  // namespace collet::schema
