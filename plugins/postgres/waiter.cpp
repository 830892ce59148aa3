#include "waiter.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr std::int64_t kReserveMs = 500;  // for the end of a call: cancelling, telling why

Waiter::Clock::time_point after_ms(std::int64_t time_ms) { return Waiter::Clock::now() + std::chrono::milliseconds(time_ms); }

}  // namespace

/// Readable once the call should end. Outlives the call: the host may push late.
struct Waiter::Wake {
  Wake() : fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Wake() {
    if (fd >= 0) ::close(fd);
  }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;
  void ring() const {
    const std::uint64_t one = 1;
    // Fails only when it rings already.
    [[maybe_unused]] const auto written = ::write(fd, &one, sizeof(one));
  }
  const int fd;
};

Waiter::Waiter(std::shared_ptr<Wake> wake, Clock::time_point end, std::int64_t limit_ms)
    : wake_(std::move(wake)), end_(end), limit_ms_(limit_ms) {}

Waiter::Waiter(collet::Call& call, std::int64_t time_max_ms) : wake_(std::make_shared<Wake>()) {
  const std::int64_t remaining = call.remaining_ms();
  limit_ms_ = std::min(time_max_ms, remaining - std::min(kReserveMs, remaining / 4));
  end_ = after_ms(limit_ms_);
  call.on_cancel([wake = wake_] { wake->ring(); });
}

Waiter Waiter::for_ms(std::int64_t time_ms) { return {std::make_shared<Wake>(), after_ms(time_ms), time_ms}; }

Waiter Waiter::sooner(std::int64_t time_max_ms) const {
  const auto sooner = after_ms(time_max_ms);
  return sooner < end_ ? Waiter(wake_, sooner, time_max_ms) : *this;
}

std::int64_t Waiter::remaining_ms() const {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()).count();
  return std::max<std::int64_t>(left, 0);
}

Result<void> Waiter::wait(int socket, bool write) const {
  for (;;) {
    const std::int64_t left_ms = remaining_ms();
    if (left_ms == 0) return Error{Errc::timeout, "no answer within " + std::to_string(limit_ms_) + " ms"};
    std::array<pollfd, 2> watched = {{{socket, static_cast<short>(write ? POLLIN | POLLOUT : POLLIN), 0}, {wake_->fd, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(std::min<std::int64_t>(left_ms, 1 << 30)));
    if (ready < 0 && errno != EINTR) return Error{Errc::internal, "cannot wait for the database's socket"};
    if (ready <= 0) continue;
    if (watched[1].revents != 0) return Error{Errc::cancelled, "the call was cancelled"};
    if (watched[0].revents != 0) return {};
  }
}

}  // namespace postgres
