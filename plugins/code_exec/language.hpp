// The languages, one row each. A new language is a new row and its bootstrap.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"
#include "collet/tool.hpp"

namespace code_exec {

/// An interpreter on this host.
struct Runtime {
  std::string interpreter;         ///< Absolute path.
  std::string version;             ///< "3.11"; "" when its name does not tell.
  std::vector<std::string> roots;  ///< Host folders that it needs in the box.
  bool is_configured = false;      ///< The operator chose it.
};

/// What differs between languages.
struct Language {
  std::string_view id;     ///< As in sandbox.runtimes: "python".
  std::string_view tool;   ///< Name of its tool.
  std::string_view title;
  std::string_view code_description;     ///< Of the argument `code`.
  std::string_view packages_description;  ///< Of the argument `packages`.
  /// The newest one on this host, in places where systems put it.
  std::optional<Runtime> (*find_runtime)();
  /// Fills in version and default roots of one that the operator named.
  void (*complete_runtime)(Runtime& runtime);
  /// The program's arguments. The code waits at descriptor 3, a value to show goes
  /// to descriptor 4, and `bootstrap` waits at descriptor 5.
  std::vector<std::string> (*argv)(const Runtime& runtime);
  const char* bootstrap;
  std::vector<std::string> (*env)(const Runtime& runtime);
  std::string (*description)(const Runtime& runtime);
  std::vector<collet::ToolExample> (*examples)();
};

[[nodiscard]] std::span<const Language> languages();

/// The tool of one language, as the model sees it.
[[nodiscard]] collet::ToolSpec tool_of(const Language& language, const Runtime& runtime);

/// Those of `folders` that exist.
[[nodiscard]] std::vector<std::string> existing(std::vector<std::string> folders);

extern const Language kPython;

}  // namespace code_exec
