// Statements of other databases that models write, and what to write here.
#pragma once

#include <string>
#include <string_view>

namespace postgres {

/// What to write instead, or "" where the statement is not of that kind.
/// @param text without blanks and comments in front.
[[nodiscard]] std::string other_dialect(std::string_view text);

}  // namespace postgres
