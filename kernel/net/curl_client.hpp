// The transport for https and proxies, on libcurl.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "net/http_client.hpp"

namespace collet::net {

/// Speaks http and https, decompresses. As make_http_client().
[[nodiscard]] std::unique_ptr<base::HttpClient> make_curl_client(boost::asio::io_context& io,
                                                                 HttpClientOptions options);

}  // namespace collet::net
