// The HTTP/1.1 server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/http_server.hpp"
#include "base/io_threads.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"

namespace collet::net {

class Hub;
class Listener;

/// Accepts on one socket and hands each connection to the I/O thread that has the
/// fewest; there it stays. [any-thread] unless marked.
class Server {
 public:
  /// Listens at once; connections are served once `io` runs. `io` must outlive the
  /// server. @param handlers one per I/O thread, called on that thread only.
  /// @error invalid (listen, tls: the message names the field), unavailable (the
  /// address is in use or not this host's). [startup]
  static Result<std::unique_ptr<Server>> start(base::IoThreads& io, const config::ServerSettings& settings,
                                               const config::LimitSettings& limits,
                                               std::vector<base::RequestHandler> handlers);
  /// After io.stop(). Before it, the connections are closed as by close_all().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// "127.0.0.1:8080", with the port that is really in use.
  [[nodiscard]] std::string address() const;
  /// No new connections; idle ones end, the others after the response under way.
  void stop_accepting();
  /// Running handlers see `gone` with this reason, and may still answer.
  void end_requests(const Error& reason);
  /// Ends every connection; running handlers see `gone`.
  void close_all();
  /// Handlers that run right now.
  [[nodiscard]] std::size_t active_requests() const;
  [[nodiscard]] std::size_t connections() const;

 private:
  Server(std::vector<std::shared_ptr<Hub>> hubs, std::shared_ptr<Listener> listener);

  std::vector<std::shared_ptr<Hub>> hubs_;
  std::shared_ptr<Listener> listener_;
};

}  // namespace collet::net
