// One outbound exchange: what a transport puts in and the caller's side takes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/intrusive/list_hook.hpp>

#include "base/http_client.hpp"
#include "net/clock.hpp"
#include "net/signal.hpp"

namespace collet::net {

inline constexpr std::size_t kAnswerHeadBytesMax = 256 << 10;  ///< Informational heads included.

using TransferHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// Nothing here resumes a coroutine: the engine fires news(). It hangs in its
/// engine's list (the hook) while a transport works for it. [request-thread]
class Transfer : public std::enable_shared_from_this<Transfer>, public TransferHook {
 public:
  explicit Transfer(base::HttpRequest taken);

  // the transport's side

  /// No connection yet, or no longer one.
  void on_connecting();
  /// The connection stands; the request is about to be sent.
  void on_connected();
  /// The head of the real answer, once.
  void on_head(base::HttpHead head);
  /// True, and the answer stands still until resumed(), when the reader has enough
  /// to read already. To be asked before each on_body().
  [[nodiscard]] bool pause_if_full();
  /// False: nothing more is wanted.
  bool on_body(std::string_view piece);
  void on_done();
  /// The first error counts. Later pieces are refused.
  void fail(Error error);
  /// It will not be sent again.
  void forget_body() { request_.body = {}; }

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
  [[nodiscard]] const base::HttpRequest& request() const { return request_; }
  /// scheme://host:port for messages; no secrets.
  [[nodiscard]] std::string origin() const;
  /// `what`, said of this exchange's peer.
  [[nodiscard]] Error error_of(Errc code, std::string_view what) const;

 private:
  enum class Phase { connecting, sent, body };

  void enter(Phase phase, std::int64_t timeout_ms);

  base::HttpRequest request_;
  base::HttpHead head_;
  std::string body_;
  std::uint64_t received_ = 0;
  std::int64_t total_deadline_ms_ = kNever;
  std::int64_t phase_deadline_ms_ = kNever;
  Phase phase_ = Phase::connecting;
  bool has_head_ = false;
  bool is_done_ = false;
  bool is_paused_ = false;
  std::optional<Error> error_;
  Signal news_;
};

class TransferEngine;

[[nodiscard]] std::unique_ptr<base::HttpExchange> make_exchange(std::shared_ptr<TransferEngine> engine,
                                                                std::shared_ptr<Transfer> transfer);

}  // namespace collet::net
