// How a Go program becomes one that a box can run.
#pragma once

#include <string>
#include <string_view>

#include "collet/result.hpp"
#include "plan.hpp"
#include "runtime.hpp"

namespace code_exec {

/// The whole text of GOROOT/VERSION; "" where there is none.
[[nodiscard]] std::string go_release(const Runtime& runtime);

/// The folder with the compiler and the linker; "": the toolchain is incomplete.
[[nodiscard]] std::string go_tools(const std::string& root);

/// The steps: the standard library once, and each program once. @error not_found.
[[nodiscard]] collet::Result<void> compile_go(const Runtime& runtime, std::string_view code, Plan& plan);

}  // namespace code_exec
