#include "kernel/net/gate_harness.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <utility>

#include <boost/asio/post.hpp>

#include "net/gate.hpp"

namespace collet::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int listen_anywhere(int backlog, std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(fd, backlog) == 0) {
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  return fd;
}

}  // namespace

base::GateRules to_localhost(std::uint16_t port) {
  base::GateRules rules;
  rules.hosts = {{"localhost", port, true}};
  return rules;
}

TestGate::TestGate(base::GateRules rules) {
  const int listener = listen_anywhere(64, port_);
  gate_ = net::open_gate(io_.context(0), listener, std::move(rules),
                         [this](const base::EgressDecision& decision) { note(decision); });
  io_.start();
}

TestGate::~TestGate() {
  io_.stop();
  gate_.reset();
}

void TestGate::run(const std::function<void()>& task) {
  std::promise<void> done;
  boost::asio::post(io_.context(0), [&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void TestGate::close() {
  run([this] { gate_.reset(); });
}

void TestGate::close_on_decision() {
  run([this] { is_closing_ = true; });
}

void TestGate::note(const base::EgressDecision& decision) {
  {
    const std::scoped_lock lock(mutex_);
    decisions_ += (decision.allowed ? "allowed " : "denied ") + decision.host + ":" + std::to_string(decision.port) +
                  (decision.reason.empty() ? "" : ": ") + decision.reason + "\n";
  }
  if (is_closing_) gate_.reset();
}

std::string TestGate::decisions() const {
  const std::scoped_lock lock(mutex_);
  return decisions_;
}

std::string ask(RawClient& client, const std::string& target) {
  client.send("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n");
  const std::string response = client.read_response();
  const std::string body = body_of(response);
  return status_of(response) + (body.empty() ? "" : " ") + body;
}

// With a backlog of 0 the kernel completes one connection and forgets the others.
SilentServer::SilentServer() {
  sockets_.push_back(listen_anywhere(0, port_));
  const sockaddr_in address = loopback(port_);
  for (int i = 0; i < 3; ++i) {
    sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    [[maybe_unused]] const int pending =
        connect(sockets_.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
}

SilentServer::~SilentServer() {
  for (const int socket : sockets_) ::close(socket);
}

}  // namespace collet::test
