// When a gate ends connections, and how it ends itself.
#include "net/gate.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernel/net/fetch.hpp"
#include "kernel/net/gate_harness.hpp"
#include "kernel/net/hello_bytes.hpp"
#include "kernel/net/raw_server.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string localhost(std::uint16_t port) { return "localhost:" + std::to_string(port); }

// Through the gate up to where bytes are relayed.
void pass(RawClient& client, std::uint16_t port) {
  ASSERT_EQ(ask(client, localhost(port)), "200");
  ASSERT_TRUE(client.send(openssl_hello("localhost")));
}

void hold(RawServer::Peer& peer, int) { peer.wait_for_end(); }

void flood(RawServer::Peer& peer, int) {
  const std::string piece(64 << 10, 'f');
  while (peer.say(piece)) {
  }
}

TEST(GateEnd, SlowRequestsAndHellosAreCutOff) {
  RawServer server(hold);
  base::GateRules rules = to_localhost(server.port());
  rules.head_timeout_ms = 100;
  TestGate gate(rules);
  RawClient silent(gate.port());
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(gate.decisions(), "") << "nothing was asked for";
  RawClient slow(gate.port());
  slow.send("CONNECT localho");
  EXPECT_EQ(status_of(slow.read_all()), "408");
  RawClient slow_hello(gate.port());
  ASSERT_EQ(ask(slow_hello, localhost(server.port())), "200");
  slow_hello.send("\x16\x03\x01");
  EXPECT_THAT(slow_hello.read_all(), testing::Not(HasSubstr("[timeout]")));
  EXPECT_THAT(gate.decisions(), EndsWith("denied " + localhost(server.port()) + ": its ClientHello took too long to arrive\n"));
}

TEST(GateEnd, DialingIsCutOff) {
  SilentServer server;
  base::GateRules rules = to_localhost(server.port());
  rules.connect_timeout_ms = 100;
  TestGate gate(rules);
  RawClient client(gate.port());
  EXPECT_EQ(ask(client, localhost(server.port())), "504 " + localhost(server.port()) + " could not be connected to in time\n");
}

TEST(GateEnd, IdleConnectionsAreClosed) {
  RawServer server(hold);
  base::GateRules rules = to_localhost(server.port());
  rules.idle_timeout_ms = 100;
  TestGate gate(rules);
  RawClient client(gate.port());
  pass(client, server.port());
  EXPECT_EQ(client.read_all(), "");
  EXPECT_EQ(gate.decisions(), "allowed " + localhost(server.port()) + "\n");
}

TEST(GateEnd, AReaderThatStopsIsClosedToo) {
  std::atomic<bool> is_over{false};
  RawServer server([&](RawServer::Peer& peer, int connection) {
    flood(peer, connection);
    is_over = true;
  });
  base::GateRules rules = to_localhost(server.port());
  rules.idle_timeout_ms = 150;
  TestGate gate(rules);
  RawClient client(gate.port(), 4096);
  pass(client, server.port());
  EXPECT_TRUE(eventually([&] { return is_over.load(); })) << "it is still open";
}

TEST(GateEnd, TheByteLimitClosesAll) {
  RawServer server(flood);
  base::GateRules rules = to_localhost(server.port());
  rules.bytes_max = 1 << 20;
  TestGate gate(rules);
  RawClient fast(gate.port());
  ASSERT_EQ(ask(fast, localhost(server.port())), "200");
  RawClient idle(gate.port());
  ASSERT_EQ(ask(idle, localhost(server.port())), "200");
  fast.send(openssl_hello("localhost"));
  const std::string got = fast.read_all();
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_LE(got.size(), 1u << 20);
  RawClient late(gate.port());
  EXPECT_EQ(ask(late, localhost(server.port())), "403 all 1048576 bytes that may pass are used up\n");
}

