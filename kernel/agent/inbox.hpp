// Where the parts of one run leave their inputs for its driver.
#pragma once

#include <list>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace collet::agent {

/// A queue with one reader. push() never resumes the reader on the spot, so it is
/// safe inside any callback. [request-thread]
template <class T>
class Inbox {
 public:
  explicit Inbox(boost::asio::io_context& io) : bell_(io) { silence(); }

  void push(T item) {
    items_.push_back(std::move(item));
    bell_.cancel();
  }

  boost::asio::awaitable<T> pop() {
    while (items_.empty()) {
      silence();
      co_await bell_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    T item = std::move(items_.front());
    items_.pop_front();
    co_return item;
  }

 private:
  void silence() { bell_.expires_at(boost::asio::steady_timer::time_point::max()); }

  std::list<T> items_;  // bounded: one entry per call, model turn and stop reason; mostly empty
  boost::asio::steady_timer bell_;
};

}  // namespace collet::agent
