#include "net/http_client.hpp"

#include <utility>

#include "net/curl_client.hpp"
#include "net/direct_client.hpp"
#include "net/plain_url.hpp"

namespace collet::net {
namespace {

class RoutingClient final : public base::HttpClient {
 public:
  RoutingClient(boost::asio::io_context& io, HttpClientOptions options)
      : io_(io), options_(std::move(options)), direct_(make_direct_client(io, options_)) {}

  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override {
    if (parse_plain_url(request.url)) return direct_->open(std::move(request));
    if (!curl_) curl_ = make_curl_client(io_, options_);
    return curl_->open(std::move(request));
  }

 private:
  boost::asio::io_context& io_;
  const HttpClientOptions options_;
  std::unique_ptr<base::HttpClient> direct_;
  std::unique_ptr<base::HttpClient> curl_;  // from the first URL on that needs it
};

}  // namespace

std::unique_ptr<base::HttpClient> make_http_client(boost::asio::io_context& io, HttpClientOptions options) {
  if (!options.proxy.empty()) return make_curl_client(io, std::move(options));
  return std::make_unique<RoutingClient>(io, std::move(options));
}

}  // namespace collet::net