TEST(GateEnd, ConnectionsBeyondTheLimitWait) {
  RawServer server(hold);
  base::GateRules rules = to_localhost(server.port());
  rules.connections_max = 2;
  TestGate gate(rules);
  RawClient first(gate.port()), second(gate.port()), third(gate.port());
  pass(first, server.port());
  ASSERT_EQ(ask(second, localhost(server.port())), "200");
  third.send("CONNECT x:1 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(third.read_until("\r\n\r\n", 50), "") << "it was not to be answered yet";
  first.close();
  EXPECT_EQ(status_of(third.read_response()), "403");
}

// Each stage a connection can be in when the gate ends.
class GateEndStage : public testing::Test {
 protected:
  GateEndStage() : gate_(rules()) {
    RawClient done(gate_.port());
    ask(done, "x:1");
    relayed_.emplace(gate_.port());
    pass(*relayed_, server_.port());
    EXPECT_NE(relayed_->read_until("f"), "");
    greeted_.emplace(gate_.port());
    EXPECT_EQ(ask(*greeted_, localhost(server_.port())), "200");
    lingering_.emplace(gate_.port());
    ask(*lingering_, "x:1");
    head_.emplace(gate_.port());
    head_->send("CONNECT");
    dialing_.emplace(gate_.port());
    dialing_->send("CONNECT 127.0.0.1:" + std::to_string(silent_.port()) + " HTTP/1.1\r\n\r\n");
    resolving_.emplace(gate_.port());
    resolving_->send("CONNECT nowhere.invalid:1 HTTP/1.1\r\n\r\n");
    gate_.run([] {});
  }
  base::GateRules rules() const {
    base::GateRules rules = to_localhost(server_.port());
    rules.hosts.push_back({"127.0.0.1", silent_.port(), true});
    rules.hosts.push_back({"nowhere.invalid", 1, true});
    return rules;
  }

  RawServer server_{flood};
  SilentServer silent_;
  TestGate gate_;
  std::optional<RawClient> relayed_, greeted_, lingering_, head_, dialing_, resolving_;
};

TEST_F(GateEndStage, TheGateMayEndAtAnyOfThem) {
  gate_.close();
  for (auto* const client : {&relayed_, &greeted_, &lingering_, &head_, &dialing_}) {
    EXPECT_THAT((*client)->read_all(), testing::Not(HasSubstr("[timeout]")));
  }
  RawClient late(gate_.port());
  EXPECT_FALSE(late.send("x")) << "nobody listens any more";
}

TEST_F(GateEndStage, TheLoopMayEndFirst) {}  // as the harness does it

TEST(GateEnd, ADecisionMayEndTheGate) {
  RawServer server(hold);
  for (const bool is_allowed : {true, false}) {
    TestGate gate(to_localhost(server.port()));
    gate.close_on_decision();
    RawClient client(gate.port());
    client.send("CONNECT " + (is_allowed ? localhost(server.port()) : "x:1") + " HTTP/1.1\r\n\r\n");
    client.send(openssl_hello("localhost"));
    EXPECT_THAT(client.read_all(), testing::Not(HasSubstr("[timeout]")));
    EXPECT_NE(gate.decisions(), "");
  }
}

TEST(GateEnd, LeavesNothingOpen) {
  RawServer server(hold);
  TestGate gate(to_localhost(server.port()));
  std::size_t before = 0;
  for (int i = 0; i < 20; ++i) {
    {
      RawClient client(gate.port());
      pass(client, server.port());
      RawClient refused(gate.port());
      ask(refused, "x:1");
    }
    if (i == 0) before = open_descriptors();
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors() <= before; })) << open_descriptors() << " after " << before;
}

// The box has turned its listener off, or it never was one.
TEST(GateEnd, ADeadListenerIsGivenUp) {
  boost::asio::io_context io;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const auto gate = net::open_gate(io, fd, to_localhost(1), nullptr);
  EXPECT_GT(io.run(), 0u);  // ends, since nothing is waited for
  const auto none = net::open_gate(io, -1, to_localhost(1), nullptr);
  EXPECT_TRUE(none);
}

}  // namespace
}  // namespace collet::test
