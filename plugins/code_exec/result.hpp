// What a run looks like to the model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collet/exec_report.hpp"

namespace code_exec {

using Report = collet::ExecReport;

/// With the value of a last expression that the bootstrap has written.
/// @param more what else the report says.
[[nodiscard]] Report report_of(const collet::ExecResult& run, const collet::Members& more = {});

/// A report for later turns: what was printed, shortened, without the figures.
/// Nothing if `report` is none.
[[nodiscard]] std::optional<std::string> shorter_report(std::string_view report);

}  // namespace code_exec
