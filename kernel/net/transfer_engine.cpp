#include "net/transfer_engine.hpp"

#include <algorithm>
#include <chrono>

#include <boost/asio/post.hpp>

namespace collet::net {

namespace asio = boost::asio;

void TransferEngine::admit(Transfer& transfer) {
  active_.push_back(transfer);
  arm(transfer.deadline_ms());
}

void TransferEngine::dismiss(Transfer& transfer) {
  if (transfer.is_linked()) transfer.unlink();
}

void TransferEngine::resume(Transfer& transfer) {
  transfer.resumed();
  if (!transfer.is_linked()) return;
  arm(transfer.deadline_ms());
  read_on(transfer);
  deliver_later();
}

void TransferEngine::abandon(Transfer& transfer) {
  if (!transfer.is_linked()) return;
  dismiss(transfer);
  release(transfer);
  deliver_later();
}

void TransferEngine::shut_down() {
  is_shut_down_ = true;
  while (!active_.empty()) {
    const auto transfer = active_.front().shared_from_this();
    transfer->fail(transfer->error_of(Errc::cancelled, "the client is closing"));
    abandon(*transfer);
    transfer->news().drop();
  }
  // Who had news already would wait for a loop that does not turn any more.
  for (const auto& transfer : std::exchange(news_, {})) transfer->news().drop();
  alarm_.cancel();
}

// One timer for all deadlines. It is set again only for something earlier, so that
// in steady traffic it is hardly ever touched.
void TransferEngine::arm(std::int64_t due_ms) {
  if (due_ms >= alarm_ms_ || is_shut_down_) return;
  alarm_ms_ = due_ms;
  const std::int64_t wait_ms = std::max<std::int64_t>(due_ms - monotonic_ms(), 0);
  // +1: the coarse clock may be behind the timer's.
  alarm_.expires_after(std::chrono::milliseconds(wait_ms + 1));
  alarm_.async_wait([self = weak_from_this()](const boost::system::error_code& ec) {
    if (ec) return;
    if (const auto engine = self.lock()) engine->on_alarm();
  });
}

void TransferEngine::on_alarm() {
  if (is_shut_down_) return;
  alarm_ms_ = kNever;
  expire_slow();
  due();
  for (const Transfer& transfer : active_) arm(transfer.deadline_ms());
  deliver();
}

void TransferEngine::expire_slow() {
  const std::int64_t now_ms = monotonic_ms();
  std::vector<std::shared_ptr<Transfer>> slow;
  for (Transfer& transfer : active_) {
    if (now_ms >= transfer.deadline_ms()) slow.push_back(transfer.shared_from_this());
  }
  for (const auto& transfer : slow) {
    // Ending another one may have moved this one on, and its deadline with it.
    if (!transfer->is_linked() || now_ms < transfer->deadline_ms()) continue;
    transfer->expire(now_ms);
    dismiss(*transfer);
    release(*transfer);
    has_news(*transfer);
  }
}

void TransferEngine::has_news(Transfer& transfer) {
  arm(transfer.deadline_ms());
  if (!transfer.news().waiting()) return;
  if (news_.empty() || news_.back().get() != &transfer) news_.push_back(transfer.shared_from_this());
}

void TransferEngine::deliver() {
  const auto self = shared_from_this();
  is_delivery_due_ = false;
  while (!news_.empty()) {
    const auto transfers = std::exchange(news_, {});
    for (const auto& transfer : transfers) transfer->news().fire();
  }
}

void TransferEngine::deliver_later() {
  if (news_.empty() || std::exchange(is_delivery_due_, true)) return;
  asio::post(io_, [self = weak_from_this()] {
    if (const auto engine = self.lock()) engine->deliver();
  });
}

void TransferEngine::wake_later(Transfer& transfer) {
  has_news(transfer);
  deliver_later();
}

}  // namespace collet::net
