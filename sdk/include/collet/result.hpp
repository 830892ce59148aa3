// collet/result.hpp - a value, or why there is none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace collet {

/// What kind of thing went wrong. The values are those of collet_status, so a
/// cast carries an error over the plugin boundary. The list is closed.
enum class Errc : std::int32_t {
  invalid = -1,      ///< An argument is wrong; the message says which.
  denied = -2,       ///< Policy, or a missing grant.
  not_found = -3,
  timeout = -4,
  cancelled = -5,    ///< The caller went away or gave up.
  limit = -6,        ///< A byte, count or size cap is used up.
  closed = -7,       ///< The other side is over.
  unavailable = -8,  ///< Cannot be done here or now; may work later.
  internal = -9,     ///< A bug, or a failure nobody foresaw.
  conflict = -10,    ///< Another state is there than the one expected.
};

/// The spelling used in logs and audit lines: "not_found".
[[nodiscard]] constexpr std::string_view name(Errc code) {
  switch (code) {
    case Errc::invalid: return "invalid";
    case Errc::denied: return "denied";
    case Errc::not_found: return "not_found";
    case Errc::timeout: return "timeout";
    case Errc::cancelled: return "cancelled";
    case Errc::limit: return "limit";
    case Errc::closed: return "closed";
    case Errc::unavailable: return "unavailable";
    case Errc::internal: return "internal";
    case Errc::conflict: return "conflict";
  }
  return "internal";
}

struct Error {
  Errc code = Errc::internal;
  std::string message;  ///< A sentence for a person; never holds a secret.

  bool operator==(const Error&) const = default;
};

/// Either a T or an Error. `if (!r) return r.error();` is the usual step.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Only when ok().
  T& value() & { return *std::get_if<0>(&state_); }
  const T& value() const& { return *std::get_if<0>(&state_); }
  T&& value() && { return std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Only when not ok().
  [[nodiscard]] const Error& error() const& { return *std::get_if<1>(&state_); }
  [[nodiscard]] Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

  [[nodiscard]] T value_or(T other) const& { return ok() ? value() : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace collet
