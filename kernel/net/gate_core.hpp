// What the connections of one gate share: the listener, the rules, the byte count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/gate.hpp"

namespace collet::net {

class GateConnection;

/// Lives as long as its gate, a connection or a wait for one. [request-thread]
class GateCore : public std::enable_shared_from_this<GateCore> {
 public:
  using Entry = std::list<GateConnection*>::iterator;

  GateCore(boost::asio::io_context& io, base::GateRules rules, std::function<void(const base::EgressDecision&)> decided);

  /// Takes the descriptor over and begins to accept.
  void listen_on(int listener_fd);
  /// Ends everything; nothing is decided any more. Resumes no coroutine. Idempotent.
  void close();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] const base::GateRules& rules() const { return rules_; }
  /// Null when there is none.
  [[nodiscard]] const base::GateHost* find(const std::string& host, std::uint16_t port) const;
  /// The allowed hosts, for a message.
  [[nodiscard]] const std::string& allowed() const { return allowed_; }
  void decide(const base::EgressDecision& decision);

  /// Counts relayed bytes. False: the limit is passed, and all connections are closed.
  bool spend(std::size_t bytes);
  [[nodiscard]] bool is_spent() const { return bytes_ > rules_.bytes_max; }
  /// For the moment of one read.
  [[nodiscard]] std::span<char> scratch();

  Entry add(GateConnection& connection) { return connections_.insert(connections_.end(), &connection); }
  void remove(Entry entry) { connections_.erase(entry); }
  /// Accepts the next one, if there is a place for it; those without stay in the backlog.
  void await_connection();

 private:
  void settle_rules();
  void accept_some();
  void take(int socket);
  void stop_listening();
  void pause();
  void close_connections();

  boost::asio::io_context& io_;
  base::GateRules rules_;
  std::string allowed_;
  std::function<void(const base::EgressDecision&)> decided_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::list<GateConnection*> connections_;
  std::vector<char> scratch_;
  std::uint64_t bytes_ = 0;
  bool is_waiting_ = false;  // for a connection, or for the end of a pause
  bool is_closed_ = false;
};

}  // namespace collet::net
