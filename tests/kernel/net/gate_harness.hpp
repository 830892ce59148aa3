// A gate on a free port, and those who speak through it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/gate.hpp"
#include "base/io_threads.hpp"
#include "kernel/net/raw_client.hpp"

namespace collet::test {

/// Rules that let "localhost" at the port through.
base::GateRules to_localhost(std::uint16_t port);

class TestGate {
 public:
  explicit TestGate(base::GateRules rules);
  /// Ends the loop, and the gate after it.
  ~TestGate();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// "allowed a:443" or "denied a:443: why", one a line.
  [[nodiscard]] std::string decisions() const;
  /// Destroys the gate on its loop.
  void close();
  /// Have the gate destroyed by the first decision.
  void close_on_decision();
  /// Runs on the loop, and is done.
  void run(const std::function<void()>& task);

 private:
  void note(const base::EgressDecision& decision);

  base::IoThreads io_{1};
  std::uint16_t port_ = 0;
  std::unique_ptr<base::Gate> gate_;
  mutable std::mutex mutex_;
  std::string decisions_;
  bool is_closing_ = false;
};

/// What a gate answers to "CONNECT target": "200", or "403 the body".
std::string ask(RawClient& client, const std::string& target);

/// A listener that takes no connection: a dialer waits and waits.
class SilentServer {
 public:
  SilentServer();
  ~SilentServer();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  std::vector<int> sockets_;
};

}  // namespace collet::test
