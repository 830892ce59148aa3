// What the direct transport does its own way, and which URL goes to which.
#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/net/fetch.hpp"
#include "kernel/net/raw_client.hpp"
#include "kernel/net/raw_server.hpp"
#include "kernel/net/test_server.hpp"
#include "net/direct_client.hpp"
#include "net/plain_url.hpp"

namespace collet::test {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr NamedTransport kRouted{"Routed", net::make_http_client};
constexpr NamedTransport kDirect{"Direct", net::make_direct_client};
constexpr NamedTransport kCurl{"Curl", net::make_curl_client};

const char kDeflated[] = "\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27";  // "abc" by zlib

void say_deflated(RawServer::Peer& peer, int) {
  peer.request();
  peer.say("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 11\r\n\r\n");
  peer.say(std::string_view(kDeflated, 11));
}

TEST(PlainUrl, TakesApartWhatIsPlain) {
  const auto parts = [](std::string_view text) {
    const auto url = net::parse_plain_url(text);
    if (!url) return std::string("none");
    return std::string(url->authority) + " " + std::string(url->host) + " " + std::to_string(url->port) + " " + std::string(url->target);
  };
  EXPECT_EQ(parts("http://a.b-c_d:8080/v1/x?y=z#frag"), "a.b-c_d:8080 a.b-c_d 8080 /v1/x?y=z");
  EXPECT_EQ(parts("http://host"), "host host 80 ");
  EXPECT_EQ(parts("http://host:80?q"), "host host 80 ?q");
  EXPECT_EQ(parts("http://[::1]:81/"), "[::1]:81 ::1 81 /");
  EXPECT_EQ(parts("http://[fe80::1]/x"), "[fe80::1] fe80::1 80 /x");
  for (const char* other : {"", "http://", "https://a/", "HTTP://a/", "ftp://a/", "http://user@a/", "http://u:p@a/", "http://a:/",
                            "http://a:0/", "http://a:65536/", "http://a:1x/", "http://a:+1/", "http://[::1/", "http://[::1]x/",
                            "http://[fe80::1%25eth0]/", "http://a/../b", "http://a/.", "http://a/\\b", "http://a/\xc3\xa4", "http://a/b c",
                            "http://a%41/", "http://:80/"}) {
    EXPECT_EQ(parts(other), "none") << other;
  }
}

TEST(DirectClient, IsUsedForPlainUrlsOnly) {
  TestServer server;
  RawServer raw([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  });
  Fetcher fetcher(kRouted);
  const auto encoding = [&](const std::string& url) {
    const auto answer = fetcher.fetch(get(url));
    EXPECT_EQ(shown(answer), "200: ok") << url;
    return header_of(raw.last_request(), "accept-encoding");
  };
  EXPECT_EQ(encoding(raw.url("/a?b#c")), "identity");
  EXPECT_THAT(raw.last_request(), testing::StartsWith("GET /a?b HTTP/1.1\r\n"));
  EXPECT_EQ(header_of(raw.last_request(), "host"), "127.0.0.1:" + std::to_string(raw.port()));
  EXPECT_EQ(encoding(raw.url("?b")), "identity");
  EXPECT_THAT(raw.last_request(), testing::StartsWith("GET /?b HTTP/1.1\r\n"));
  EXPECT_THAT(encoding("http://user:pass@127.0.0.1:" + std::to_string(raw.port()) + "/"), HasSubstr("gzip"));
  EXPECT_EQ(header_of(raw.last_request(), "authorization"), "Basic dXNlcjpwYXNz");
  EXPECT_THAT(encoding(raw.url("/a/../b")), HasSubstr("gzip"));
}

TEST(DirectClient, AConnectionThatHasRestedTooLongIsNotTrusted) {
  RawServer server([](RawServer::Peer& peer, int) {
    while (!peer.request().empty()) peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  net::HttpClientOptions options;
  options.idle_ms_max = 0;
  Fetcher fetcher(kDirect, options);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(shown(fetcher.fetch(get(server.url()))), "200: ok");
  EXPECT_EQ(server.connections(), 3);
}

TEST(DirectClient, AsksForNoEncodingAndRefusesOne) {
  RawServer server(say_deflated);
  Fetcher fetcher(kDirect);
  base::HttpRequest request = get(server.url());
  request.headers = {{"Accept-Encoding", "gzip"}};
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_FALSE(answer) << shown(answer);
  EXPECT_THAT(shown(answer), HasSubstr("unavailable: " + server.url("") + ": the response is encoded (deflate)"));
  EXPECT_EQ(header_of(server.last_request(), "accept-encoding"), "identity");
}

TEST(CurlClient, Decompresses) {
  RawServer server(say_deflated);
  Fetcher fetcher(kCurl);
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->body, "abc");
  EXPECT_THAT(header_of(server.last_request(), "accept-encoding"), HasSubstr("gzip"));
}

TEST(HttpClient, LooksForNoProxyInTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  TestServer server;
  for (const NamedTransport& transport : {kRouted, kCurl}) {
    Fetcher fetcher(transport);
    const auto answer = fetcher.fetch(get(server.url("/x")));
    EXPECT_TRUE(answer) << transport.name << " " << shown(answer);
  }
  setenv("no_proxy", "*", 1);
  net::HttpClientOptions options;
  options.proxy = server.url("");
  Fetcher proxied(kRouted, options);
  const auto through = proxied.fetch(get("http://example.invalid/y?z"));
  ASSERT_TRUE(through) << shown(through);
  EXPECT_EQ(through->body, "GET /y [z] ");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  unsetenv("no_proxy");
}

TEST(DirectClient, FindsLocalhostOnEitherAddress) {
  for (const std::string address : {"127.0.0.1", "::1"}) {
    RawServer server([](RawServer::Peer& peer, int) {
      peer.request();
      peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }, address);
    if (!server.listens()) continue;  // a machine without IPv6
    const std::string port = std::to_string(server.port());
    Fetcher fetcher(kDirect);
    EXPECT_EQ(shown(fetcher.fetch(get("http://localhost:" + port + "/"))), "200: ok") << address;
    Fetcher other(kDirect);
    const std::string literal = address == "::1" ? "[::1]" : address;
    EXPECT_EQ(shown(other.fetch(get("http://" + literal + ":" + port + "/"))), "200: ok") << address;
    EXPECT_EQ(header_of(server.last_request(), "host"), literal + ":" + port);
  }
}

TEST(DirectClient, AsksItsGuardForEachAddress) {
  RawServer server([](RawServer::Peer&, int) {});
  std::vector<std::string> asked;
  net::HttpClientOptions options;
  options.address_guard = [&](const asio::ip::address& address, std::uint16_t port) -> Result<void> {
    EXPECT_EQ(port, server.port());
    asked.push_back(address.to_string());
    return Error{Errc::denied, asked.back() + " is private"};
  };
  Fetcher fetcher(kDirect, options);
  const auto answer = fetcher.fetch(get("http://localhost:" + std::to_string(server.port()) + "/"));
  EXPECT_EQ(shown(answer), "denied: ::1 is private");
  EXPECT_THAT(asked, ElementsAre("127.0.0.1", "::1"));
  EXPECT_EQ(server.connections(), 0);
}

// Each followed by a request that shows whether the connection was used again.
TEST(DirectClient, UsesAConnectionAgainOnlyAfterACleanEnd) {
  struct Case {
    const char* response;
    bool is_fine;
    bool is_kept;
  };
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", true, true},
      {"HTTP/1.1 204 No Content\r\n\r\n", true, true},
      {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", true, true},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", true, false},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", true, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", true, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", false, false},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, false},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nok\r\n0\r\n\r\n", false, false},
      {"SSH-2.0-OpenSSH_9\r\n", false, false},
  };
  for (const Case& one : cases) {
    RawServer server([&](RawServer::Peer& peer, int) {
      while (!peer.request().empty()) peer.say(one.response);
    });
    Fetcher fetcher(kDirect);
    for (int i = 0; i < 2; ++i) {
      const auto answer = fetcher.fetch(get(server.url()));
      EXPECT_EQ(answer.ok(), one.is_fine) << one.response << "\n" << shown(answer);
    }
    EXPECT_TRUE(eventually([&] { return server.connections() == (one.is_kept ? 1 : 2); })) << one.response;
  }
}

TEST(DirectClient, TakesAResponseThatComesBeforeTheRequestIsSent) {
  std::atomic<bool> is_read{false};
  RawServer server([&](RawServer::Peer& peer, int) {
    peer.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
    eventually([&] { return is_read.load(); });
  });
  Fetcher fetcher(kDirect);
  base::HttpRequest request = get(server.url());
  request.method = "POST";
  request.body.assign(64 << 20, 'x');
  const auto answer = fetcher.fetch(std::move(request));
  is_read = true;
  EXPECT_EQ(shown(answer), "413: big");
}

}  // namespace
}  // namespace collet::test
