// Takes something away from this process and all it starts, as a host's policy would.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace collet::sandbox {

/// A system call that is answered with `error`; with `mask` only where its first
/// argument has one of these bits.
struct Denied {
  int number = 0;
  int error = 0;
  std::uint32_t mask = 0;
};
[[nodiscard]] bool deny(const std::vector<Denied>& calls);

/// Files whose path ends so are not opened for writing, by openat(): EPERM instead. A
/// process apart decides, so call it while that may look into this one's memory, as root.
[[nodiscard]] bool deny_writing(std::string_view ending);

}  // namespace collet::sandbox
