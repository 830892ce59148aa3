#pragma once

#include <cstdint>
#include <ctime>

namespace collet::launcher {

/// Nanoseconds of a clock that nobody sets.
[[nodiscard]] inline std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace collet::launcher
