// Streams, slow clients and clients that leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "kernel/net/raw_client.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

using testing::HasSubstr;

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

TEST(Stream, IsChunkedAndTheConnectionStays) {
  TestServer server;
  RawClient client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send(get("/stream"));
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_EQ(header_of(head, "transfer-encoding"), "chunked") << head;
    EXPECT_EQ(header_of(head, "content-length"), "");
    EXPECT_EQ(unchunk(client.read_until("\r\n0\r\n\r\n")), "one,two,three");
  }
}

TEST(Stream, OldClientsGetItPlainUntilTheEnd) {
  TestServer server;
  RawClient client(server.port());
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const std::string response = client.read_all();
  EXPECT_EQ(header_of(response, "transfer-encoding"), "");
  EXPECT_EQ(header_of(response, "connection"), "close");
  EXPECT_EQ(body_of(response), "one,two,three");
}

TEST(Stream, HeadComesAtOnceAndKeepAlivesFollow) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/idle?100"));
  EXPECT_EQ(status_of(client.read_until("\r\n\r\n")), "200");
  EXPECT_EQ(client.read_until(":keep\n\n\r\n"), "7\r\n:keep\n\n\r\n");
  EXPECT_EQ(client.read_until(":keep\n\n\r\n"), "7\r\n:keep\n\n\r\n");
}

TEST(Stream, ABrokenOneDoesNotLookWhole) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/truncate"));
  EXPECT_EQ(unchunk(body_of(client.read_all())), "half of[broken]");
}

TEST(Stream, ASlowReaderPausesItsWriter) {
  config::LimitSettings limits;
  limits.write_buffer_bytes_max = 64 << 10;
  TestServer server(limits);
  RawClient client(server.port(), 16 << 10);
  const std::uint64_t total = 256ull * (64 << 10);
  client.send(get("/flood?256"));
  client.read_until("\r\n\r\n");
  // What the kernel buffers is a few MiB; the writer must stand still after that.
  std::uint64_t before = 0;
  ASSERT_TRUE(eventually([&] {
    const std::int64_t until = now_ms() + 200;
    before = server.seen.written;
    while (now_ms() < until) {
      if (server.seen.written != before) return false;
    }
    return true;
  }));
  EXPECT_GT(before, 0u);
  EXPECT_LT(before, total / 2) << "the writer was not paused";
  const std::string body = client.read_until("\r\n0\r\n\r\n", 30'000);
  EXPECT_EQ(unchunk(body).size(), total);
  EXPECT_EQ(server.seen.write_errors, 0);
}

TEST(Stream, AReaderThatStopsIsCutOff) {
  config::LimitSettings limits;
  limits.write_timeout_ms = 200;
  TestServer server(limits);
  RawClient client(server.port(), 16 << 10);
  client.send(get("/flood?100000"));
  ASSERT_TRUE(eventually([&] { return server.seen.write_errors == 1; }));
  EXPECT_EQ(server.seen.last_error, static_cast<int>(Errc::timeout));
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(Stream, ALargeAnswerWaitsForItsReaderToo) {
  config::LimitSettings limits;
  limits.write_timeout_ms = 1'500;  // a reader on a busy machine pauses now and then
  TestServer server(limits);
  RawClient stopped(server.port(), 16 << 10);
  stopped.send(get("/big?50000000"));
  RawClient reading(server.port());
  reading.send(get("/big?50000000"));
  EXPECT_GT(reading.read_response(30'000).size(), 50'000'000u);
  ASSERT_TRUE(eventually([&] { return server.seen.write_errors == 1; }));
  EXPECT_EQ(server.seen.last_error, static_cast<int>(Errc::timeout));
}

TEST(Gone, AHandlerHearsOfItAtOnce) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return server.seen.holding == 1; }));
  const std::int64_t start = now_ms();
  client.close();
  ASSERT_TRUE(eventually([&] { return server.seen.gone == 1; }));
  EXPECT_LT(now_ms() - start, 250) << "50 ms are meant; the rest is for a busy machine";
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
}

TEST(Gone, EvenBehindPipelinedRequests) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/hold") + get("/never"));
  ASSERT_TRUE(eventually([&] { return server.seen.holding == 1; }));
  client.send(get("/never"));
  client.close();
  ASSERT_TRUE(eventually([&] { return server.seen.gone == 1; }));
  ASSERT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  EXPECT_EQ(server.seen.requests, 1);
}

