#include "net/http_client.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "kernel/net/fetch.hpp"
#include "kernel/net/raw_client.hpp"
#include "kernel/net/raw_server.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using testing::Not;

base::HttpRequest get(const std::string& url) {
  base::HttpRequest request;
  request.url = url;
  return request;
}

std::string shown(const Result<base::HttpAnswer>& answer) {
  if (answer) return std::to_string(answer->head.status) + ": " + answer->body.substr(0, 200);
  return std::string(name(answer.error().code)) + ": " + answer.error().message;
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const dir = opendir("/proc/self/fd");
  while (readdir(dir)) ++count;
  closedir(dir);
  return count;
}

TEST(HttpClient, SendsEveryMethodWithAndWithoutBody) {
  TestServer server;
  Fetcher fetcher;
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

TEST(HttpClient, SendsTheHeadersItIsGivenAndFewOthers) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Two: a\r\nx-two: b\r\n\r\nok");
  });
  Fetcher fetcher;
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

TEST(HttpClient, RefusesWhatCannotBeSent) {
  Fetcher fetcher;
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

TEST(HttpClient, StreamsPieceByPiece) {
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
  Fetcher fetcher;
  EXPECT_EQ(fetcher.run(Task::read(*fetcher.client, server.url(), got_first)), "first|second|");
}

TEST(HttpClient, Decompresses) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 11\r\n\r\n");
    peer.say(std::string("\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27", 11));  // "abc" by zlib
  });
  Fetcher fetcher;
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->body, "abc");
  EXPECT_THAT(header_of(server.last_request(), "accept-encoding"), HasSubstr("gzip"));
}

TEST(HttpClient, NamesEachTimeout) {
  RawServer server([](RawServer::Peer& peer, int) {
    const std::string request = peer.request();
    if (request.find("/idle") != std::string::npos) peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    if (request.find("/total") != std::string::npos) {
      peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      // A peer that keeps dripping.
      while (peer.say("1\r\nx\r\n")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    peer.wait_for_end();
  });
  Fetcher fetcher;
  const auto expect_timeout = [&](base::HttpRequest request, const std::string& name) {
    const auto start = std::chrono::steady_clock::now();
    const auto answer = fetcher.fetch(std::move(request));
    const auto took = std::chrono::steady_clock::now() - start;
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().code, Errc::timeout) << shown(answer);
    EXPECT_THAT(answer.error().message, HasSubstr("within 150 ms (" + name + " timeout)"));
    EXPECT_THAT(answer.error().message, HasSubstr("http://127.0.0.1:"));
    EXPECT_GE(took, std::chrono::milliseconds(140)) << name;
    EXPECT_LT(took, std::chrono::seconds(3)) << name;
  };
  base::HttpRequest request = get(server.url("/first?secret=1"));
  request.timeouts.first_byte_ms = 150;
  expect_timeout(request, "first byte");
  request = get(server.url("/idle"));
  request.timeouts.idle_ms = 150;
  expect_timeout(request, "idle");
  request = get(server.url("/total"));
  request.timeouts.total_ms = 150;
  expect_timeout(request, "total");
}

TEST(HttpClient, NamesTheConnectTimeout) {
  // A listener whose backlog is full drops what else comes.
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  RawClient filler(ntohs(address.sin_port));
  Fetcher fetcher;
  base::HttpRequest request = get("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/");
  request.timeouts.connect_ms = 150;
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_FALSE(answer) << shown(answer);
  EXPECT_EQ(answer.error().code, Errc::timeout) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("(connect timeout)"));
  close(listener);
}

TEST(HttpClient, SaysWhenNobodyListens) {
  std::uint16_t port = 0;
  { port = RawServer([](RawServer::Peer&, int) {}).port(); }
  Fetcher fetcher;
  const auto answer = fetcher.fetch(get("http://127.0.0.1:" + std::to_string(port) + "/x?key=secret"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::unavailable) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr(":" + std::to_string(port)));
  EXPECT_THAT(answer.error().message, Not(HasSubstr("secret")));
  const auto unknown = fetcher.fetch(get("http://no-such-host.invalid/"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Errc::unavailable) << shown(unknown);
}

TEST(HttpClient, ReusesConnections) {
  TestServer server;
  Fetcher fetcher;
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

TEST(HttpClient, ClosesWhenToldNotToKeepTheConnection) {
  TestServer server;
  Fetcher fetcher;
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

TEST(HttpClient, OutlivesAPooledConnectionThatThePeerClosed) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });  // and closes, though it had promised to keep the connection
  Fetcher fetcher;
  for (int i = 0; i < 20; ++i) {
    base::HttpRequest request = get(server.url());
    request.method = i % 2 == 0 ? "GET" : "POST";
    const auto answer = fetcher.fetch(std::move(request));
    ASSERT_TRUE(answer) << i << ": " << shown(answer);
    EXPECT_EQ(answer->body, "ok");
  }
}

