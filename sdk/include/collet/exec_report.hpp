// collet/exec_report.hpp - what a run in the sandbox looks like to the model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collet/call.hpp"
#include "collet/json.hpp"
#include "collet/services.hpp"

namespace collet {

/// What a run gave beside its output, for the key `result`.
struct ExecValue {
  std::string text;  ///< "": none.
  bool is_truncated = false;
};

struct ExecReport {
  std::string text;       ///< JSON, two-space indent: returncode, stdout, stderr, status, ...
  bool is_error = false;  ///< The run itself failed. A program's own exit code is no error.
  bool is_empty = false;  ///< Ran well, printed nothing, has no value.
};

/// @param more appended to the usual members.
[[nodiscard]] ExecReport exec_report(const ExecResult& run, const ExecValue& value = {}, const Members& more = {});

/// How a call ends that such a report answers.
[[nodiscard]] End exec_end(const ExecResult& run, const ExecReport& report);

/// Of a run that should have compiled the program, and has not. What a compiler says of
/// a program is a result, as the program's own failure is.
[[nodiscard]] ExecReport compile_report(const ExecResult& run);

/// Of a run that should have installed what another needs, and has not.
/// @param what has failed, in front of why.
[[nodiscard]] ExecReport install_report(const ExecResult& run, std::string_view what = "Dependency install failed");

/// A report for later turns: what was printed, shortened, without the figures.
/// Nothing if `report` is none.
[[nodiscard]] std::optional<std::string> shorter_exec_report(std::string_view report);

}  // namespace collet
