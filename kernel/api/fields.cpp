#include "api/fields.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace collet::api {
namespace {

constexpr std::size_t kQuotedMax = 80;

std::string range_words(std::string_view what, double min, double max) {
  const Value low(min), high(max);
  return std::string(what) + " from " + low.dump() + " to " + high.dump();
}

}  // namespace

std::string quoted(const Value& value) { return base::shorten(value.dump(), kQuotedMax); }

Fields::Fields(Value object, std::string path) : object_(std::move(object)), path_(std::move(path)) {
  if (!object_.is_object()) {
    error_ = Error{Errc::invalid, (path_.empty() ? "the request body" : path_) +
                                      ": expected a JSON object, got " + quoted(object_)};
  }
}

std::string Fields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::complain(std::string_view name, std::string what) {
  if (!error_) error_ = Error{Errc::invalid, path_of(name) + ": " + std::move(what)};
}

Value Fields::expect(std::string_view name, Value::Kind kind, std::string_view words) {
  Value value = object_[name];
  if (value.is_null() || value.kind() == kind) return value;
  complain(name, "expected " + std::string(words) + ", got " + quoted(value));
  return {};
}

std::string Fields::string(std::string_view name, std::string_view fallback) {
  return std::string(expect(name, Value::Kind::string, "a string").string_or(fallback));
}

std::string Fields::required_string(std::string_view name) {
  std::string text = string(name);
  if (text.empty()) complain(name, "is missing; expected a non-empty string");
  return text;
}

bool Fields::boolean(std::string_view name, bool fallback) {
  return expect(name, Value::Kind::boolean, "true or false").as_bool().value_or(fallback);
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const Value value = object_[name];
  if (value.is_null()) return std::nullopt;
  const auto integer = value.is_integer() ? value.as_int64() : std::nullopt;
  if (integer && *integer >= min && *integer <= max) return integer;
  const bool bounded = max != std::numeric_limits<std::int64_t>::max();
  complain(name, "expected a whole number " +
                     (bounded ? "from " + std::to_string(min) + " to " + std::to_string(max)
                              : "of at least " + std::to_string(min)) +
                     ", got " + quoted(value));
  return std::nullopt;
}

std::optional<double> Fields::number(std::string_view name, double min, double max) {
  const Value value = object_[name];
  if (value.is_null()) return std::nullopt;
  const auto number = value.as_double();
  if (number && *number >= min && *number <= max) return number;
  complain(name, "expected " + range_words("a number", min, max) + ", got " + quoted(value));
  return std::nullopt;
}

Value Fields::object(std::string_view name) { return expect(name, Value::Kind::object, "an object"); }
Value Fields::array(std::string_view name) { return expect(name, Value::Kind::array, "an array"); }

std::string Fields::choice(std::string_view name, std::span<const std::string> choices,
                           std::string_view fallback) {
  std::string text = string(name, fallback);
  if (!object_[name].is_string() || std::find(choices.begin(), choices.end(), text) != choices.end()) return text;
  const std::string_view near = base::nearest(text, choices);
  complain(name, "\"" + base::shorten(text, 80) + "\" is unknown; expected one of " +
                     base::join(choices, ", ") +
                     (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?"));
  return std::string(fallback);
}

std::string Fields::unknown(std::span<const std::string> known) const {
  for (std::size_t i = 0; i < object_.size(); ++i) {
    const std::string_view key = object_.key_at(i);
    if (std::find(known.begin(), known.end(), key) == known.end()) return base::shorten(key, kQuotedMax);
  }
  return {};
}

void Fields::warn_of_unknown(std::span<const std::string> known, std::vector<std::string>& warnings) const {
  const std::string name = unknown(known);
  if (name.empty()) return;
  const std::string_view near = base::nearest(name, known);
  warnings.push_back(path_of(name) + ": unknown field, ignored" +
                     (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?"));
}

}  // namespace collet::api
