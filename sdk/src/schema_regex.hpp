// schema_regex.hpp - ECMA-262 patterns on RE2: time linear in the text, whatever the pattern.
// SPDX-License-Identifier: Apache-2.0
//
// RE2 has no lookahead, no lookbehind and no back references, and repeats at most
// 1000 times; a pattern with one of these is refused when the schema is compiled.
#pragma once

#include <memory>
#include <string_view>

#include "collet/result.hpp"

namespace collet::schema {

class Regex {
 public:
  /// @error invalid: what about the pattern is not understood.
  static Result<Regex> compile(std::string_view ecma_pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// True when the pattern matches anywhere in `text`. Any thread.
  [[nodiscard]] bool found_in(std::string_view text) const;
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  struct Program;
  Regex(std::string pattern, std::unique_ptr<Program> program);

  std::string pattern_;
  std::unique_ptr<Program> program_;
};

}  // namespace collet::schema
