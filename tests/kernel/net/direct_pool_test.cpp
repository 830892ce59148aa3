// How the direct transport shares out its connections. libcurl keeps the limits too,
// but no order, and counts idle connections its own way.
#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "kernel/net/fetch_many.hpp"
#include "kernel/net/test_server.hpp"
#include "net/direct_client.hpp"

namespace collet::test {
namespace {

namespace asio = boost::asio;

constexpr NamedTransport kDirect{"Direct", net::make_direct_client};

TEST(DirectClient, KeepsItsConnectionsWithinTheTotal) {
  TestServer server;
  net::HttpClientOptions options;
  options.connections_max = 4;
  options.idle_max = 2;
  Fetcher fetcher(kDirect, options);
  const auto many = fetch_many(fetcher, server, "/delay?5", 40);
  EXPECT_EQ(many.good, 40);
  EXPECT_LE(many.connections_most, 4u);
  EXPECT_TRUE(eventually([&] { return server.server->connections() <= 2; })) << "more than idle_max are kept";
}

struct InOrder {
  static asio::awaitable<void> one(base::HttpClient& client, std::string url, std::string mark, std::string& told) {
    base::HttpRequest request;
    request.url = std::move(url);
    const auto answer = co_await base::fetch(client, std::move(request));
    told += answer ? mark : "?";
  }
};

TEST(DirectClient, ServesThoseWhoWaitInTheirOrder) {
  TestServer server;
  net::HttpClientOptions options;
  options.per_host_max = 1;
  Fetcher fetcher(kDirect, options);
  std::string told;
  for (const std::string mark : {"a", "b", "c", "d", "e"}) {
    asio::co_spawn(fetcher.io, InOrder::one(*fetcher.client, server.url("/delay?2"), mark, told), asio::detached);
  }
  fetcher.io.restart();
  while (told.size() < 5) fetcher.io.run_one();
  EXPECT_EQ(told, "abcde");
}

}  // namespace
}  // namespace collet::test
