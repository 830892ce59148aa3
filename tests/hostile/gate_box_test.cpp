// A program in a box that has a gate: it may speak to whom the rules name, and to
// nobody else, whatever it says. Class 10.
#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>

#include "hostile/box_test.hpp"
#include "hostile/listener.hpp"
#include "net/gate.hpp"

namespace collet::sandbox {
namespace {

class GateBoxTest : public BoxTest {
 protected:
  void SetUp() override {
    allowed_port_ = allowed_.listen_on_loopback();
    forbidden_port_ = forbidden_.listen_on_loopback();
    BoxTest::SetUp();
  }
  BoxResult run_with_gate(BoxSpec spec) {
    boost::asio::io_context io;
    std::unique_ptr<base::Gate> gate;
    BoxResult result;
    base::GateRules rules;
    rules.hosts = {{"localhost", allowed_port_, true}, {"127.0.0.1", forbidden_port_, false}, {"localhost", forbidden_port_, false}};
    rules.connections_max = 4;
    rules.head_timeout_ms = 500;
    spec.gate = [&](UniqueFd listener) {
      gate = net::open_gate(io, listener.release(), rules, [&](const base::EgressDecision& decision) { decisions_.push_back(decision); });
    };
    sandbox_->run(io, std::move(spec), nullptr, [&](BoxResult r) {
      result = std::move(r);
      gate.reset();
    }, {});
    io.run();
    return result;
  }

  Listener allowed_{AF_INET};
  Listener forbidden_{AF_INET};
  std::uint16_t allowed_port_ = 0;
  std::uint16_t forbidden_port_ = 0;
  std::vector<base::EgressDecision> decisions_;
};

TEST_F(GateBoxTest, OnlyTheAllowedHostIsReachedWhateverIsSaid) {
  BoxSpec spec = program("gate.py", {std::to_string(allowed_port_), std::to_string(forbidden_port_)});
  spec.timeout_ms = 60'000;
  expect_contained(run_with_gate(std::move(spec)));
  EXPECT_FALSE(forbidden_.was_called());
  EXPECT_GT(decisions_.size(), 30u);
  for (const auto& decision : decisions_) {
    EXPECT_TRUE(!decision.allowed || (decision.host == "localhost" && decision.port == allowed_port_)) << decision.host << ":" << decision.port;
    EXPECT_TRUE(decision.allowed || !decision.reason.empty()) << "a denial says why";
  }
}

TEST_F(GateBoxTest, ConnectionsEndWithTheBox) {
  BoxSpec spec = python("import socket, time\nheld = []\nfor i in range(60):\n  s = socket.create_connection(('127.0.0.1', 3128), 5)\n  s.send(b'CONNECT ')\n  held.append(s)\ntime.sleep(60)\n");
  spec.timeout_ms = 1'000;
  const auto started = std::chrono::steady_clock::now();
  const auto result = run_with_gate(std::move(spec));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  EXPECT_EQ(result.outcome, Outcome::timeout) << describe(result);
  EXPECT_LT(took.count(), 2.5);
}

TEST_F(GateBoxTest, ADaemonCannotKeepTheWayOutForLater) {
  const auto result = run_with_gate(python("import os, socket, time\nif os.fork() == 0:\n  os.setsid()\n  while True: socket.create_connection(('127.0.0.1', 3128), 5)\nprint('made')\n"));
  EXPECT_EQ(result.stdout_text, "made\n") << describe(result);
  EXPECT_EQ(run(python("import socket\ntry: socket.create_connection(('127.0.0.1', 3128), 1); print('BAD')\nexcept OSError as e: print(e.errno)\n")).stdout_text, "111\n");
}

TEST_F(GateBoxTest, ABoxWithoutRulesHasNoGate) {
  const auto results = run_all({python("import socket\ntry: socket.create_connection(('127.0.0.1', 3128), 1); print('BAD')\nexcept OSError as e: print(e.errno)\n"),
                                shell("/usr/bin/bash -c 'exec 3<> /dev/tcp/127.0.0.1/3128' && echo BAD; echo end")});
  EXPECT_EQ(results[0].stdout_text, "111\n");
  EXPECT_EQ(results[1].stdout_text, "end\n");
}

}  // namespace
}  // namespace collet::sandbox
