// The head of an HTTP CONNECT request. Pure functions over hostile bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "net/request_rules.hpp"

namespace collet::net {

/// A host in the one spelling in which hosts are compared.
struct HostName {
  std::string text;         ///< Lower case, no dot at its end; an address without brackets.
  bool is_address = false;  ///< No name to be resolved.
};

/// @param host a name, an IPv4 address or an IPv6 address, the latter in brackets or not.
/// Empty for anything else, zone ids included.
[[nodiscard]] std::optional<HostName> parse_host(std::string_view host);

struct ConnectRequest {
  HostName host;
  std::uint16_t port = 0;
};

/// "name:port" or "[address]:port".
[[nodiscard]] std::string place_of(const ConnectRequest& request);

/// @param head a whole one with its empty line, which scan_head() has found to be fine.
[[nodiscard]] std::variant<ConnectRequest, Rejection> parse_connect(std::string_view head);

/// A whole response that says why not, and that the connection closes.
[[nodiscard]] std::string refusal_response(const Rejection& rejection);

}  // namespace collet::net
