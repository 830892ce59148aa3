// What a program asked for, installed before it runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "collet/call.hpp"
#include "collet/exec_report.hpp"
#include "language.hpp"

namespace code_exec {

/// Ends the call with a report.
void finish(collet::Call& call, const collet::ExecResult& run, const collet::ExecReport& report);

[[nodiscard]] bool went_well(const collet::ExecResult& run);

/// Installs, unless that is kept already, then calls `go_on` with the key under which it
/// is. Ends the call when it cannot.
void install_first(collet::Call call, const Language& language, const Runtime& runtime, std::vector<std::string> packages,
                   std::function<void(collet::Call, const std::string&)> go_on);

}  // namespace code_exec
