#include "net/exchange.hpp"

#include <algorithm>
#include <utility>

#include "net/response_head.hpp"

namespace collet::net {

namespace asio = boost::asio;

namespace {

Error twice() { return Error{Errc::internal, "this request has been answered already"}; }

}  // namespace

void Exchange::put_head(int status, const base::Headers& headers, std::size_t body_size, bool streams) {
  const bool is_bodiless = status == 204 || status == 304 || status < 200;
  const bool can_chunk = facts_.version >= 11;
  has_body_ = !facts_.is_head && !is_bodiless;
  is_chunked_ = streams && can_chunk && !is_bodiless;
  if (hub_.draining() || (streams && !can_chunk && !is_bodiless)) facts_.keep_alive = false;
  BodyFraming framing = streams ? BodyFraming::until_close : BodyFraming::length;
  if (is_chunked_) framing = BodyFraming::chunked;
  if (is_bodiless) framing = BodyFraming::none;
  append_head(outbox_.text(), {.status = status,
                               .headers = &headers,
                               .request_id = facts_.request_id,
                               .date = hub_.date(),
                               .framing = framing,
                               .content_length = body_size,
                               .keep_alive = facts_.keep_alive});
}

asio::awaitable<Result<void>> Exchange::send(int status, base::Headers headers, std::string body) {
  if (begun()) co_return twice();
  state_ = State::over;
  if (outbox_.failed()) co_return outbox_.status();
  put_head(status, headers, body.size(), false);
  if (has_body_) outbox_.set_body(std::move(body));
  outbox_.flush();
  if (outbox_.pending() == 0) co_return outbox_.status();
  co_return co_await outbox_.until(0);
}

asio::awaitable<Result<void>> Exchange::begin(int status, base::Headers headers,
                                              base::StreamOptions options) {
  if (begun()) co_return twice();
  state_ = State::streaming;
  if (outbox_.failed()) co_return outbox_.status();
  options_ = std::move(options);
  put_head(status, headers, 0, true);
  put_off_keepalive();
  outbox_.flush_later();
  co_return Result<void>();
}

void Exchange::put_piece(std::string_view piece) {
  if (is_chunked_) append_chunk(outbox_.text(), piece);
  else outbox_.text() += piece;
  outbox_.flush_later();
}

asio::awaitable<Result<void>> Exchange::write(std::string_view piece) {
  if (state_ != State::streaming) co_return Error{Errc::internal, "write() belongs between begin() and end()"};
  while (!piece.empty() && has_body_ && !outbox_.failed()) {
    const std::size_t size = std::min(piece.size(), outbox_.room());
    put_piece(piece.substr(0, size));
    piece.remove_prefix(size);
    put_off_keepalive();
    if (!piece.empty()) {
      // Wait for a good part of the room, else each byte taken costs a chunk.
      auto room = co_await outbox_.until(outbox_.pending() / 2);
      if (!room) co_return room;
    }
  }
  co_return outbox_.status();
}

asio::awaitable<Result<void>> Exchange::end() {
  if (state_ != State::streaming) co_return Error{Errc::internal, "end() belongs after begin(), once"};
  state_ = State::over;
  keepalive_at_ms_ = kNever;
  if (is_chunked_ && has_body_ && !outbox_.failed()) outbox_.text() += "0\r\n\r\n";
  outbox_.flush();
  co_return outbox_.status();
}

void Exchange::conclude() {
  if (state_ == State::streaming) {
    facts_.keep_alive = false;  // only the missing end can tell the client
    outbox_.flush();
  }
  keepalive_at_ms_ = kNever;
  if (state_ != State::fresh) return;
  state_ = State::over;
  facts_.keep_alive = false;
  if (outbox_.failed()) return;
  outbox_.text() += error_response(500, "the server failed to answer; its log says more under this request id",
                                   facts_.request_id, hub_.date());
  outbox_.flush();
}

void Exchange::put_off_keepalive() {
  if (options_.keepalive_text.empty() || options_.keepalive_ms <= 0) return;
  keepalive_at_ms_ = monotonic_ms() + options_.keepalive_ms;
}

void Exchange::tick(std::int64_t now_ms) {
  if (!is_due(now_ms)) return;
  put_off_keepalive();
  if (!has_body_ || outbox_.pending() > 0) return;  // bytes under way say as much
  put_piece(options_.keepalive_text);
}

}  // namespace collet::net
