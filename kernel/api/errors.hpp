// One table from error to HTTP status and body.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "base/http_server.hpp"
#include "collet/result.hpp"

namespace collet::api {

struct HttpError {
  int status = 500;
  std::string_view type = "server_error";
  std::string message;
};

/// For mistakes in a request, and failures of our own.
[[nodiscard]] HttpError to_http(const Error& error);
/// For failures of a model back end: its credentials are not the caller's fault.
[[nodiscard]] HttpError model_to_http(const Error& error);

/// For a run that failed. A limit of the run is 422: it is not there to be tried again.
[[nodiscard]] HttpError run_to_http(const Error& error, bool is_cap);

/// {"error":{"code","message","type"},"message"}: SDKs read one, one client the other.
[[nodiscard]] std::string error_body(const HttpError& error);
/// The event that every known client either understands or skips.
[[nodiscard]] std::string error_event(const HttpError& error);

boost::asio::awaitable<void> send_error(base::Responder& responder, HttpError error,
                                        base::Headers headers = {});

}  // namespace collet::api
