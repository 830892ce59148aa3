// What the connections of one I/O thread share: the handler, the limits, the
// clock that ends the slow ones.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "base/http_server.hpp"
#include "config/settings.hpp"

namespace collet::net {

class Connection;

/// [request-thread] of its io_context, unless marked.
class Hub : public std::enable_shared_from_this<Hub> {
 public:
  using Entry = std::list<Connection*>::iterator;

  Hub(boost::asio::io_context& io, const config::LimitSettings& limits, base::RequestHandler handler);

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] const config::LimitSettings& limits() const { return limits_; }
  [[nodiscard]] const base::RequestHandler& handler() const { return handler_; }
  /// The Date header's value.
  [[nodiscard]] std::string_view date();
  [[nodiscard]] bool draining() const { return is_draining_; }

  /// A buffer to read into, to be given back when nothing is left in it: an idle
  /// connection holds none.
  [[nodiscard]] boost::beast::flat_buffer take_buffer() { return std::move(spare_); }
  void give_back(boost::beast::flat_buffer buffer);

  Entry add(Connection& connection);
  void remove(Entry entry);

  /// Idle connections end now, the others after their response.
  void drain();
  void end_requests(const Error& reason);
  void close_all();
  /// Destroys what still waits. Only when the loop has ended.
  void drop_all();

  std::atomic<std::size_t> connections{0};      ///< [any-thread]
  std::atomic<std::size_t> active_requests{0};  ///< [any-thread]

 private:
  [[nodiscard]] std::vector<std::shared_ptr<Connection>> everybody() const;
  void arm();
  void tick();

  boost::asio::io_context& io_;
  const config::LimitSettings limits_;
  const base::RequestHandler handler_;
  boost::asio::steady_timer timer_;
  std::list<Connection*> list_;
  boost::beast::flat_buffer spare_;
  bool is_armed_ = false;
  bool is_draining_ = false;
  std::int64_t date_seconds_ = -1;
  std::string date_;
};

}  // namespace collet::net
