// From a call's arguments to the boxes that answer it: what must be made before, each
// kept for later calls, and then the program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collet/exec_report.hpp"
#include "collet/result.hpp"
#include "collet/services.hpp"
#include "runtime.hpp"

namespace code_exec {

struct Language;

/// Something to be made and kept, or found.
struct Step {
  collet::ExecRequest request;
  collet::ExecReport (*failed)(const collet::ExecResult& run);  ///< Ends the call.
};

struct Plan {
  std::vector<Step> steps;
  collet::ExecRequest run;
};

/// @param installed key of the packages that the program sees; "": none.
/// @error not_found: a program that this needs is not installed.
[[nodiscard]] collet::Result<Plan> make_plan(const Language& language, const Runtime& runtime, std::string code,
                                             const std::string& installed);

}  // namespace code_exec
