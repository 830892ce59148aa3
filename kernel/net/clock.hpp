// The clock that deadlines are counted by.
#pragma once

#include <cstdint>
#include <ctime>
#include <limits>

namespace collet::net {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// Milliseconds of a clock that only goes forward; a few ms coarse, and cheap.
[[nodiscard]] inline std::int64_t monotonic_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace collet::net
