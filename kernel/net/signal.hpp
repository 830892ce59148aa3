// Where a coroutine waits until somebody on the same thread has news for it.
#pragma once

#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace collet::net {

/// Not a latch: fire() wakes who waits now, so a waiter looks at its condition
/// before and after. One waiter at a time. [request-thread]
class Signal {
 public:
  [[nodiscard]] boost::asio::awaitable<void> wait() {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        Start{this}, boost::asio::use_awaitable);
  }
  [[nodiscard]] bool waiting() const { return waiter_ != nullptr; }
  /// Resumes the waiter before it returns; not from inside a coroutine that the
  /// waiter could end.
  void fire() {
    const std::unique_ptr<Waiter> waiter = std::move(waiter_);
    if (waiter) waiter->resume();
  }
  /// Destroys the waiting coroutine without resuming it; for the end of a loop.
  void drop() { const std::unique_ptr<Waiter> waiter = std::move(waiter_); }

 private:
  struct Waiter {
    virtual ~Waiter() = default;
    virtual void resume() = 0;
  };
  template <class Handler>
  struct HandlerWaiter final : Waiter {
    explicit HandlerWaiter(Handler&& taken) : handler(std::move(taken)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };
  struct Start {
    Signal* signal;
    template <class Handler>
    void operator()(Handler&& handler) const {
      using Kept = std::decay_t<Handler>;
      signal->waiter_ = std::make_unique<HandlerWaiter<Kept>>(std::forward<Handler>(handler));
    }
  };

  std::unique_ptr<Waiter> waiter_;
};

}  // namespace collet::net
