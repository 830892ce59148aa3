// Requests and responses, over both transports.
#include "net/http_client.hpp"

#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/net/fetch.hpp"
#include "kernel/net/raw_client.hpp"
#include "kernel/net/raw_server.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

TEST_P(HttpClientTest, SendsEveryMethodWithAndWithoutBody) {
  TestServer server;
  Fetcher fetcher(GetParam());
  for (const std::string method : {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "GET", "POST"}) {
    for (const std::string body : {"", "some text"}) {
      if (method == "HEAD" && !body.empty()) continue;
      base::HttpRequest request = get(server.url("/m?q"));
      request.method = method;
      request.body = body;
      const auto answer = fetcher.fetch(std::move(request));
      ASSERT_TRUE(answer) << method << " -> " << shown(answer);
      EXPECT_EQ(answer->head.status, 200);
      EXPECT_EQ(answer->body, method == "HEAD" ? "" : method + " /m [q] " + body);
    }
  }
  EXPECT_EQ(server.server->connections(), 1u);
}

TEST_P(HttpClientTest, SendsTheHeadersItIsGivenAndFewOthers) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two: a\r\nx-two: b\r\n\r\nok");
  });
  Fetcher fetcher(GetParam());
  base::HttpRequest request = get(server.url("/p"));
  request.method = "POST";
  request.body = "{}";
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}, {"Authorization", "Bearer k"}, {"Content-Length", "77"}};
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_TRUE(answer) << shown(answer);
  const std::string seen = server.last_request();
  EXPECT_EQ(header_of(seen, "content-type"), "application/json") << seen;
  EXPECT_EQ(header_of(seen, "authorization"), "Bearer k");
  EXPECT_EQ(header_of(seen, "content-length"), "2");
  EXPECT_THAT(seen, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(seen, Not(HasSubstr("Expect")));
  EXPECT_EQ(header_of(seen, "user-agent"), "collet");
  EXPECT_EQ(base::find_header(answer->head.headers, "x-two"), "a");
  EXPECT_EQ(answer->head.headers.size(), 3u);
}

TEST_P(HttpClientTest, RefusesWhatCannotBeSent) {
  Fetcher fetcher(GetParam());
  const auto refusal = [&](base::HttpRequest request) {
    const auto answer = fetcher.fetch(std::move(request));
    EXPECT_FALSE(answer) << shown(answer);
    EXPECT_EQ(answer.error().code, Errc::invalid) << shown(answer);
    return answer.error().message;
  };
  base::HttpRequest request = get("http://127.0.0.1:9/");
  request.headers = {{"x-a", "1\r\nx-evil: 2"}};
  EXPECT_THAT(refusal(request), HasSubstr("x-a"));
  request.headers = {{"x-a", "1\n2"}};
  EXPECT_THAT(refusal(request), HasSubstr("x-a"));
  request.headers = {{"x a", "1"}};
  EXPECT_THAT(refusal(request), HasSubstr("x a"));
  request.headers = {{"Transfer-Encoding", "chunked"}};
  EXPECT_THAT(refusal(request), HasSubstr("Transfer-Encoding"));
  request.headers = {};
  request.method = "GET / HTTP/1.1\r\nx:";
  EXPECT_THAT(refusal(request), HasSubstr("method"));
  refusal(get(""));
  refusal(get("http://127.0.0.1/a b"));
  refusal(get("http://127.0.0.1/\r\nx: y"));
  refusal(get("ftp://127.0.0.1/"));
  refusal(get("file:///etc/passwd"));
  refusal(get("http://[::1/"));
}

TEST_P(HttpClientTest, StreamsPieceByPiece) {
  std::atomic<bool> got_first{false};
  RawServer server([&](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    eventually([&] { return got_first.load(); });
    peer.say("6\r\nsecond\r\n0\r\n\r\n");
  });
  struct Task {
    static asio::awaitable<std::string> read(base::HttpClient& client, std::string url, std::atomic<bool>& got_first) {
      base::HttpRequest request;
      request.url = std::move(url);
      const auto exchange = client.open(std::move(request));
      const auto head = co_await exchange->head();
      if (!head) co_return head.error().message;
      std::string told;
      for (;;) {
        const auto piece = co_await exchange->read();
        if (!piece) co_return piece.error().message;
        if (piece->empty()) co_return told;
        told += *piece + "|";
        got_first = true;
      }
    }
  };
  Fetcher fetcher(GetParam());
  EXPECT_EQ(fetcher.run(Task::read(*fetcher.client, server.url(), got_first)), "first|second|");
}

TEST_P(HttpClientTest, ToleratesInformationalHeadsAndTrailers) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 103 Early Hints\r\nx-early: 1\r\n\r\nHTTP/1.1 200 OK\r\nx-real: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
             "2\r\nok\r\n0\r\nx-trailer: 1\r\n\r\n");
  });
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(base::find_header(answer->head.headers, "x-early"), "");
  EXPECT_EQ(base::find_header(answer->head.headers, "x-real"), "1");
  EXPECT_EQ(answer->body, "ok");
}

TEST_P(HttpClientTest, FollowsNoRedirect) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->head.status, 302);
}

TEST_P(HttpClientTest, EndsAResponseThatIsTooLong) {
  TestServer server;
  Fetcher fetcher(GetParam());
  base::HttpRequest request = get(server.url("/flood?100000"));
  request.response_bytes_max = 1'000'000;
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::limit) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("1000000 bytes"));
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST_P(HttpClientTest, EndsAHeadThatIsTooLong) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 10'000; ++i) peer.say("x-header: " + std::string(90, 'x') + "\r\n");
    peer.say("\r\n");
  });
  Fetcher fetcher(GetParam());
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_THAT(shown(answer), testing::AnyOf(HasSubstr("limit: "), HasSubstr("unavailable: ")));
}

TEST_P(HttpClientTest, CarriesLargeBodiesBothWays) {
  config::LimitSettings limits;
  limits.body_bytes_max = 64 << 20;
  TestServer server(limits);
  Fetcher fetcher(GetParam());
  base::HttpRequest request = get(server.url("/e"));
  request.method = "POST";
  for (int i = 0; i < 4 << 20; ++i) request.body += static_cast<char>('a' + i * 7 % 26);
  const std::string body = request.body;
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_TRUE(answer->body == "POST /e [] " + body);
}

// For the other http_client_*_test.cpp as well.
INSTANTIATE_TEST_SUITE_P(Transports, HttpClientTest, testing::ValuesIn(kTransports), transport_name);

}  // namespace
}  // namespace collet::test