TEST(HttpClient, RetriesWhenAReusedConnectionEndsUnderTheRequest) {
  RawServer server([](RawServer::Peer& peer, int connection) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection % 10));
    if (connection == 0) peer.request();  // takes a second one, and dies
  });
  Fetcher fetcher;
  ASSERT_TRUE(fetcher.fetch(get(server.url())));
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->body, "1");
}

TEST(HttpClient, SaysWhenThePeerBreaksOff) {
  RawServer server([](RawServer::Peer& peer, int) {
    const std::string request = peer.request();
    if (request.find("/none") == std::string::npos) peer.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  Fetcher fetcher;
  const auto none = fetcher.fetch(get(server.url("/none")));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::unavailable) << shown(none);
  const auto half = fetcher.fetch(get(server.url("/half")));
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, Errc::unavailable) << shown(half);
}

TEST(HttpClient, ToleratesInformationalHeadsAndTrailers) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 103 Early Hints\r\nx-early: 1\r\n\r\nHTTP/1.1 200 OK\r\nx-real: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
             "2\r\nok\r\n0\r\nx-trailer: 1\r\n\r\n");
  });
  Fetcher fetcher;
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->head.status, 200);
  EXPECT_EQ(base::find_header(answer->head.headers, "x-early"), "");
  EXPECT_EQ(base::find_header(answer->head.headers, "x-real"), "1");
  EXPECT_EQ(answer->body, "ok");
}

TEST(HttpClient, FollowsNoRedirect) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  });
  Fetcher fetcher;
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_EQ(answer->head.status, 302);
}

