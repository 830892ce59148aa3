#include "kernel/net/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/text.hpp"

namespace collet::test {

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (receive_buffer_bytes > 0) {
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
}

RawClient::~RawClient() { close(); }

void RawClient::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void RawClient::finish_sending() { shutdown(socket_, SHUT_WR); }

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

RawClient::Got RawClient::receive(int patience_ms) {
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, patience_ms) <= 0) return Got::timeout;
  char piece[16384];
  const ssize_t size = recv(socket_, piece, sizeof piece, 0);
  if (size < 0) return Got::reset;
  if (size == 0) return Got::end;
  pending_.append(piece, static_cast<std::size_t>(size));
  return Got::some;
}

std::string RawClient::read_all(int patience_ms) {
  for (;;) {
    switch (receive(patience_ms)) {
      case Got::some: continue;
      case Got::end: return std::exchange(pending_, {});
      case Got::reset: return std::exchange(pending_, {}) + "[reset]";
      case Got::timeout: return std::exchange(pending_, {}) + "[timeout]";
    }
  }
}

std::string RawClient::read_until(std::string_view end, int patience_ms) {
  std::size_t found = 0, searched = 0;
  while ((found = pending_.find(end, searched)) == std::string::npos) {
    searched = pending_.size() < end.size() ? 0 : pending_.size() - end.size() + 1;
    if (receive(patience_ms) != Got::some) return std::exchange(pending_, {});
  }
  std::string taken = pending_.substr(0, found + end.size());
  pending_.erase(0, taken.size());
  return taken;
}

std::string RawClient::read_response(int patience_ms) {
  std::string response = read_until("\r\n\r\n", patience_ms);
  const std::size_t size = std::strtoul(header_of(response, "content-length").c_str(), nullptr, 10);
  while (pending_.size() < size) {
    if (receive(patience_ms) != Got::some) break;
  }
  response += pending_.substr(0, size);
  pending_.erase(0, size);
  return response;
}

std::string status_of(std::string_view response) {
  return response.starts_with("HTTP/1.1 ") ? std::string(response.substr(9, 3)) : std::string();
}

std::string body_of(std::string_view response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string() : std::string(response.substr(end + 4));
}

std::string header_of(std::string_view response, std::string_view name) {
  const std::string_view head = response.substr(0, response.find("\r\n\r\n"));
  for (const std::string_view line : base::split(head, '\n')) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !base::equals_ignoring_case(line.substr(0, colon), name)) continue;
    return std::string(base::trim(line.substr(colon + 1)));
  }
  return {};
}

std::string unchunk(std::string_view body) {
  std::string content;
  for (;;) {
    const std::size_t line = body.find("\r\n");
    if (line == std::string_view::npos) return content + "[broken]";
    const std::size_t size = std::strtoul(std::string(body.substr(0, line)).c_str(), nullptr, 16);
    body.remove_prefix(line + 2);
    if (size == 0) return body == "\r\n" ? content : content + "[broken]";
    if (body.size() < size + 2) return content + "[broken]";
    content += body.substr(0, size);
    body.remove_prefix(size + 2);
  }
}

}  // namespace collet::test
