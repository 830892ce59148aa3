// A server that says exactly what a test wants to be said.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace collet::test {

/// Serves one connection after the other with `script`, on a thread of its own.
class RawServer {
 public:
  /// One accepted connection; closed when the script returns.
  class Peer {
   public:
    Peer(RawServer& server, int socket) : server_(server), socket_(socket) {}
    /// The next request with its body (by Content-Length); "" when the client left.
    std::string request();
    /// What has come, of whatever kind; "" when the client has ended its side.
    std::string receive();
    /// False when the client has left.
    bool say(std::string_view bytes);
    /// Has the connection end by a reset when the script returns.
    void break_off();
    /// Says that nothing more will be said.
    void finish_sending();
    /// Until the client has closed.
    void wait_for_end();

   private:
    RawServer& server_;
    int socket_;
    std::string pending_;
  };
  using Script = std::function<void(Peer& peer, int connection)>;

  /// @param address of this machine, IPv4, or "::1" where it has that; see listens().
  explicit RawServer(Script script, const std::string& address = "127.0.0.1");
  ~RawServer();

  [[nodiscard]] bool listens() const { return port_ != 0; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "/") const;
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::string last_request() const;

 private:
  void serve();

  Script script_;
  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<int> current_{-1};
  mutable std::mutex mutex_;
  std::string last_request_;
  std::thread thread_;
};

}  // namespace collet::test
