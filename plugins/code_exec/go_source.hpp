// What a model writes as a Go program, made one that the compiler takes.
#pragma once

#include <string>
#include <string_view>

namespace code_exec {

struct GoProgram {
  std::string source;
  bool is_common = true;  ///< common_packages() are enough of the standard library.
};

/// A file main.go. Code without a package clause gets one, and a func main around its
/// statements if it has none; packages of the standard library that it uses and does not
/// import are imported. The compiler's messages keep the code's own line numbers.
[[nodiscard]] GoProgram go_program(std::string_view code);

}  // namespace code_exec
