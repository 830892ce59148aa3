#include "net/outbox.hpp"

#include <algorithm>
#include <utility>

namespace collet::net {

namespace asio = boost::asio;

namespace {

// A client that takes this much before the deadline gets a new one.
constexpr std::size_t kProgressBytes = 64 << 10;
constexpr std::size_t kCompactBytes = 16 << 10;

}  // namespace

void Outbox::advance(std::size_t bytes) {
  sent_since_stall_ += bytes;
  const std::size_t of_text = std::min(bytes, text_.size() - text_sent_);
  text_sent_ += of_text;
  body_sent_ += bytes - of_text;
  if (text_sent_ == text_.size()) {
    text_sent_ = 0;
    text_ = {};  // a stream is idle most of the time
  } else if (text_sent_ >= kCompactBytes && text_sent_ * 2 >= text_.size()) {
    text_.erase(0, std::exchange(text_sent_, 0));
  }
  if (body_sent_ == body_.size()) {
    body_sent_ = 0;
    body_ = {};
  }
}

void Outbox::note_stall() {
  if (stall_deadline_ != kNever && sent_since_stall_ < kProgressBytes) return;
  stall_deadline_ = monotonic_ms() + timeout_ms_;
  sent_since_stall_ = 0;
}

void Outbox::flush() {
  while (!error_ && pending() > 0) {
    const IoResult result = transport_.write(std::string_view(text_).substr(text_sent_),
                                             std::string_view(body_).substr(body_sent_));
    if (result.status == IoStatus::closed) {
      owner_.on_write_failed();
      return;
    }
    if (result.status != IoStatus::done) {
      note_stall();
      owner_.await_io(result.status);
      wake();
      return;
    }
    advance(result.bytes);
  }
  stall_deadline_ = kNever;
  wake();
}

void Outbox::flush_later() {
  if (std::exchange(is_flush_due_, true)) return;
  owner_.flush_soon();
}

void Outbox::wake() {
  is_flush_due_ = false;
  if (space_.waiting() && (error_ || pending() <= wake_at_)) space_.fire();
}

asio::awaitable<Result<void>> Outbox::until(std::size_t bytes_left) {
  while (!error_ && pending() > bytes_left) {
    wake_at_ = bytes_left;
    co_await space_.wait();
  }
  co_return status();
}

void Outbox::fail(Error error) {
  if (error_) return;
  error_ = std::move(error);
  text_ = {};
  body_ = {};
  text_sent_ = body_sent_ = 0;
  stall_deadline_ = kNever;
  wake();
}

}  // namespace collet::net
