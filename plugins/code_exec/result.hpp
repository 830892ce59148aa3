// What a run looks like to the model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collet/services.hpp"

namespace code_exec {

struct Report {
  std::string text;        ///< JSON, two-space indent: returncode, stdout, stderr, ...
  bool is_error = false;   ///< The run itself failed. A program's own exit code is no error.
  bool is_empty = false;   ///< Ran well, printed nothing, has no value.
};

[[nodiscard]] Report report_of(const collet::ExecResult& run);

/// A report for later turns: what was printed, shortened, without the figures.
/// Nothing if `report` is none.
[[nodiscard]] std::optional<std::string> shorter_report(std::string_view report);

}  // namespace code_exec
