// schema_unique.hpp - equal entries of an array, without comparing each with each.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "collet/json.hpp"

namespace collet::schema {

/// Two entries of `array` that are equal as JSON, by index.
/// @param spend is told of the work to come and may stop it by returning false.
[[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> find_equal_entries(
    const Value& array, const std::function<bool(std::uint64_t steps)>& spend);

}  // namespace collet::schema
