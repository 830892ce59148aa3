// What a box tells its launcher while there is no other way.
#pragma once

#include <atomic>
#include <cstdint>

#include "sandbox/wire.hpp"

namespace collet::launcher {

/// How a copy of a zygote comes into a box; see offer.cpp and fork_point.cpp.
struct Joining {
  std::atomic<std::uint32_t> state;   ///< A futex of the first process: JoinState.
  std::atomic<std::uint32_t> sealed;  ///< A futex of the copy: nobody can join any more.
};
enum JoinState : std::uint32_t { kOffered = 0, kJoined = 1, kNotJoined = 2 };

/// Memory that launcher and box share, so that a box can tell how far it got
/// without any descriptor. The program itself never sees it: exec drops it.
struct SharedPage {
  std::atomic<std::uint32_t> maps_written;  ///< A futex; the child waits for 1.
  sandbox::wire::Failure failure;
  std::atomic<std::int32_t> program;  ///< Its pid, as the box sees it.
  std::int32_t wait_status;
  std::int32_t status_known;
  std::uint32_t is_inside;      ///< Our part of a box that bubblewrap made has begun.
  std::uint32_t out_of_memory;  ///< Soft limits only: the reaper saw too much.
  Joining joining;
};

}  // namespace collet::launcher
