// What is on its way to one client: bounded, coalesced, with a limit on patience.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "collet/result.hpp"
#include "net/clock.hpp"
#include "net/signal.hpp"
#include "net/transport.hpp"

namespace collet::net {

/// Bytes appended to text() go out with the next flush. A flush takes what the
/// socket takes; the rest follows when the socket is writable. [request-thread]
class Outbox {
 public:
  class Owner {
   public:
    virtual void await_io(IoStatus wanted) = 0;  ///< Call flush() when it can go on.
    virtual void flush_soon() = 0;  ///< Call flush() when the current handler is done.
    virtual void on_write_failed() = 0;

   protected:
    ~Owner() = default;
  };

  Outbox(Owner& owner, Transport& transport, std::size_t bytes_max, std::int64_t timeout_ms)
      : owner_(owner), transport_(transport), bytes_max_(bytes_max), timeout_ms_(timeout_ms) {}

  [[nodiscard]] std::string& text() { return text_; }
  /// Goes out after text(), without being copied. Only while none is under way.
  void set_body(std::string body) { body_ = std::move(body); }
  void flush();
  /// Flushes once the running handler is done, so that pieces written in a row
  /// leave in one packet.
  void flush_later();

  [[nodiscard]] std::size_t pending() const {
    return text_.size() - text_sent_ + body_.size() - body_sent_;
  }
  [[nodiscard]] std::size_t room() const { return pending() < bytes_max_ ? bytes_max_ - pending() : 0; }
  /// Waits until at most `bytes_left` bytes wait. @error closed, timeout.
  [[nodiscard]] boost::asio::awaitable<Result<void>> until(std::size_t bytes_left);
  [[nodiscard]] Result<void> status() const { return error_ ? Result<void>(*error_) : Result<void>(); }
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// Drops what waits; every later call ends with `error`.
  void fail(Error error);
  /// Destroys a waiting coroutine; the loop has ended.
  void drop() { space_.drop(); }
  /// When the client will have taken too little for too long.
  [[nodiscard]] std::int64_t stall_deadline() const { return stall_deadline_; }

 private:
  void advance(std::size_t bytes);
  void note_stall();
  void wake();

  Owner& owner_;
  Transport& transport_;
  const std::size_t bytes_max_;
  const std::int64_t timeout_ms_;
  std::string text_;
  std::string body_;
  std::size_t text_sent_ = 0;
  std::size_t body_sent_ = 0;
  std::size_t sent_since_stall_ = 0;
  std::int64_t stall_deadline_ = kNever;
  std::size_t wake_at_ = 0;
  bool is_flush_due_ = false;
  std::optional<Error> error_;
  Signal space_;
};

}  // namespace collet::net
