// schema_keywords_members.hpp - what is said of a property that nobody asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "schema_model.hpp"

namespace collet::schema {

/// "unknown property, did you mean packages".
[[nodiscard]] std::string unknown_property(const Subschema& schema, std::string_view name);

}  // namespace collet::schema
