// Who waits for whom and for how long, over both transports.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
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

TEST_P(HttpClientTest, NamesEachTimeout) {
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
  Fetcher fetcher(GetParam());
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

// A listener whose backlog is full drops what else comes.
class SilentListener {
 public:
  SilentListener() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 0), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    filler_.emplace(port_);
  }
  ~SilentListener() { close(listener_); }

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
  std::optional<RawClient> filler_;
};

TEST_P(HttpClientTest, NamesTheConnectTimeout) {
  const SilentListener listener;
  Fetcher fetcher(GetParam());
  base::HttpRequest request = get(listener.url());
  request.timeouts.connect_ms = 150;
  const auto answer = fetcher.fetch(std::move(request));
  ASSERT_FALSE(answer) << shown(answer);
  EXPECT_EQ(answer.error().code, Errc::timeout) << shown(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("(connect timeout)"));
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

TEST_P(HttpClientTest, ASlowReaderPausesThePeer) {
  TestServer server;
  Fetcher fetcher(GetParam());
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

TEST_P(HttpClientTest, CancelEndsAWait) {
  TestServer server;
  Fetcher fetcher(GetParam());
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

TEST_P(HttpClientTest, DroppingAnExchangeEndsIt) {
  TestServer server;
  Fetcher fetcher(GetParam());
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

TEST_P(HttpClientTest, CanGoWhileAnExchangeWaits) {
  TestServer server;
  Fetcher fetcher(GetParam());
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

// An exchange in each of its phases; the loop runs until it is well in there.
struct Phases {
  explicit Phases(const NamedTransport& transport) : fetcher(transport) { fetcher.io.restart(); }

  std::unique_ptr<base::HttpExchange> open(const std::string& phase) {
    if (phase == "connecting") return fetcher.client->open(get(listener.url()));
    base::HttpRequest request = get(server.url(phase == "paused" ? "/flood?100000" : "/hold"));
    const int requests = server.seen.requests;
    const std::uint64_t written = server.seen.written;
    if (phase == "sending") {  // to a peer that does not read
      request.url = mute.url();
      request.body.assign(64 << 20, 'x');
    }
    auto exchange = fetcher.client->open(std::move(request));
    const auto is_there = [&] {
      fetcher.io.poll();
      if (phase == "sending") return is_accepted.load();
      return phase == "paused" ? server.seen.written > written : server.seen.requests > requests;
    };
    EXPECT_TRUE(eventually(is_there)) << phase;
    return exchange;
  }

  std::atomic<bool> is_accepted{false};
  std::atomic<bool> is_over{false};
  TestServer server;
  SilentListener listener;
  RawServer mute{[this](RawServer::Peer&, int) {
    is_accepted = true;
    eventually([this] { return is_over.load(); });
  }};
  Fetcher fetcher;
};

TEST_P(HttpClientTest, CanBeCancelledOrDroppedInEachPhase) {
  for (const std::string phase : {"connecting", "sending", "waiting", "paused"}) {
    Phases stage(GetParam());
    const std::size_t before = open_descriptors();
    for (const bool is_cancelled : {false, true}) {
      auto exchange = stage.open(phase);
      if (is_cancelled) {
        exchange->cancel();
        EXPECT_EQ(stage.fetcher.run(Cancelled::wait(exchange)), "cancelled") << phase;
      }
      exchange.reset();
      stage.fetcher.io.restart();
    }
    const auto after = stage.fetcher.fetch(get(stage.server.url("/x")));
    EXPECT_TRUE(after) << phase << ": " << shown(after);
    // One connection is kept, with an end on either side; curl keeps a few of its own.
    EXPECT_TRUE(eventually([&] { return open_descriptors() <= before + 6; })) << phase;
    stage.is_over = true;
  }
}

}  // namespace
}  // namespace collet::test