TEST(Gone, HalfClosedCountsAsGone) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/hold"));
  ASSERT_TRUE(eventually([&] { return server.seen.holding == 1; }));
  client.finish_sending();
  EXPECT_TRUE(eventually([&] { return server.seen.gone == 1; }));
}

TEST(Gone, AStreamingHandlersWritesEnd) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/flood?1000000"));
  client.read_until("\r\n\r\n");
  client.close();
  ASSERT_TRUE(eventually([&] { return server.seen.write_errors == 1; }));
  EXPECT_EQ(server.seen.last_error, static_cast<int>(Errc::closed));
}

TEST(Deadline, SlowHeadIsA408) {
  config::LimitSettings limits;
  limits.header_timeout_ms = 150;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\nHost:");
  const std::string response = client.read_all();
  EXPECT_EQ(status_of(response), "408") << response;
}

TEST(Deadline, DrippingDoesNotHelp) {
  config::LimitSettings limits;
  limits.header_timeout_ms = 200;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("GET / HTTP/1.1\r\n");
  const std::int64_t start = now_ms();
  std::string response;
  while (response.empty() && now_ms() - start < 5'000) {
    client.send("x: y\r\n");
    response = client.read_until("\r\n\r\n", 20);
  }
  EXPECT_EQ(status_of(response), "408") << response;
}

TEST(Deadline, SlowBodyIsA408) {
  config::LimitSettings limits;
  limits.body_timeout_ms = 150;
  TestServer server(limits);
  RawClient client(server.port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
  const std::string response = client.read_all();
  EXPECT_EQ(status_of(response), "408") << response;
  EXPECT_THAT(response, HasSubstr("body"));
}

TEST(Deadline, IdleConnectionsCloseSilently) {
  config::LimitSettings limits;
  limits.idle_timeout_ms = 150;
  limits.header_timeout_ms = 150;
  TestServer server(limits);
  RawClient fresh(server.port());
  EXPECT_EQ(fresh.read_all(), "");
  RawClient used(server.port());
  used.send(get("/"));
  EXPECT_EQ(status_of(used.read_response()), "200");
  EXPECT_EQ(used.read_all(), "");
}

TEST(Deadline, ManySlowClientsHoldNobodyUp) {
  config::LimitSettings limits;
  limits.header_timeout_ms = 300;
  TestServer server(limits);
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 60; ++i) {
    slow.push_back(std::make_unique<RawClient>(server.port()));
    slow.back()->send("GET / HT");
  }
  RawClient quick(server.port());
  quick.send(get("/quick"));
  EXPECT_EQ(body_of(quick.read_response()), "GET /quick [] ");
  for (auto& client : slow) EXPECT_EQ(status_of(client->read_all()), "408");
}

TEST(Stop, LetsTheRequestUnderWayFinish) {
  TestServer server;
  RawClient idle(server.port());
  idle.send(get("/"));
  EXPECT_EQ(status_of(idle.read_response()), "200");
  RawClient busy(server.port());
  busy.send(get("/delay?100"));
  ASSERT_TRUE(eventually([&] { return server.seen.requests == 2; }));
  server.server->stop_accepting();
  EXPECT_EQ(idle.read_all(), "");
  const std::string response = busy.read_all();
  EXPECT_EQ(body_of(response), "GET /delay [100] ");
  EXPECT_EQ(header_of(response, "connection"), "close");
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  RawClient late(server.port());
  EXPECT_FALSE(late.send(get("/")) && !late.read_all(1000).empty());
}

TEST(Stop, CloseAllEndsRunningHandlers) {
  TestServer server;
  RawClient client(server.port());
  client.send(get("/idle?10000"));
  client.read_until("\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.seen.holding == 1; }));
  server.server->close_all();
  EXPECT_TRUE(eventually([&] { return server.seen.gone == 1; }));
  EXPECT_TRUE(eventually([&] { return server.server->connections() == 0; }));
  EXPECT_EQ(server.server->active_requests(), 0u);
}

TEST(Stop, AServerWithOpenRequestsCanBeDestroyed) {
  RawClient* kept = nullptr;
  {
    TestServer server;
    RawClient client(server.port()), half(server.port());
    kept = &client;
    client.send(get("/idle?10000"));
    half.send("GET / HT");
    ASSERT_TRUE(eventually([&] { return server.seen.holding == 1; }));
  }
  EXPECT_NE(kept, nullptr);  // what counts is that nothing leaks or crashes
}

}  // namespace
}  // namespace collet::test
