// Descriptors that an interpreter has opened for itself before it was copied.
#pragma once

namespace collet::launcher {

/// Of the kinds that a copy can make anew.
struct ExtraFds {
  static constexpr int kMax = 16;
  int event_fds[kMax];
  int count = 0;
};

/// False when this process holds something that copies would share with each other:
/// anything but 0, 1, 2, what a box's program is given, and events.
/// @param given  a bit for each descriptor that every box's program is given.
[[nodiscard]] bool find_extra_fds(unsigned given, ExtraFds& found);
/// In a copy: events of its own, under the same numbers.
[[nodiscard]] bool renew(const ExtraFds& fds);

}  // namespace collet::launcher
