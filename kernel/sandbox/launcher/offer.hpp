// What the first process of a box hands a zygote, so that a copy of it becomes the box's
// program. Both are built from one tree; see wire.hpp.
#pragma once

#include <cstdint>

#include <linux/filter.h>

#include "sandbox/launcher/program.hpp"

namespace collet::launcher {

inline constexpr std::uint32_t kFilterMax = 1024;
inline constexpr char kZygoteIsReady = 'R';
inline constexpr const char* kForkPointLibrary = "collet-fork-point.so";
inline constexpr const char* kForkPointVariable = "COLLET_FORK_POINT";  ///< "3 4 5": the late input, then what else every copy is given.

/// Fds that come with it: the shared page, a pidfd of the sender, `groups` files that take
/// the writer into a cgroup, stdout, stderr, captured (if there is a target), the inputs.
struct Offer {
  std::uint32_t magic = wire::kMagic;
  std::uint32_t groups = 0;
  ProgramPlan program;
  std::uint32_t filter_count = 0;
  sock_filter filter[kFilterMax];  ///< As many are sent as there are.
};

}  // namespace collet::launcher
