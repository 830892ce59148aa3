// collet/args.hpp - reads arguments or configuration, with errors that name the
// JSON path.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet {

/// A view of one JSON object. Every reader answers invalid with a text like
/// "/code: expected a string, got 12". Null counts as absent.
class Args {
 public:
  Args() = default;
  explicit Args(Value object, std::string path = {}) : object_(std::move(object)), path_(std::move(path)) {}

  [[nodiscard]] Result<std::string> string(std::string_view key) const;
  [[nodiscard]] Result<std::string> optional_string(std::string_view key, std::string_view other = {}) const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] Result<std::int64_t> optional_int(std::string_view key, std::int64_t other) const;
  [[nodiscard]] Result<double> number(std::string_view key) const;
  [[nodiscard]] Result<double> optional_number(std::string_view key, double other) const;
  [[nodiscard]] Result<bool> boolean(std::string_view key) const;
  [[nodiscard]] Result<bool> optional_bool(std::string_view key, bool other) const;
  /// Absent: empty.
  [[nodiscard]] Result<std::vector<std::string>> strings(std::string_view key) const;
  /// A member that must be an object; its own errors carry the longer path.
  [[nodiscard]] Result<Args> object(std::string_view key) const;

  [[nodiscard]] bool has(std::string_view key) const { return !object_[key].is_null(); }
  [[nodiscard]] const Value& json() const { return object_; }
  /// An error about one member: "/key: what".
  [[nodiscard]] Error error(std::string_view key, std::string_view what) const;

 private:
  [[nodiscard]] Error mismatch(std::string_view key, std::string_view expected) const;

  Value object_;
  std::string path_;
};

}  // namespace collet
