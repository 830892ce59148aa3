// What every outbound transport does: keeps its transfers' deadlines and tells
// their coroutines what has come.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "net/transfer.hpp"

namespace collet::net {

/// Coroutines are resumed by deliver() only, from the loop, when no transport is at
/// work further up on the stack. [request-thread]
class TransferEngine : public std::enable_shared_from_this<TransferEngine> {
 public:
  explicit TransferEngine(boost::asio::io_context& io) : io_(io), alarm_(io) {}
  virtual ~TransferEngine() = default;
  TransferEngine(const TransferEngine&) = delete;
  TransferEngine& operator=(const TransferEngine&) = delete;

  /// Reads on, after Transfer::pause_if_full().
  void resume(Transfer& transfer);
  /// Nobody waits for it any more. Idempotent.
  void abandon(Transfer& transfer);
  /// Wakes the transfer's coroutine from the loop.
  void wake_later(Transfer& transfer);
  /// Ends what is still open. Coroutines that wait are destroyed, not resumed: the
  /// loop they lived on has ended.
  void shut_down();

 protected:
  /// From now on its deadlines count.
  void admit(Transfer& transfer);
  /// It is over, well or not: nothing works for it any more.
  void dismiss(Transfer& transfer);
  /// Something has happened to it: its deadline may have moved, its reader may wake.
  void has_news(Transfer& transfer);
  /// Asks for due() at that time at the latest.
  void arm(std::int64_t due_ms);
  void deliver();
  /// For callers that are coroutines themselves.
  void deliver_later();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] bool is_shut_down() const { return is_shut_down_; }

  /// Lets go of whatever works for the transfer.
  virtual void release(Transfer& transfer) = 0;
  virtual void read_on(Transfer& transfer) = 0;
  virtual void due() {}

 private:
  void on_alarm();
  void expire_slow();

  boost::asio::io_context& io_;
  boost::intrusive::list<Transfer, boost::intrusive::base_hook<TransferHook>,
                         boost::intrusive::constant_time_size<false>> active_;
  std::vector<std::shared_ptr<Transfer>> news_;
  boost::asio::steady_timer alarm_;
  std::int64_t alarm_ms_ = kNever;  // when the timer is set for
  bool is_delivery_due_ = false;
  bool is_shut_down_ = false;
};

}  // namespace collet::net
