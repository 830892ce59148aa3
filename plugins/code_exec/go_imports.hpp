// What a program imports of the standard library, and what it uses and does not import.
#pragma once

#include <string>
#include <vector>

#include "go_tokens.hpp"

namespace code_exec {

struct GoImports {
  std::string clauses;    ///< `import "fmt"; import "os"; `; "": none are missing.
  std::string uses;       ///< One line a package: a name alike may hide it, and an unused import is an error.
  bool is_common = true;  ///< common_packages() are enough of the standard library.
};

[[nodiscard]] GoImports missing_imports(const std::vector<GoToken>& tokens);

/// What most programs get by with: a third of the standard library, to be compiled first.
[[nodiscard]] std::vector<std::string> common_packages();

}  // namespace code_exec
