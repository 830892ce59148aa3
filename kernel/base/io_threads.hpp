// The I/O threads: one io_context each, one thread each.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/executor_work_guard.hpp>

namespace collet::base {

class IoThreads {
 public:
  explicit IoThreads(std::size_t count);
  ~IoThreads();  ///< stop()s.
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  [[nodiscard]] std::size_t size() const { return contexts_.size(); }
  [[nodiscard]] boost::asio::io_context& context(std::size_t index) { return *contexts_[index]; }
  void start();
  /// Ends the loops and joins; pending work is dropped.
  void stop();

 private:
  using Guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  std::vector<std::unique_ptr<boost::asio::io_context>> contexts_;
  std::vector<Guard> guards_;
  std::vector<std::thread> threads_;
};

/// The one way to start a coroutine nobody waits for: it has a name, and an
/// exception that escapes it is logged under that name instead of ending the
/// server. State is passed as parameters of the coroutine, never captured.
void spawn(boost::asio::io_context& io, std::string_view name, boost::asio::awaitable<void> task);

}  // namespace collet::base
