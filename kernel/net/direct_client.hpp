// The transport for plain http:// to a peer that is reached without a proxy.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "net/http_client.hpp"

namespace collet::net {

/// For the URLs that parse_plain_url() takes. Asks for unencoded responses and
/// refuses others. As make_http_client().
[[nodiscard]] std::unique_ptr<base::HttpClient> make_direct_client(boost::asio::io_context& io,
                                                                   HttpClientOptions options);

}  // namespace collet::net
