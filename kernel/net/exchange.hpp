// One response under way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/http_server.hpp"
#include "net/hub.hpp"
#include "net/outbox.hpp"

namespace collet::net {

struct ExchangeFacts {
  int version = 11;
  bool is_head = false;  ///< The request's method is HEAD: no body is sent.
  bool keep_alive = true;
  std::string request_id;  ///< A copy: the handler may take the request apart.
};

/// [request-thread]
class Exchange final : public base::Responder {
 public:
  Exchange(Hub& hub, Outbox& outbox, ExchangeFacts facts)
      : hub_(hub), outbox_(outbox), facts_(std::move(facts)) {}

  boost::asio::awaitable<Result<void>> send(int status, base::Headers headers, std::string body) override;
  boost::asio::awaitable<Result<void>> begin(int status, base::Headers headers,
                                             base::StreamOptions options) override;
  boost::asio::awaitable<Result<void>> write(std::string_view piece) override;
  boost::asio::awaitable<Result<void>> end() override;
  [[nodiscard]] bool begun() const override { return state_ != State::fresh; }

  /// Makes the best of a handler that has returned: 500 when it said nothing.
  void conclude();
  /// Whether another request may follow; counts after conclude().
  [[nodiscard]] bool keeps_alive() const { return facts_.keep_alive; }
  [[nodiscard]] bool is_due(std::int64_t now_ms) const { return now_ms >= keepalive_at_ms_; }
  /// Writes the keep-alive text when it is time.
  void tick(std::int64_t now_ms);

 private:
  enum class State { fresh, streaming, over };

  void put_head(int status, const base::Headers& headers, std::size_t body_size, bool streams);
  void put_piece(std::string_view piece);
  void put_off_keepalive();

  Hub& hub_;
  Outbox& outbox_;
  ExchangeFacts facts_;
  State state_ = State::fresh;
  bool is_chunked_ = false;
  bool has_body_ = true;
  base::StreamOptions options_;
  std::int64_t keepalive_at_ms_ = kNever;
};

}  // namespace collet::net
