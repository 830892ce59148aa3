// A server's error as psql shows it, with the place in the statement.
#pragma once

#include <string>
#include <string_view>

#include "table.hpp"

namespace postgres {

/// @param statement what error.position counts in.
[[nodiscard]] std::string error_text(const ServerError& error, std::string_view statement);

}  // namespace postgres
