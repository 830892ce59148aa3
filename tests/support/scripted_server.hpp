// An OpenAI-compatible server that answers from scenarios. It keeps no state of a
// conversation: the `model` field names the scenario, the messages tell the turn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "support/scripted_turn.hpp"

namespace collet::testing {

struct ScriptedRequest {
  std::string method;
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
  std::string body;
};

class ScriptedServer {
 public:
  /// Listens on 127.0.0.1. @param loops connections are spread over them; the first
  /// one accepts. All outlive the server, and have stopped before it goes.
  ScriptedServer(std::vector<boost::asio::io_context*> loops, Scenarios scenarios, std::uint16_t port = 0);

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  /// Called with every request, on a loop's thread, before it is answered.
  std::function<void(const ScriptedRequest&)> on_request;
  /// Called when the peer left before its answer was complete.
  std::function<void(const ScriptedRequest&)> on_aborted;
  /// Stops accepting. [on the first loop's thread]
  void close() { acceptor_.close(); }

 private:
  struct Rendered {
    const ScriptedTurn* turn;
    WireAnswer whole;
    WireAnswer stream;
  };
  using Socket = boost::asio::ip::tcp::socket;

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(Socket socket);
  boost::asio::awaitable<bool> send(Socket& socket, const WireAnswer& answer);
  /// The answer, either one of the prepared ones or `scratch`.
  const WireAnswer* answer(const ScriptedRequest& request, WireAnswer& scratch) const;
  const WireAnswer* complete(const ScriptedRequest& request, WireAnswer& scratch) const;

  std::vector<boost::asio::io_context*> loops_;
  Scenarios scenarios_;
  std::map<std::string, std::vector<Rendered>, std::less<>> rendered_;
  WireAnswer models_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace collet::testing
