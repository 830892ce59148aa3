// The listening socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "collet/result.hpp"
#include "config/settings.hpp"
#include "net/census.hpp"
#include "net/hub.hpp"
#include "net/tls.hpp"

namespace collet::net {

/// Takes connections and gives them away. [request-thread of its io_context]
class Listener : public std::enable_shared_from_this<Listener> {
 public:
  /// @error invalid (field named in the message), unavailable.
  static Result<std::shared_ptr<Listener>> open(boost::asio::io_context& io,
                                                const config::ServerSettings& settings,
                                                const config::LimitSettings& limits,
                                                std::vector<std::shared_ptr<Hub>> hubs);

  void start();
  void stop();  ///< [any-thread]
  [[nodiscard]] std::uint16_t port() const { return endpoint_.port(); }  ///< [any-thread]
  [[nodiscard]] std::string address() const;                             ///< [any-thread]

 private:
  Listener(boost::asio::io_context& io, TlsContext tls, const config::LimitSettings& limits,
           std::vector<std::shared_ptr<Hub>> hubs);

  Result<void> listen_on(const boost::asio::ip::tcp::endpoint& endpoint, const std::string& text);
  void accept_some();
  void pause();
  void take(int socket, const boost::asio::ip::tcp::endpoint& peer);
  void refuse(int socket, const Error& why) const;

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  const TlsContext tls_;
  const std::vector<std::shared_ptr<Hub>> hubs_;
  const std::shared_ptr<Census> census_;
  boost::asio::ip::tcp::endpoint endpoint_;
};

}  // namespace collet::net
