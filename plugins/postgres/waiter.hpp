// How long one call may wait for its database, and what ends that early.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "collet/call.hpp"
#include "collet/result.hpp"

namespace postgres {

/// The clock of one call. Watches a socket together with the call's cancellation.
class Waiter {
 public:
  using Clock = std::chrono::steady_clock;

  /// Ends a little before the call does, so that its error can still be told.
  /// @param time_max_ms at most this long. Watches `call` until it ends.
  Waiter(collet::Call& call, std::int64_t time_max_ms);

  /// For work that must come to an end whatever the caller does: no cancellation.
  static Waiter for_ms(std::int64_t time_ms);

  /// The same cancellation with an earlier end.
  [[nodiscard]] Waiter sooner(std::int64_t time_max_ms) const;

  /// Until `socket` can be read (or written, too). @error timeout, cancelled.
  [[nodiscard]] collet::Result<void> wait(int socket, bool write) const;
  [[nodiscard]] std::int64_t remaining_ms() const;
  [[nodiscard]] Clock::time_point end() const { return end_; }

 private:
  struct Wake;
  Waiter(std::shared_ptr<Wake> wake, Clock::time_point end, std::int64_t limit_ms);
  std::shared_ptr<Wake> wake_;
  Clock::time_point end_;
  std::int64_t limit_ms_;
};

}  // namespace postgres
