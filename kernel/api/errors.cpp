#include "api/errors.hpp"

#include <utility>

#include "base/text.hpp"
#include "collet/json.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMessageBytesMax = 4'000;  // it may quote the request

void write_error(JsonWriter& writer, const HttpError& error) {
  const std::string message = base::shorten(error.message, kMessageBytesMax);
  writer.key("error").begin_object();
  writer.member("code", error.status).member("message", message);
  writer.member("type", error.type).end_object();
  writer.member("message", message);
}

}  // namespace

HttpError to_http(const Error& error) {
  switch (error.code) {
    case Errc::invalid: return {400, "invalid_request_error", error.message};
    case Errc::denied: return {403, "authorization_error", error.message};
    case Errc::not_found: return {404, "invalid_request_error", error.message};
    case Errc::conflict: return {409, "invalid_request_error", error.message};
    case Errc::timeout: return {504, "server_error", error.message};
    case Errc::limit: return {429, "rate_limit_error", error.message};
    case Errc::unavailable: return {503, "server_error", error.message};
    case Errc::closed: return {503, "server_error", error.message};  // the server is stopping
    case Errc::cancelled:
    case Errc::internal: break;
  }
  return {500, "server_error", error.message};
}

HttpError model_to_http(const Error& error) {
  if (error.code == Errc::denied) {
    return {502, "server_error", "the model's server refused our credentials: " + error.message};
  }
  if (error.code == Errc::unavailable) return {502, "server_error", error.message};
  return to_http(error);
}

HttpError run_to_http(const Error& error, bool is_cap) {
  return is_cap ? HttpError{422, "run_limit_error", error.message} : model_to_http(error);
}

std::string error_body(const HttpError& error) {
  JsonWriter writer;
  writer.begin_object();
  write_error(writer, error);
  writer.end_object();
  return writer.take();
}

std::string error_event(const HttpError& error) {
  JsonWriter writer;
  writer.begin_object().member("object", "agent.error");
  write_error(writer, error);
  writer.end_object();
  return "event:error\ndata:" + writer.take() + "\n\n";
}

asio::awaitable<void> send_error(base::Responder& responder, HttpError error, base::Headers headers) {
  headers.emplace_back("Content-Type", "application/json");
  std::string body = error_body(error);
  co_await responder.send(error.status, std::move(headers), std::move(body));
}

}  // namespace collet::api
