// Points in time as text.
#pragma once

#include <cstdint>
#include <string>

namespace collet::base {

/// "2026-11-21T08:00:00.000Z" @param unix_ms milliseconds since 1970.
[[nodiscard]] std::string iso8601_ms(std::int64_t unix_ms);

}  // namespace collet::base
