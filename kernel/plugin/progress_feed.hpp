// Live output and progress on their way to the caller, at a rate that a watcher
// can follow: pieces of one stream are put together, steps overtake each other.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "collet/abi.h"
#include "plugin/invoke.hpp"

namespace collet::plugin {

/// [any-thread]
class ProgressFeed {
 public:
  using Clock = std::chrono::steady_clock;
  /// 20 events a second.
  static constexpr std::chrono::milliseconds kInterval{50};
  /// Waiting output beyond this is dropped; the result has it all the same.
  static constexpr std::size_t kWaitingBytesMax = 64 << 10;
  static constexpr std::size_t kWaitingMax = 256;  ///< Events, when kinds alternate.

  /// Takes one event in. @return how long until the waiting ones may go out;
  /// nothing when somebody has been told that already.
  std::optional<std::chrono::milliseconds> put(CallProgress progress, Clock::time_point now);
  /// What may go out now, in order.
  [[nodiscard]] std::vector<CallProgress> take(Clock::time_point now);

 private:
  std::mutex mutex_;
  std::deque<CallProgress> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool scheduled_ = false;
  Clock::time_point last_{};
};

}  // namespace collet::plugin
