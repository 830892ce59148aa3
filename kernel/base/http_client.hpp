// Outbound HTTP as the kernel sees it. net/ implements it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "collet/result.hpp"

namespace collet::base {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The first value of a header by its name, letter case ignored; "" if absent.
[[nodiscard]] std::string_view find_header(const Headers& headers, std::string_view name);

struct HttpTimeouts {
  std::int64_t connect_ms = 10'000;
  std::int64_t first_byte_ms = 120'000;  ///< Request sent to response head.
  std::int64_t idle_ms = 60'000;         ///< Between two pieces of the body.
  std::int64_t total_ms = 900'000;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  HttpTimeouts timeouts;
  std::uint64_t response_bytes_max = 64u << 20;
  bool keep_alive = true;
};

struct HttpHead {
  int status = 0;
  Headers headers;
};

/// One exchange under way. Destroying it ends the exchange at once.
/// [request-thread]
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  /// Waits for the response head.
  /// @error unavailable (no connection, reset), timeout (which one is in the
  /// message), cancelled, denied (address guard), invalid (URL).
  virtual boost::asio::awaitable<Result<HttpHead>> head() = 0;
  /// The next piece of the body; empty at its end. While nobody reads, at most a
  /// bounded buffer is taken from the peer. @error as head(), limit.
  virtual boost::asio::awaitable<Result<std::string>> read() = 0;
  /// Ends a waiting head() or read() with `cancelled`. Idempotent; safe from a
  /// CancelToken callback.
  virtual void cancel() = 0;
};

/// Connections are pooled per client; one client belongs to one I/O thread.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  [[nodiscard]] virtual std::unique_ptr<HttpExchange> open(HttpRequest request) = 0;
};

struct HttpAnswer {
  HttpHead head;
  std::string body;
};

/// The whole exchange, for small answers.
boost::asio::awaitable<Result<HttpAnswer>> fetch(HttpClient& client, HttpRequest request);

}  // namespace collet::base
