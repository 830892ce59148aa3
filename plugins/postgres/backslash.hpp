// psql's backslash commands, as far as a model asks for them.
#pragma once

#include <optional>
#include <string>

#include "collet/result.hpp"
#include "tools.hpp"

namespace postgres {

/// Whether the text is a backslash command and no SQL.
[[nodiscard]] bool is_backslash(const std::string& query);
/// The query behind "\x", or nothing: another command.
[[nodiscard]] std::optional<std::string> expanded_query(const std::string& query);
/// @error invalid: names the commands there are.
[[nodiscard]] collet::Result<void> check_backslash(const std::string& query);
/// Runs any command but "\x".
[[nodiscard]] collet::Result<Answer> run_backslash(const Work& work, const std::string& query);

}  // namespace postgres
