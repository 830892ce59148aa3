// Who may have a box now: so many at once, so much memory together, first come
// first served. Which place a box gets is not decided here; see slots.hpp.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace collet::sandbox {

struct AdmissionLimits {
  std::uint32_t boxes_max = 1;
  std::int64_t memory_bytes_max = 0;
  std::size_t queue_max = 0;
  std::string queue_full = "runs are waiting for a box already (sandbox.queue_max); try again later";  ///< After their number.
};

/// Bytes of memory this server may count on: of the host, or of its own cgroup.
[[nodiscard]] std::int64_t host_memory_bytes();

class Admission;

/// The right to one box, or to memory alone; gives it back when it goes.
class Grant {
 public:
  Grant(std::shared_ptr<Admission> owner, std::int64_t memory_bytes, std::uint32_t boxes)
      : owner_(std::move(owner)), memory_bytes_(memory_bytes), boxes_(boxes) {}
  Grant(const Grant&) = delete;
  ~Grant();

 private:
  std::shared_ptr<Admission> owner_;
  std::int64_t memory_bytes_;
  std::uint32_t boxes_;
};

/// [any-thread]
class Admission : public std::enable_shared_from_this<Admission> {
 public:
  explicit Admission(AdmissionLimits limits);

  /// Called with the grant on the thread that freed it, without any lock held:
  /// the receiver posts it to its own thread.
  using GrantFn = std::function<void(std::shared_ptr<Grant>)>;
  struct Waiter {
    std::int64_t memory_bytes = 0;
    GrantFn granted;
  };

  /// Grants at once (true), or takes the waiter into the queue (true as well).
  /// False with the reason in `why` when that can never or not now be done.
  [[nodiscard]] bool ask(const std::shared_ptr<Waiter>& waiter, std::string& why);
  /// Counts memory that is taken already, beside any box.
  [[nodiscard]] std::shared_ptr<Grant> hold(std::int64_t memory_bytes);
  /// @param free called when a run waits for memory that is held: gives some of it back, if
  /// that can be. Without any lock held, by whoever notices. Set before the first ask().
  void on_held_wanted(std::function<void()> free) { free_held_ = std::move(free); }
  /// Where the queue forgets a waiter that went away.
  void leave(const std::shared_ptr<Waiter>& waiter);
  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] std::size_t granted() const;

 private:
  friend class Grant;
  struct Ready {
    std::shared_ptr<Waiter> waiter;
    std::shared_ptr<Grant> grant;
  };
  [[nodiscard]] std::vector<Ready> take_ready();  // under the lock
  [[nodiscard]] bool wants_held() const;          // under the lock
  void pass_on(std::vector<Ready> ready, bool wants_held);
  void give_back(std::int64_t memory_bytes, std::uint32_t boxes);

  const AdmissionLimits limits_;
  mutable std::mutex mutex_;
  std::function<void()> free_held_;
  std::int64_t memory_bytes_ = 0;
  std::int64_t held_bytes_ = 0;  ///< Part of memory_bytes_.
  std::size_t granted_ = 0;
  std::deque<std::shared_ptr<Waiter>> queue_;
};

}  // namespace collet::sandbox
