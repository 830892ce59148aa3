// From a host's name to a connected socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "collet/result.hpp"
#include "net/http_client.hpp"

namespace collet::net {

/// With the loop's own executor, which costs less than a type-erased one.
using DirectSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Tries a host's addresses one after the other, each after the guard's consent.
/// Has no time limit of its own, but does not wait for one address while others are
/// left; one that was silent has a second, longer try. Keeps itself alive until it is
/// done or stopped. [request-thread]
class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  using Done = std::function<void(Result<DirectSocket>)>;

  /// @param guard outlives the dialer, or it is stopped before.
  /// @param origin what messages begin with.
  Dialer(boost::asio::io_context& io, const AddressGuard& guard, std::string origin, Done done);

  /// `done` may be called before this returns, and is called once: with the guard's
  /// refusal when there was one, else unavailable.
  void start(const std::string& host, std::uint16_t port);
  /// Nothing is called any more. Idempotent.
  void stop();

 private:
  using Endpoint = boost::asio::ip::tcp::endpoint;

  void resolve(const std::string& host, std::uint16_t port);
  void try_next();
  void on_connected(const boost::system::error_code& ec);
  void limit_patience();
  bool open(const Endpoint& endpoint);
  bool explain(const std::string& reason);
  void finish(Result<DirectSocket> result);

  boost::asio::io_context& io_;
  const AddressGuard& guard_;
  const std::string origin_;
  Done done_;
  std::optional<boost::asio::ip::tcp::resolver> resolver_;
  std::vector<Endpoint> endpoints_;  // silent ones stand here twice
  std::size_t first_round_ = 0;      // how many are tried for the first time
  std::size_t next_ = 0;
  DirectSocket socket_;
  boost::asio::steady_timer patience_;
  std::optional<Error> refusal_;
  std::string reason_;  // of the first that failed
};

}  // namespace collet::net
