#include "net/transfer.hpp"

#include <algorithm>
#include <utility>

#include "net/outbound_request.hpp"
#include "net/transfer_engine.hpp"

namespace collet::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kBufferBytesMax = 256 << 10;

std::int64_t from_now(std::int64_t timeout_ms) {
  return timeout_ms > 0 ? monotonic_ms() + timeout_ms : kNever;
}

}  // namespace

Transfer::Transfer(base::HttpRequest taken)
    : request_(std::move(taken)), total_deadline_ms_(from_now(request_.timeouts.total_ms)) {
  on_connecting();
}

std::string Transfer::origin() const { return origin_of(request_.url); }

Error Transfer::error_of(Errc code, std::string_view what) const {
  return Error{code, origin().append(": ").append(what)};
}

void Transfer::enter(Phase phase, std::int64_t timeout_ms) {
  phase_ = phase;
  phase_deadline_ms_ = from_now(timeout_ms);
}

void Transfer::on_connecting() { enter(Phase::connecting, request_.timeouts.connect_ms); }

void Transfer::on_connected() { enter(Phase::sent, request_.timeouts.first_byte_ms); }

void Transfer::on_head(base::HttpHead head) {
  head_ = std::move(head);
  has_head_ = true;
  enter(Phase::body, request_.timeouts.idle_ms);
}

bool Transfer::pause_if_full() {
  if (body_.size() < kBufferBytesMax || over()) return false;
  is_paused_ = true;
  phase_deadline_ms_ = kNever;  // it is our reader who is slow
  return true;
}

bool Transfer::on_body(std::string_view piece) {
  if (error_) return false;
  received_ += piece.size();
  if (received_ > request_.response_bytes_max) {
    fail(error_of(Errc::limit, "the response is longer than " + std::to_string(request_.response_bytes_max) + " bytes"));
    return false;
  }
  body_ += piece;
  enter(Phase::body, request_.timeouts.idle_ms);
  return true;
}

void Transfer::on_done() {
  is_done_ = true;
  phase_deadline_ms_ = total_deadline_ms_ = kNever;
}

void Transfer::fail(Error error) {
  if (over()) return;
  error_ = std::move(error);
  phase_deadline_ms_ = total_deadline_ms_ = kNever;
}

void Transfer::resumed() {
  is_paused_ = false;
  enter(Phase::body, request_.timeouts.idle_ms);
}

std::int64_t Transfer::deadline_ms() const { return std::min(phase_deadline_ms_, total_deadline_ms_); }

void Transfer::expire(std::int64_t now_ms) {
  if (now_ms < deadline_ms()) return;
  const auto& limits = request_.timeouts;
  const auto passed = [&](std::string_view what, std::string_view name, std::int64_t timeout_ms) {
    fail(error_of(Errc::timeout, std::string(what) + " within " + std::to_string(timeout_ms) + " ms (" +
                                     std::string(name) + " timeout)"));
  };
  if (now_ms >= total_deadline_ms_) return passed("the exchange did not end", "total", limits.total_ms);
  switch (phase_) {
    case Phase::connecting: return passed("no connection", "connect", limits.connect_ms);
    case Phase::sent: return passed("no response", "first byte", limits.first_byte_ms);
    case Phase::body: return passed("no further piece of the response", "idle", limits.idle_ms);
  }
}

namespace {

class Exchange final : public base::HttpExchange {
 public:
  Exchange(std::shared_ptr<TransferEngine> engine, std::shared_ptr<Transfer> transfer)
      : engine_(std::move(engine)), transfer_(std::move(transfer)) {}
  ~Exchange() override { engine_->abandon(*transfer_); }

  asio::awaitable<Result<base::HttpHead>> head() override {
    while (!transfer_->has_head() && !transfer_->over()) co_await transfer_->news().wait();
    if (!transfer_->has_head()) co_return error();
    co_return transfer_->take_head();
  }

  asio::awaitable<Result<std::string>> read() override {
    while (!transfer_->has_news_for_reader()) co_await transfer_->news().wait();
    // What came before a failure is given first, unless nobody wants it any more.
    const bool is_cancelled = transfer_->error() && transfer_->error()->code == Errc::cancelled;
    std::string piece = transfer_->take_body();
    if (!piece.empty() && !is_cancelled) {
      if (transfer_->is_paused() && !transfer_->over()) engine_->resume(*transfer_);
      co_return piece;
    }
    if (transfer_->error()) co_return *transfer_->error();
    co_return std::string();
  }

  void cancel() override {
    if (transfer_->over()) return;
    transfer_->fail(transfer_->error_of(Errc::cancelled, "the exchange was cancelled"));
    engine_->abandon(*transfer_);
    engine_->wake_later(*transfer_);
  }

 private:
  // An exchange may also end well without ever having had a head.
  Error error() const {
    if (transfer_->error()) return *transfer_->error();
    return transfer_->error_of(Errc::unavailable, "the peer sent no response");
  }

  std::shared_ptr<TransferEngine> engine_;
  std::shared_ptr<Transfer> transfer_;
};

}  // namespace

std::unique_ptr<base::HttpExchange> make_exchange(std::shared_ptr<TransferEngine> engine,
                                                  std::shared_ptr<Transfer> transfer) {
  return std::make_unique<Exchange>(std::move(engine), std::move(transfer));
}

}  // namespace collet::net
