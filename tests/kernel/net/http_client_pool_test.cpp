// Connections: made, kept, given up, over both transports.
#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/net/fetch_many.hpp"
#include "kernel/net/raw_server.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

TEST_P(HttpClientTest, SaysWhenNobodyListens) {
  std::uint16_t port = 0;
  { port = RawServer([](RawServer::Peer&, int) {}).port(); }
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get("http://127.0.0.1:" + std::to_string(port) + "/x?key=secret"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr(":" + std::to_string(port)));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
  const auto unknown = fetcher.fetch(get("http://no-such-host.invalid/"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::unavailable) << shown(unknown);
}

TEST_P(HttpClientTest, ReusesConnections) {
  TestServer server;
  Fetcher fetcher(GetParam());
  const auto first = fetcher.fetch(get(server.url("/1")));
  ASSERT_TRUE(first) << shown(first);
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    const auto answer = fetcher.fetch(get(server.url("/" + std::to_string(i))));
    ASSERT_TRUE(answer) << shown(answer);
    ASSERT_EQ(answer->body, "GET /" + std::to_string(i) + " [] ");
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(server.server->connections(), 1u);
}

TEST_P(HttpClientTest, ClosesWhenToldNotToKeepTheConnection) {
  TestServer server;
  Fetcher fetcher(GetParam());
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    base::HttpRequest request = get(server.url("/x"));
    request.keep_alive = false;
    const auto answer = fetcher.fetch(std::move(request));
    ASSERT_TRUE(answer) << shown(answer);
  }
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  EXPECT_LE(open_descriptors(), before);
}

TEST_P(HttpClientTest, OutlivesAPooledConnectionThatThePeerClosed) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });  // and closes, though it had promised to keep the connection
  Fetcher fetcher(GetParam());
  for (int i = 0; i < 20; ++i) {
    base::HttpRequest request = get(server.url());
    request.method = i % 2 == 0 ? "GET" : "POST";
    const auto answer = fetcher.fetch(std::move(request));
    ASSERT_TRUE(answer) << i << ": " << shown(answer);
    EXPECT_EQ(answer->body, "ok");
  }
}

TEST_P(HttpClientTest, RetriesWhenAReusedConnectionEndsUnderTheRequest) {
  RawServer server([](RawServer::Peer& peer, int connection) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection % 10));
    if (connection == 0) peer.request();  // takes a second one, and dies
  });
  Fetcher fetcher(GetParam());
  ASSERT_TRUE(fetcher.fetch(get(server.url())));
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->body, "1");
}

TEST_P(HttpClientTest, SaysWhenThePeerBreaksOff) {
  RawServer server([](RawServer::Peer& peer, int) {
    const std::string request = peer.request();
    if (request.find("/none") == std::string::npos) peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  Fetcher fetcher(GetParam());
  const auto none = fetcher.fetch(get(server.url("/none")));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::unavailable) << shown(none);
  const auto half = fetcher.fetch(get(server.url("/half")));
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, Errc::unavailable) << shown(half);
}

TEST_P(HttpClientTest, AResetIsNoEndOfABody) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.0 200 OK\r\n\r\nhalf");  // to be read until the connection ends
    peer.break_off();
  });
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_FALSE(answer) << shown(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << shown(answer);
}

TEST_P(HttpClientTest, SaysWhatThePeerDidNotWhatIsMissingHere) {
  std::uint16_t port = 0;
  { port = RawServer([](RawServer::Peer&, int) {}).port(); }
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get("http://localhost:" + std::to_string(port) + "/"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("onnect")) << "refused or not connected, but no word of address families";
}

TEST_P(HttpClientTest, AsksItsGuardForEachNewConnection) {
  TestServer server;
  int asked = 0;
  net::HttpClientOptions options;
  options.address_guard = [&](const asio::ip::address& address, std::uint16_t port) -> Result<void> {
    ++asked;
    EXPECT_EQ(port, server.port());
    if (asked == 1) return Error{Errc::denied, address.to_string() + " is private"};
    return {};
  };
  Fetcher fetcher(GetParam(), options);
  const auto denied = fetcher.fetch(get(server.url("/x")));
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error(), (Error{Errc::denied, "127.0.0.1 is private"}));
  EXPECT_EQ(server.server->connections(), 0u);
  for (int i = 0; i < 3; ++i) {
    const auto answer = fetcher.fetch(get(server.url("/x")));
    ASSERT_TRUE(answer) << shown(answer);
  }
  EXPECT_EQ(asked, 2);
}

TEST_P(HttpClientTest, RunsManyExchangesAtOnceWithinItsLimits) {
  TestServer server;
  net::HttpClientOptions options;
  options.per_host_max = 8;
  Fetcher fetcher(GetParam(), options);
  const auto many = fetch_many(fetcher, server, "/delay?5", 200);
  EXPECT_EQ(many.good, 200);
  EXPECT_LE(many.connections_most, 8u);
}

TEST_P(HttpClientTest, GivesUpAnIdleConnectionForAnotherHost) {
  TestServer first, second;
  net::HttpClientOptions options;
  options.connections_max = 1;
  Fetcher fetcher(GetParam(), options);
  for (int i = 0; i < 3; ++i) {
    const auto one = fetcher.fetch(get(first.url("/1")));
    ASSERT_TRUE(one) << shown(one);
    const auto two = fetcher.fetch(get(second.url("/2")));
    ASSERT_TRUE(two) << shown(two);
  }
}

TEST_P(HttpClientTest, OneThatWaitsCanBeCancelled) {
  TestServer server;
  net::HttpClientOptions options;
  options.per_host_max = 1;
  Fetcher fetcher(GetParam(), options);
  auto first = fetcher.client->open(get(server.url("/hold")));
  auto second = fetcher.client->open(get(server.url("/never")));
  const auto third = fetcher.client->open(get(server.url("/third")));
  fetcher.io.restart();
  ASSERT_TRUE(eventually([&] { return fetcher.io.poll(), server.seen.holding == 1; }));
  second->cancel();
  const auto cancelled = fetcher.run(second->head());
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
  first.reset();
  const auto head = fetcher.run(third->head());
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(server.seen.requests, 2);
}

TEST_P(HttpClientTest, DoesNotRetryOnceAByteOfTheResponseHasCome) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    if (!peer.request().empty()) peer.say("HTTP/1.1 200 OK\r\n");
  });
  Fetcher fetcher(GetParam());
  ASSERT_TRUE(fetcher.fetch(get(server.url())));
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_FALSE(answer) << shown(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << shown(answer);
  EXPECT_EQ(server.connections(), 1);
}

TEST_P(HttpClientTest, DoesNotRetryOnAFreshConnection) {
  RawServer server([](RawServer::Peer& peer, int) { peer.request(); });
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_FALSE(answer) << shown(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << shown(answer);
  EXPECT_EQ(server.connections(), 1);
}

// What lies on a connection at rest would be taken for the next response.
TEST_P(HttpClientTest, UsesNoConnectionAgainOnWhichSomethingUnaskedCame) {
  std::atomic<bool> is_said{false};
  RawServer server([&](RawServer::Peer& peer, int connection) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection));
    peer.say("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    is_said = true;
    peer.wait_for_end();
  });
  Fetcher fetcher(GetParam());
  for (const std::string expected : {"0", "1", "2"}) {
    is_said = false;
    const auto answer = fetcher.fetch(get(server.url()));
    EXPECT_EQ(shown(answer), "200: " + expected);
    ASSERT_TRUE(eventually([&] { return is_said.load(); }));
  }
}

}  // namespace
}  // namespace collet::test
