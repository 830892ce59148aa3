// schema_alternatives.cpp - what to say when none of several forms fits.
// SPDX-License-Identifier: Apache-2.0
#include "schema_alternatives.hpp"

#include <algorithm>

#include "schema_words.hpp"

namespace collet::schema {

namespace {

constexpr int kReferencesMax = 8;  // followed to the schema that speaks

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

}  // namespace

std::string form_name(const Subschema& form, std::size_t index) {
  const auto title = behind_references(form).source["title"].as_string();
  return "form " + std::to_string(index + 1) + (title ? " (" + std::string(title->substr(0, 60)) + ")" : "");
}

bool report_no_alternative(Run& run, const Keyword& keyword, const Instance& at,
                           const std::vector<const Subschema*>& forms, std::vector<Findings> findings) {
  if (run.quiet()) return false;
  const std::string here = at.pointer();
  std::vector<std::string> wishes;
  bool all_simple = true;
  for (std::size_t i = 0; i < forms.size() && all_simple; ++i) {
    const auto own = simple_wishes(*forms[i], findings[i], here);
    all_simple = !own.empty();
    for (const std::string& wish : own) {
      if (std::find(wishes.begin(), wishes.end(), wish) == wishes.end()) wishes.push_back(wish);
    }
  }
  if (all_simple) {
    return run.fail(keyword, at, [&] { return "expected " + listed(wishes, "or") + ", got " + shortened(at.value); });
  }
  const auto closest = std::min_element(findings.begin(), findings.end(), [&](const Findings& a, const Findings& b) {
    return distance(a, here) < distance(b, here);
  });
  const auto index = static_cast<std::size_t>(closest - findings.begin());
  run.fail(keyword, at, [&] {
    if (forms.size() == 1) return std::string("does not fit");
    return "fits none of the " + std::to_string(forms.size()) + " forms; closest is " + form_name(*forms[index], index);
  });
  run.add(std::move(*closest));
  return false;
}

}  // namespace collet::schema
