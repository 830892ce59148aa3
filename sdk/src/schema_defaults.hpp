// schema_defaults.hpp - absent properties that have a `default`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema_model.hpp"

namespace collet::schema {

/// `instance` with defaults filled in, `levels` of nested objects deep.
[[nodiscard]] Value with_defaults(const Subschema& schema, const Value& instance, std::size_t levels);

}  // namespace collet::schema
