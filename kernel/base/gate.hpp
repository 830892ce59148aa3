// The way out of a box: who answers the connections that its program makes. net/
// implements it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/egress_decision.hpp"

namespace collet::base {

struct GateHost {
  std::string host;  ///< A name or an address, lower case; matched exactly.
  std::uint16_t port = 443;
  bool may_be_private = false;  ///< The operator named it, so it may lead to a private address.
};

struct GateRules {
  std::vector<GateHost> hosts;
  std::size_t connections_max = 32;      ///< At once; more wait.
  std::uint64_t bytes_max = 1ull << 30;  ///< All connections together, both directions.
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t idle_timeout_ms = 60'000;
  std::int64_t head_timeout_ms = 10'000;  ///< For the request, and again for the first message of TLS.
};

/// Speaks HTTP CONNECT at the listener while it exists; connections end with it.
/// [request-thread]
class Gate {
 public:
  virtual ~Gate() = default;
};

/// @param listener_fd a listening socket; taken over.
/// @param decided called once for each request, on `io`'s thread: when its connection
/// is let through, or is not for whatever reason. May destroy the gate.
using GateOpener = std::function<std::unique_ptr<Gate>(boost::asio::io_context& io, int listener_fd, GateRules rules,
                                                       std::function<void(const EgressDecision&)> decided)>;

}  // namespace collet::base
