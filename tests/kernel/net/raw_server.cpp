#include "kernel/net/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "kernel/net/raw_client.hpp"

namespace collet::test {

std::string RawServer::Peer::request() {
  for (;;) {
    const std::size_t head = pending_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t size = head + 4 + std::strtoul(header_of(pending_, "content-length").c_str(), nullptr, 10);
      if (pending_.size() >= size) {
        std::string request = pending_.substr(0, size);
        pending_.erase(0, size);
        const std::scoped_lock lock(server_.mutex_);
        return server_.last_request_ = std::move(request);
      }
    }
    char piece[16384];
    const ssize_t got = recv(socket_, piece, sizeof piece, 0);
    if (got <= 0) return {};
    pending_.append(piece, static_cast<std::size_t>(got));
  }
}

std::string RawServer::Peer::receive() {
  std::string piece(16384, '\0');
  const ssize_t got = recv(socket_, piece.data(), piece.size(), 0);
  piece.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return piece;
}

void RawServer::Peer::finish_sending() { shutdown(socket_, SHUT_WR); }

bool RawServer::Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void RawServer::Peer::break_off() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void RawServer::Peer::wait_for_end() {
  char piece[4096];
  while (recv(socket_, piece, sizeof piece, 0) > 0) {
  }
}

RawServer::RawServer(Script script, const std::string& address)
    : script_(std::move(script)), listener_(socket(address == "::1" ? AF_INET6 : AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  const bool is_v6 = address == "::1";
  auto* const where = is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = is_v6 ? sizeof v6 : sizeof v4;
  if (bind(listener_, where, size) == 0 && listen(listener_, 64) == 0) {
    getsockname(listener_, where, &size);
    port_ = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
  }
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  shutdown(listener_, SHUT_RDWR);
  const int current = current_;
  if (current >= 0) shutdown(current, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string RawServer::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::string RawServer::last_request() const {
  const std::scoped_lock lock(mutex_);
  return last_request_;
}

void RawServer::serve() {
  for (;;) {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    current_ = fd;
    Peer peer(*this, fd);
    script_(peer, connections_++);
    current_ = -1;
    close(fd);
  }
}

}  // namespace collet::test
