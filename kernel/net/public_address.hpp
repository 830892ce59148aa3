// Which addresses belong to everybody. What a stranger may name and we connect to is
// checked here, right before it is connected.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace collet::net {

/// False for this machine, its neighbours and the services of its cloud: loopback,
/// private, link-local, carrier-grade NAT, unspecified, multicast, broadcast, reserved,
/// metadata; and for IPv6 addresses that lead to such an IPv4 address. The documentation
/// blocks (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24) count as public, since some
/// networks map package registries there.
[[nodiscard]] bool is_public(const boost::asio::ip::address& address);

}  // namespace collet::net
