// utf8.hpp - well-formedness of UTF-8 (Unicode 15, table 3-7); private to the SDK.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace collet::utf8 {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Sequence {
  std::size_t length;  ///< Bytes to step over, at least 1.
  bool well_formed;    ///< Else `length` is the maximal broken part: one U+FFFD.
};

/// Classifies what begins at `at`, which must be < `end`.
inline Sequence sequence(const char* at, const char* end) {
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<std::uint8_t>(at[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::ptrdiff_t wanted = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte alone rules out overlong forms, surrogates and > U+10FFFF.
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (std::ptrdiff_t i = 1; i < wanted; ++i) {
    if (at + i == end || byte(i) < low || byte(i) > high) return {static_cast<std::size_t>(i), false};
    low = 0x80;
    high = 0xBF;
  }
  return {static_cast<std::size_t>(wanted), true};
}

/// Offset of the first broken sequence, npos when there is none.
inline std::size_t find_broken(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    std::uint64_t word;
    if (end - at >= 8) {
      std::memcpy(&word, at, 8);
      if ((word & 0x8080808080808080u) == 0) {
        at += 8;
        continue;
      }
    }
    const Sequence next = sequence(at, end);
    if (!next.well_formed) return static_cast<std::size_t>(at - text.data());
    at += next.length;
  }
  return std::string_view::npos;
}

/// `text` with each broken sequence replaced by U+FFFD.
inline std::string repaired(std::string_view text) {
  std::string out;
  out.reserve(text.size() + kReplacement.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    const Sequence next = sequence(at, end);
    out.append(next.well_formed ? std::string_view(at, next.length) : kReplacement);
    at += next.length;
  }
  return out;
}

/// Code points of well-formed text.
inline std::size_t count(std::string_view text) {
  std::size_t points = 0;
  for (const char c : text) points += (static_cast<std::uint8_t>(c) & 0xC0) != 0x80;
  return points;
}

}  // namespace collet::utf8
