// schema_words.hpp - how a finding speaks: short, and of use to whoever repairs the call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "collet/json.hpp"

namespace collet::schema {

/// The value as a person would name it: `12`, `"some text..."`, `an array of 3
/// entries`. At most about 60 bytes.
[[nodiscard]] std::string shortened(const Value& value);

/// "a string", "an integer": for a name that the `type` keyword knows.
[[nodiscard]] std::string_view with_article(std::string_view type);

/// "a", "a or b", "a, b or c"; beyond a dozen entries ", ... (40 in all)".
[[nodiscard]] std::string listed(const std::vector<std::string>& entries, std::string_view conjunction);

/// The candidate that `name` is most likely a slip of; empty when none is near.
[[nodiscard]] std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

/// "1 entry", "3 entries".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);

}  // namespace collet::schema
