#include "net/gate_core.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/log.hpp"
#include "net/connect_request.hpp"
#include "net/gate_connection.hpp"

namespace collet::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kScratchBytes = 64 << 10;
constexpr std::size_t kHostsShownMax = 12;
constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::milliseconds kPause{100};

tcp protocol_of(int socket) {
  int family = AF_INET;
  socklen_t size = sizeof family;
  getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family == AF_INET6 ? tcp::v6() : tcp::v4();
}

}  // namespace

GateCore::GateCore(asio::io_context& io, base::GateRules rules, std::function<void(const base::EgressDecision&)> decided)
    : io_(io), rules_(std::move(rules)), decided_(std::move(decided)), acceptor_(io), pause_(io) {
  settle_rules();
}

// Hosts in the spelling in which they are compared.
void GateCore::settle_rules() {
  std::erase_if(rules_.hosts, [](base::GateHost& rule) {
    auto host = parse_host(rule.host);
    if (host) rule.host = std::move(host->text);
    else base::log_error("a rule of a gate names no host", {{"host", rule.host}});
    return !host;
  });
  for (std::size_t i = 0; i < std::min(rules_.hosts.size(), kHostsShownMax); ++i) {
    const auto& [host, port, may_be_private] = rules_.hosts[i];
    allowed_ += (allowed_.empty() ? "" : ", ") + host + ":" + std::to_string(port);
  }
  if (rules_.hosts.size() > kHostsShownMax) allowed_ += ", ...";
  if (allowed_.empty()) allowed_ = "none";
}

void GateCore::listen_on(int listener_fd) {
  ErrorCode ec;
  acceptor_.assign(protocol_of(listener_fd), listener_fd, ec);
  if (ec) ::close(listener_fd);
  else acceptor_.non_blocking(true, ec);
  if (ec) return base::log_error("a gate cannot listen", {{"reason", ec.message()}});
  await_connection();
}

void GateCore::close() {
  if (std::exchange(is_closed_, true)) return;
  ErrorCode ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  decided_ = nullptr;
  close_connections();
}

void GateCore::close_connections() {
  // Closing one removes nobody from the list: that is for their coroutines' end.
  for (GateConnection* const connection : connections_) connection->close();
}

void GateCore::await_connection() {
  if (is_closed_ || !acceptor_.is_open() || connections_.size() >= rules_.connections_max) return;
  if (std::exchange(is_waiting_, true)) return;
  acceptor_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](const ErrorCode& ec) {
    self->is_waiting_ = false;
    if (!ec && !self->is_closed_) self->accept_some();
  });
}

void GateCore::accept_some() {
  for (int i = 0; i < kAcceptsAtOnce && connections_.size() < rules_.connections_max; ++i) {
    const int socket = accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      take(socket);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause();
    if (errno == EAGAIN) break;
    if (errno == EINVAL || errno == EBADF || errno == ENOTSOCK) return stop_listening();
    // Anything else concerns that one connection: it is gone already.
  }
  await_connection();
}

void GateCore::take(int socket) {
  DirectSocket client(io_);
  ErrorCode ec;
  client.assign(protocol_of(socket), socket, ec);
  if (!ec) return GateConnection::start(shared_from_this(), std::move(client));
  ::close(socket);
  base::log_error("a gate cannot take a connection", {{"reason", ec.message()}});
}

// Waiting on would come back at once, again and again.
void GateCore::stop_listening() {
  base::log_error("a gate's socket does not listen", {{"reason", std::strerror(errno)}});
  ErrorCode ignored;
  acceptor_.close(ignored);
}

// Out of descriptors: it stays in the backlog until others have ended.
void GateCore::pause() {
  base::log_warn("a gate cannot accept connections for the moment", {{"reason", std::strerror(errno)}});
  is_waiting_ = true;
  pause_.expires_after(kPause);
  pause_.async_wait([self = shared_from_this()](const ErrorCode&) {
    self->is_waiting_ = false;
    self->await_connection();
  });
}

const base::GateHost* GateCore::find(const std::string& host, std::uint16_t port) const {
  const auto found = std::find_if(rules_.hosts.begin(), rules_.hosts.end(), [&](const base::GateHost& rule) {
    return rule.host == host && rule.port == port;
  });
  return found == rules_.hosts.end() ? nullptr : &*found;
}

// The callee may destroy the gate.
void GateCore::decide(const base::EgressDecision& decision) {
  const auto decided = decided_;
  if (decided) decided(decision);
}

bool GateCore::spend(std::size_t bytes) {
  const bool was_spent = is_spent();
  bytes_ += bytes;
  if (!is_spent()) return true;
  if (!was_spent) {
    base::log_warn("a gate has passed its byte limit; its connections are closed",
                   {{"bytes_max", static_cast<std::int64_t>(rules_.bytes_max)},
                    {"connections", static_cast<std::int64_t>(connections_.size())}});
  }
  close_connections();
  return false;
}

std::span<char> GateCore::scratch() {
  if (scratch_.empty()) scratch_.resize(kScratchBytes);
  return scratch_;
}

}  // namespace collet::net
