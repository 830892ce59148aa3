// schema_decimal.hpp - JSON numbers compared and divided as the decimals they are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collet/json.hpp"

namespace collet::schema {

/// -1, 0, 1 for a < b, a == b, a > b; exact, also between integers and doubles.
/// Both must be numbers.
[[nodiscard]] int compare_numbers(const Value& a, const Value& b);

/// True when `number` is a multiple of `divisor` (> 0) in decimal: 0.3 is one of
/// 0.1, although their doubles disagree. No overflow: works modulo the divisor.
[[nodiscard]] bool is_multiple(const Value& number, const Value& divisor);

}  // namespace collet::schema