TEST(HttpClient, EndsAResponseThatIsTooLong) {
  TestServer server;
  Fetcher fetcher;
  base::HttpRequest request = get(server.url("/flood?100000"));
  request.response_bytes_max = 1'000'000;
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::limit) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("1000000 bytes"));
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(HttpClient, EndsAHeadThatIsTooLong) {
  RawServer server([](RawServer::Peer& peer, int) {
    peer.request();
    peer.say("HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 10'000; ++i) peer.say("x-header: " + std::string(90, 'x') + "\r\n");
    peer.say("\r\n");
  });
  Fetcher fetcher;
  const auto answer = fetcher.fetch(get(server.url()));
  ASSERT_FALSE(answer);
  EXPECT_THAT(shown(answer), testing::AnyOf(HasSubstr("limit: "), HasSubstr("unavailable: ")));
}

TEST(HttpClient, CarriesLargeBodiesBothWays) {
  config::LimitSettings limits;
  limits.body_bytes_max = 64 << 20;
  TestServer server(limits);
  Fetcher fetcher;
  base::HttpRequest request = get(server.url("/e"));
  request.method = "POST";
  for (int i = 0; i < 4 << 20; ++i) request.body += static_cast<char>('a' + i * 7 % 26);
  const std::string body = request.body;
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_TRUE(answer) << shown(answer);
  EXPECT_TRUE(answer->body == "POST /e [] " + body);
}

struct SlowReader {
  // Reads nothing until the server has stood still, then everything.
  static asio::awaitable<std::size_t> read(base::HttpClient& client, std::string url, Seen& seen, std::uint64_t& at_rest) {
    base::HttpRequest request;
    request.url = std::move(url);
    const auto exchange = client.open(std::move(request));
    const auto head = co_await exchange->head();
    if (!head) co_return 0;
    const auto executor = co_await asio::this_coro::executor;
    asio::steady_timer timer(executor);
    do {
      at_rest = seen.written;
      timer.expires_after(std::chrono::milliseconds(200));
      co_await timer.async_wait(asio::use_awaitable);
    } while (seen.written != at_rest);
    std::size_t size = 0;
    for (;;) {
      const auto piece = co_await exchange->read();
      if (!piece || piece->empty()) co_return size;
      size += piece->size();
    }
  }
};

TEST(HttpClient, ASlowReaderPausesThePeer) {
  TestServer server;
  Fetcher fetcher;
  std::uint64_t at_rest = 0;
  const std::size_t total = 1000ull * (64 << 10);
  EXPECT_EQ(fetcher.run(SlowReader::read(*fetcher.client, server.url("/flood?1000"), server.seen, at_rest)), total);
  EXPECT_LT(at_rest, total / 2) << "the peer was not paused";
}

struct Cancelled {
  static asio::awaitable<std::string> wait(std::unique_ptr<base::HttpExchange>& exchange) {
    const auto head = co_await exchange->head();
    if (!head) co_return std::string(name(head.error().code));
    const auto piece = co_await exchange->read();
    co_return piece ? "a piece" : std::string(name(piece.error().code));
  }
};

TEST(HttpClient, CancelEndsAWait) {
  TestServer server;
  Fetcher fetcher;
  for (const std::string path : {"/hold", "/idle?100000"}) {
    const int before = server.seen.gone;
    auto exchange = fetcher.client->open(get(server.url(path)));
    asio::steady_timer timer(fetcher.io, std::chrono::milliseconds(50));
    timer.async_wait([&](const boost::system::error_code&) {
      exchange->cancel();
      exchange->cancel();
    });
    EXPECT_EQ(fetcher.run(Cancelled::wait(exchange)), "cancelled") << path;
    EXPECT_TRUE(eventually([&] { return server.seen.gone == before + 1; })) << path;
  }
}

TEST(HttpClient, DroppingAnExchangeEndsIt) {
  TestServer server;
  Fetcher fetcher;
  auto exchange = fetcher.client->open(get(server.url("/hold")));
  ASSERT_TRUE(eventually([&] {
    fetcher.io.restart();
    fetcher.io.poll();
    return server.seen.holding == 1;
  }));
  exchange.reset();
  EXPECT_TRUE(eventually([&] { return server.seen.gone == 1; }));
  // The client is as good as new.
  EXPECT_TRUE(fetcher.fetch(get(server.url("/x"))));
}

TEST(HttpClient, CanGoWhileAnExchangeWaits) {
  TestServer server;
  Fetcher fetcher;
  auto exchange = fetcher.client->open(get(server.url("/hold")));
  bool ended = false;
  asio::co_spawn(fetcher.io, Cancelled::wait(exchange), [&](std::exception_ptr, std::string) { ended = true; });
  fetcher.io.restart();
  ASSERT_TRUE(eventually([&] {
    fetcher.io.poll();
    return server.seen.holding == 1;
  }));
  fetcher.client.reset();
  EXPECT_FALSE(ended);
  EXPECT_TRUE(eventually([&] { return server.seen.gone == 1; }));
}

TEST(HttpClient, AsksItsGuardForEachNewConnection) {
  TestServer server;
  int asked = 0;
  net::HttpClientOptions options;
  options.address_guard = [&](const asio::ip::address& address, std::uint16_t port) -> Result<void> {
    ++asked;
    EXPECT_EQ(port, server.port());
    if (asked == 1) return Error{Errc::denied, address.to_string() + " is private"};
    return {};
  };
  Fetcher fetcher(options);
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

TEST(HttpClient, LooksForNoProxyInTheEnvironment) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  TestServer server;
  Fetcher fetcher;
  const auto answer = fetcher.fetch(get(server.url("/x")));
  EXPECT_TRUE(answer) << shown(answer);
  setenv("no_proxy", "*", 1);
  net::HttpClientOptions options;
  options.proxy = server.url("");
  Fetcher proxied(options);
  const auto through = proxied.fetch(get("http://example.invalid/y?z"));
  ASSERT_TRUE(through) << shown(through);
  EXPECT_EQ(through->body, "GET /y [z] ");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  unsetenv("no_proxy");
}

struct Many {
  static asio::awaitable<void> one(base::HttpClient& client, std::string url, int& left, int& good) {
    base::HttpRequest request;
    request.url = std::move(url);
    const auto answer = co_await base::fetch(client, std::move(request));
    if (answer && answer->head.status == 200) ++good;
    --left;
  }
};

TEST(HttpClient, RunsManyExchangesAtOnceWithinItsLimits) {
  TestServer server;
  net::HttpClientOptions options;
  options.per_host_max = 8;
  Fetcher fetcher(options);
  int left = 200, good = 0;
  for (int i = 0; i < 200; ++i) {
    asio::co_spawn(fetcher.io, Many::one(*fetcher.client, server.url("/delay?5"), left, good), asio::detached);
  }
  fetcher.io.restart();
  std::size_t most = 0;
  while (left > 0) {
    fetcher.io.run_one();
    most = std::max(most, server.server->connections());
  }
  EXPECT_EQ(good, 200);
  EXPECT_LE(most, 8u);
}

}  // namespace
}  // namespace collet::test
