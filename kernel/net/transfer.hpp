// One outbound exchange: what curl's side puts in and the caller's side takes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/http_client.hpp"
#include "net/clock.hpp"
#include "net/signal.hpp"

namespace collet::net {

/// Nothing here resumes a coroutine: the engine fires news(). [request-thread]
class Transfer {
 public:
  explicit Transfer(base::HttpRequest taken);

  // curl's side

  /// The connection stands; the request is about to be sent.
  void on_connected();
  /// One line of the head, or its empty end. False: the head is too long.
  bool on_header(std::string_view line);
  enum class Taken { all, full, refused };
  /// full: nothing was taken, offer the piece again after resumed().
  Taken on_body(std::string_view piece);
  void on_done();
  /// The first error counts. Later pieces are refused.
  void fail(Error error);

  // the caller's side

  [[nodiscard]] bool has_head() const { return has_head_; }
  [[nodiscard]] bool has_news_for_reader() const { return !body_.empty() || over(); }
  [[nodiscard]] bool over() const { return is_done_ || error_.has_value(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  [[nodiscard]] base::HttpHead take_head() { return std::move(head_); }
  [[nodiscard]] std::string take_body() { return std::exchange(body_, {}); }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  void resumed();

  // time

  /// When something has taken too long; kNever when nothing can.
  [[nodiscard]] std::int64_t deadline_ms() const;
  /// Fails with the timeout that has passed, by name.
  void expire(std::int64_t now_ms);

  Signal& news() { return news_; }

  const base::HttpRequest request;
  const std::string origin;  ///< scheme://host:port for messages; no secrets.

 private:
  enum class Phase { connecting, sent, body };

  void enter(Phase phase, std::int64_t timeout_ms);

  base::HttpHead head_;
  std::string body_;
  std::uint64_t received_ = 0;
  std::size_t head_bytes_ = 0;
  std::int64_t total_deadline_ms_ = kNever;
  std::int64_t phase_deadline_ms_ = kNever;
  Phase phase_ = Phase::connecting;
  bool has_head_ = false;
  bool is_done_ = false;
  bool is_paused_ = false;
  std::optional<Error> error_;
  Signal news_;
};

/// The part of the client that an exchange needs.
class TransferEngine {
 public:
  virtual ~TransferEngine() = default;
  virtual void resume(Transfer& transfer) = 0;
  /// Nobody waits for it any more. Idempotent.
  virtual void abandon(Transfer& transfer) = 0;
  /// Wakes the transfer's coroutine from the loop.
  virtual void wake_later(std::shared_ptr<Transfer> transfer) = 0;
};

[[nodiscard]] std::unique_ptr<base::HttpExchange> make_exchange(std::shared_ptr<TransferEngine> engine,
                                                                std::shared_ptr<Transfer> transfer);

}  // namespace collet::net
