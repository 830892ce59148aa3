// How the direct transport shares out its connections. libcurl keeps the limits too,
// but no order, and counts idle connections its own way.
#include <algorithm>
#include <string>
#include <utility>

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "kernel/net/fetch.hpp"
#include "kernel/net/test_server.hpp"
#include "net/direct_client.hpp"

namespace collet::test {
namespace {

namespace asio = boost::asio;

constexpr NamedTransport kDirect{"Direct", net::make_direct_client};

struct Many {
  static asio::awaitable<void> one(base::HttpClient& client, std::string url, int& left, int& good) {
    base::HttpRequest request;
    request.url = std::move(url);
    const auto answer = co_await base::fetch(client, std::move(request));
    if (answer && answer->head.status == 200) ++good;
    --left;
  }
};

TEST(DirectClient, KeepsItsConnectionsWithinTheTotal) {
  TestServer server;
  net::HttpClientOptions options;
  options.connections_max = 4;
  options.idle_max = 2;
  Fetcher fetcher(kDirect, options);
  int left = 40, good = 0;
  for (int i = 0; i < 40; ++i) {
    asio::co_spawn(fetcher.io, Many::one(*fetcher.client, server.url("/delay?5"), left, good), asio::detached);
  }
  fetcher.io.restart();
  std::size_t most = 0;
  while (left > 0) {
    fetcher.io.run_one();
    most = std::max(most, server.server->connections());
  }
  EXPECT_EQ(good, 40);
  EXPECT_LE(most, 4u);
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
