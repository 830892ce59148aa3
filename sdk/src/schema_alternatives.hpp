// schema_alternatives.hpp - what to say when none of several forms fits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "schema_run.hpp"

namespace collet::schema {

/// "form 2 (a point)": by its title, counted from 1.
[[nodiscard]] std::string form_name(const Subschema& form, std::size_t index);

/// Reports the shortest useful truth: one merged expectation where all forms are
/// simple, else the findings of the form that came closest.
/// @param findings why each form failed. @return false.
bool report_no_alternative(Run& run, const Keyword& keyword, const Instance& at,
                           const std::vector<const Subschema*>& forms, std::vector<Findings> findings);

}  // namespace collet::schema
