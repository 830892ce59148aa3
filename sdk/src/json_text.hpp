// json_text.hpp - the spelling of strings and numbers; shared by writer and dump.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <string>
#include <string_view>

namespace collet {

/// `text` in quotes, escaped, broken UTF-8 repaired.
void append_quoted(std::string& out, std::string_view text);

/// The shortest text that reads back as the same double; whole ones keep ".0",
/// so that they stay what they were. Not finite: null.
void append_real(std::string& out, double number);

template <class Integer>
void append_integer(std::string& out, Integer number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

}  // namespace collet
