// A plain HTTP/1.1 client for tests that must not depend on net/: one connection
// per exchange, IPv4 addresses only, no TLS.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/http_client.hpp"

namespace collet::testing {

class LoopbackHttp : public base::HttpClient {
 public:
  explicit LoopbackHttp(boost::asio::io_context& io) : io_(io) {}
  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override;

 private:
  boost::asio::io_context& io_;
};

}  // namespace collet::testing
