// The outbound HTTP client. It has two transports: a lean one of our own for plain
// http://, libcurl for https, proxies and URLs out of the ordinary.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/http_client.hpp"
#include "collet/result.hpp"

namespace collet::net {

using AddressGuard = std::function<Result<void>(const boost::asio::ip::address& address, std::uint16_t port)>;

struct HttpClientOptions {
  std::string ca_file;  ///< PEM bundle; "": the system's.
  std::string proxy;    ///< URL; "": none. The environment is not looked at.
  /// Asked for each address right before it is connected to. Not ok: that address
  /// is passed over; when none is left the exchange ends with the last refusal.
  /// Empty: every address is fine. Pooled connections have passed it. IPv4 may come
  /// mapped into IPv6; with a proxy it is the proxy's address.
  AddressGuard address_guard;
  // Each transport counts its own.
  int connections_max = 1024;  ///< Open at once; further exchanges wait their turn.
  int per_host_max = 512;
  int idle_max = 64;           ///< Kept open for reuse ...
  int idle_ms_max = 90'000;    ///< ... and so long: what is between may forget silently, some after two minutes.
  std::string user_agent = "collet";
  bool decodes = true;  ///< False: a compressed body comes as it is. libcurl's transport only.
};

/// HTTP/1.1, keep-alive, no redirects, no cookies; compressed responses only where
/// libcurl is at work. Use one client per class of destination, since the guard sees
/// only new connections.
/// The client outlives its exchanges, or is destroyed when `io` has stopped;
/// `io` outlives the client. [request-thread of io]
[[nodiscard]] std::unique_ptr<base::HttpClient> make_http_client(boost::asio::io_context& io,
                                                                 HttpClientOptions options);

}  // namespace collet::net
