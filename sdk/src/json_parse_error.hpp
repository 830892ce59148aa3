// json_parse_error.hpp - where a JSON text is wrong, in plain words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "json_node.hpp"

namespace collet {

inline constexpr std::string_view kNumberTooLarge = "expected a number that fits a 64-bit float";
inline constexpr std::string_view kLoneSurrogate =
    "expected a full surrogate pair (\\ud83d\\ude00), got one half of it";

/// What the reader stumbled over, placed in `text`.
[[nodiscard]] Error reader_error(std::string_view text, const rapid::ParseResult& outcome);

/// "line 2, column 7: `expected`, got '}'".
/// @param offset into `text`, in bytes.
[[nodiscard]] Error parse_error(std::string_view text, std::size_t offset, std::string_view expected);

/// `error` with its place in front.
[[nodiscard]] Error located(std::string_view text, std::size_t offset, Error error);

}  // namespace collet
