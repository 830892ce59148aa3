// Files that tools put aside, for the caller in whose run they were made.
#include <string>

#include "api/handlers.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

/// A name that cannot end the header it stands in.
std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name.substr(name.rfind('/') + 1)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\' ? '_' : c;
  }
  return out + "\"";
}

}  // namespace

asio::awaitable<void> get_blob(Exchange& exchange) {
  constexpr std::string_view kPrefix = "/v1/blobs/";
  const std::string id = exchange.request.path.substr(kPrefix.size());
  const auto blob = exchange.context.shared.blob(id, exchange.key->id);
  if (!blob) {
    Error error{Errc::not_found, "no file \"" + id.substr(0, 64) + "\" is kept for this API key; files are forgotten some minutes after their last use"};
    co_await refuse(exchange, std::move(error));
    co_return;
  }
  base::Headers headers = exchange.headers;
  headers.emplace_back("Content-Type", blob->mime.empty() ? "application/octet-stream" : blob->mime);
  // Whatever a program wrote is shown by nobody's browser as a page of this server.
  headers.emplace_back("Content-Disposition", "attachment; filename=" + quoted_name(blob->name));
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("Content-Security-Policy", "sandbox; default-src 'none'");
  headers.emplace_back("Cache-Control", "private, no-store");
  std::string body = *blob->data;
  co_await exchange.responder.send(200, std::move(headers), std::move(body));
}

}  // namespace collet::api
