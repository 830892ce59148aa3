// Arguments into options, with messages for people who mistyped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"

namespace CLI {
class App;
}

namespace collet::cli {

/// @param words without the program's name.
/// @return the exit code when that was all (help was shown, or a mistake was told).
[[nodiscard]] std::optional<int> parse(CLI::App& app, std::vector<std::string> words, Console& console);

/// "collet config knows no command "chekc"; did you mean "check"?"
[[nodiscard]] std::string unknown_word(const std::string& path, const std::string& word, const std::vector<std::string>& known);

}  // namespace collet::cli
