// Packages of the standard library that a program uses and does not import.
#pragma once

#include <string>
#include <vector>

#include "go_tokens.hpp"

namespace code_exec {

struct GoImports {
  std::string clauses;  ///< `import "fmt"; import "os"; `; "": none are missing.
  std::string uses;     ///< One line a package: a name alike may hide it, and an unused import is an error.
};

[[nodiscard]] GoImports missing_imports(const std::vector<GoToken>& tokens);

}  // namespace code_exec
