// Inbound HTTP as handlers see it. net/ implements it on Beast.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/cancel.hpp"
#include "base/http_client.hpp"
#include "collet/result.hpp"

namespace collet::base {

/// A request, read whole. Framing, Host and header syntax have been checked.
struct InboundRequest {
  std::string method;
  std::string path;   ///< Decoded no further than needed; repeated '/' collapsed.
  std::string query;  ///< Without '?'.
  Headers headers;
  std::string body;
  std::string peer;        ///< "127.0.0.1:51234", for logs.
  std::string request_id;  ///< The caller's x-request-id if sane, else a new one.
  CancelToken gone;        ///< Cancelled when the client closed the connection.
};

struct StreamOptions {
  std::int64_t keepalive_ms = 15'000;  ///< After so long without a write ...
  std::string keepalive_text;          ///< ... this is written; "" never.
};

/// Answers one request, either with send() or with begin/write/end.
/// [request-thread] One writer at a time; every call waits while the client reads
/// slower than it is written to. @error closed (client gone), timeout (write).
class Responder {
 public:
  virtual ~Responder() = default;
  /// x-request-id, Date, Content-Length and Connection are added.
  virtual boost::asio::awaitable<Result<void>> send(int status, Headers headers, std::string body) = 0;
  /// Sends the head at once, body chunked. Does not wait for the client.
  virtual boost::asio::awaitable<Result<void>> begin(int status, Headers headers, StreamOptions options) = 0;
  virtual boost::asio::awaitable<Result<void>> write(std::string_view piece) = 0;
  virtual boost::asio::awaitable<Result<void>> end() = 0;
  [[nodiscard]] virtual bool begun() const = 0;
};

using RequestHandler = std::function<boost::asio::awaitable<void>(InboundRequest&, Responder&)>;

}  // namespace collet::base
