// Go's words and signs, as far as telling statements apart needs it.
#pragma once

#include <string_view>
#include <vector>

namespace code_exec {

struct GoToken {
  enum class Kind { word, literal, sign, end };  ///< `end`: of a statement, written or not.
  Kind kind = Kind::end;
  std::string_view text;  ///< In the code; empty for an end that is not written.
  std::size_t at = 0;
  int depth = 0;  ///< Brackets around it; those themselves are outside.
};

/// Broken code gives tokens too.
[[nodiscard]] std::vector<GoToken> go_tokens(std::string_view code);

}  // namespace code_exec
