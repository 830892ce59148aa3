// collet/json.hpp - immutable JSON values, and a writer that needs no tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "collet/result.hpp"

namespace collet {

class Value;
using Members = std::vector<std::pair<std::string, Value>>;

/// Caps for text that came from somebody else.
struct JsonLimits {
  std::size_t depth_max = 128;          ///< Nesting of arrays and objects.
  std::size_t bytes_max = 64u << 20;    ///< Length of the text.
  bool reject_duplicate_keys = false;   ///< Else the last one counts.
};

/// One JSON value. A copy shares the document and is cheap; a part of a document
/// keeps the whole alive. Never changes, so any thread may read it.
class Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Value();  ///< null
  Value(std::nullptr_t) : Value() {}
  Value(bool boolean);
  Value(int number) : Value(static_cast<std::int64_t>(number)) {}
  Value(unsigned number) : Value(static_cast<std::int64_t>(number)) {}
  Value(std::int64_t number);
  Value(std::uint64_t number);
  Value(double number);  ///< Not finite: null.
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(std::string_view text);  ///< Broken UTF-8 is repaired with U+FFFD.

  /// Strict RFC 8259: no comments, BOM, NUL, trailing text or broken UTF-8.
  /// @error invalid (with line, column and what was expected), limit.
  static Result<Value> parse(std::string_view text, const JsonLimits& limits = {});

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_null() const { return kind() == Kind::null; }
  [[nodiscard]] bool is_bool() const { return kind() == Kind::boolean; }
  [[nodiscard]] bool is_number() const { return kind() == Kind::number; }
  [[nodiscard]] bool is_string() const { return kind() == Kind::string; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
  [[nodiscard]] bool is_object() const { return kind() == Kind::object; }
  /// A number without a fraction: 3 and 3.0, not 3.5.
  [[nodiscard]] bool is_integer() const;

  /// Empty when the value is of another kind (or, as_int64, out of range).
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;
  [[nodiscard]] std::optional<std::uint64_t> as_uint64() const;
  [[nodiscard]] std::optional<double> as_double() const;
  /// The view lives as long as any Value of this document.
  [[nodiscard]] std::optional<std::string_view> as_string() const;
  [[nodiscard]] std::string_view string_or(std::string_view other) const;

  /// Entries of an array or object, else 0.
  [[nodiscard]] std::size_t size() const;
  /// Entry of an array; null when out of range or no array.
  [[nodiscard]] Value at(std::size_t index) const;
  /// Member of an object; null when absent or no object: this API takes null
  /// and absent for the same thing.
  [[nodiscard]] Value operator[](std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const;
  /// Member `index` of an object in its written order.
  [[nodiscard]] std::string_view key_at(std::size_t index) const;
  [[nodiscard]] Value member_at(std::size_t index) const;
  /// By JSON pointer (RFC 6901, "" is this value). @error not_found, invalid.
  [[nodiscard]] Result<Value> pointer(std::string_view pointer) const;

  /// Compact text. @param pretty two-space indent.
  [[nodiscard]] std::string dump(bool pretty = false) const;
  /// Equal as JSON: member order does not matter, 1 equals 1.0.
  bool operator==(const Value& other) const;

 private:
  friend struct ValueAccess;
  Value(std::shared_ptr<const void> document, const void* node);

  std::shared_ptr<const void> document_;  // null for a plain null value
  const void* node_ = nullptr;
};

[[nodiscard]] std::string_view name(Value::Kind kind);

namespace json {

/// An object with these members in this order; a later equal key replaces.
[[nodiscard]] Value object(std::initializer_list<std::pair<std::string_view, Value>> members);
[[nodiscard]] Value object(const Members& members);
[[nodiscard]] Value array(std::initializer_list<Value> entries);
[[nodiscard]] Value array(const std::vector<Value>& entries);
/// `base` with the members of `over` added or replaced. Both objects.
[[nodiscard]] Value merge(const Value& base, const Value& over);
/// `object` without `key`.
[[nodiscard]] Value without(const Value& object, std::string_view key);
/// `text` as a quoted JSON string.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace json

/// Writes JSON text straight into a string. Commas are its own business; the
/// caller keeps begin/end paired.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);  ///< Broken UTF-8 is repaired.
  JsonWriter& number(std::int64_t number);
  JsonWriter& number(double number);
  JsonWriter& boolean(bool boolean);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  ///< Text that is valid JSON already.
  JsonWriter& value(const Value& value);
  // key + value in one step
  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, const char* text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, const std::string& text) { return key(name).string(text); }
  JsonWriter& member(std::string_view name, bool boolean_value) { return key(name).boolean(boolean_value); }
  template <class Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>)
  JsonWriter& member(std::string_view name, Integer integer) {
    return key(name).number(static_cast<std::int64_t>(integer));
  }
  JsonWriter& member(std::string_view name, double real) { return key(name).number(real); }
  JsonWriter& member(std::string_view name, const Value& json) { return key(name).value(json); }

  [[nodiscard]] const std::string& text() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace collet
