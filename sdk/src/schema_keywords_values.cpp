// schema_keywords_values.cpp - type, enum, const: keywords for values of any kind.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "schema_compile.hpp"
#include "schema_run.hpp"
#include "schema_words.hpp"

namespace collet::schema {

namespace {

constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "integer", "number",
                                                    "string", "array",   "object"};

bool is_of_type(const Value& value, std::string_view type) {
  if (type == "integer") return value.is_integer();
  return name(value.kind()) == type;
}

class Type : public Keyword {
 public:
  Type(const Subschema& owner, std::string name, std::vector<std::string> types)
      : Keyword(owner, std::move(name)), types_(std::move(types)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    for (const std::string& type : types_) {
      if (is_of_type(at.value, type)) return true;
    }
    return run.fail(*this, at, [&] {
      std::vector<std::string> names;
      for (const std::string& type : types_) names.emplace_back(with_article(type));
      return "expected " + listed(names, "or") + ", got " + shortened(at.value) + hint(at.value);
    });
  }

 private:
  /// The commonest slips of models: "12" for 12, "[...]" for [...].
  [[nodiscard]] std::string hint(const Value& value) const {
    const auto text = value.as_string();
    if (!text || text->size() > 4096) return "";
    const auto inner = Value::parse(*text);
    if (!inner) return "";
    for (const std::string& type : types_) {
      if (type != "null" && is_of_type(*inner, type)) return " (do not put it in quotes)";
    }
    return "";
  }

  const std::vector<std::string> types_;
};

class Enum : public Keyword {
 public:
  Enum(const Subschema& owner, std::string name, Value allowed)
      : Keyword(owner, std::move(name)), allowed_(std::move(allowed)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (!run.spend(allowed_.size() / 8, at)) return false;
    for (std::size_t i = 0; i < allowed_.size(); ++i) {
      if (allowed_.at(i) == at.value) return true;
    }
    return run.fail(*this, at, [&] {
      std::vector<std::string> entries;
      std::vector<std::string_view> texts;
      for (std::size_t i = 0; i < allowed_.size(); ++i) {
        entries.push_back(shortened(allowed_.at(i)));
        if (const auto text = allowed_.at(i).as_string()) texts.push_back(*text);
      }
      std::string words = "expected " + std::string(entries.size() > 1 ? "one of " : "") + listed(entries, "or") +
                          ", got " + shortened(at.value);
      const std::string_view near = nearest(at.value.string_or(""), texts);
      // A short list shows it already.
      if (!near.empty() && entries.size() > 4) words += ", did you mean " + json::quote(near);
      return words;
    });
  }

 private:
  const Value allowed_;
};

class Const : public Keyword {
 public:
  Const(const Subschema& owner, std::string name, Value wanted)
      : Keyword(owner, std::move(name)), wanted_(std::move(wanted)) {}

  bool check(Run& run, const Instance& at, Evaluated*) const override {
    if (at.value == wanted_) return true;
    return run.fail(*this, at, [&] {
      const bool scalar = !wanted_.is_array() && !wanted_.is_object();
      return "expected " + (scalar ? shortened(wanted_) : "exactly " + wanted_.dump().substr(0, 200)) + ", got " +
             shortened(at.value);
    });
  }

 private:
  const Value wanted_;
};

bool is_type(const Value& name) {
  return std::find(kTypes.begin(), kTypes.end(), name.string_or("")) != kTypes.end();
}

}  // namespace

void make_type(Making& making) {
  const std::string expected = "one of null, boolean, integer, number, string, array, object, or an array of these";
  std::vector<std::string> types;
  if (making.value.is_string()) types.emplace_back(*making.value.as_string());
  for (std::size_t i = 0; making.value.is_array() && i < making.value.size(); ++i) {
    if (!is_type(making.value.at(i))) return making.refuse(expected);
    types.emplace_back(*making.value.at(i).as_string());
  }
  if (types.empty() || (making.value.is_string() && !is_type(making.value))) return making.refuse(expected);
  making.add<Type>(std::move(types));
}

void make_enum(Making& making) {
  if (!making.value.is_array()) return making.refuse("an array of values");
  making.add<Enum>(making.value);
}

void make_const(Making& making) { making.add<Const>(making.value); }

}  // namespace collet::schema
