// The one way out of a box: an HTTP CONNECT proxy that lets TLS through to allowed
// hosts. What stands inside the TLS is not seen: a host that serves other names under
// its own one (domain fronting) is trusted not to.
#pragma once

#include <functional>
#include <memory>

#include "base/gate.hpp"

namespace collet::net {

/// A base::GateOpener. A rule whose host is no host, and a descriptor that cannot be
/// listened on, are logged; nothing comes through them. `io` outlives the gate.
/// [request-thread of io]
[[nodiscard]] std::unique_ptr<base::Gate> open_gate(boost::asio::io_context& io, int listener_fd, base::GateRules rules,
                                                    std::function<void(const base::EgressDecision&)> decided);

}  // namespace collet::net
