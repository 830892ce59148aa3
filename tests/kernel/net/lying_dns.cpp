#include "lying_dns.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

namespace collet::test {
namespace {

constexpr const char* kPublic = "203.0.113.5";

bool set_address(int socket, const char* interface, const char* address) {
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  auto* at = reinterpret_cast<sockaddr_in*>(&request.ifr_addr);
  at->sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &at->sin_addr);
  return ::ioctl(socket, SIOCSIFADDR, &request) == 0;
}

bool raise_loopback() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool raised = ::ioctl(socket, SIOCSIFFLAGS, &request) == 0 && set_address(socket, "lo:1", kPublic);
  ::close(socket);
  return raised;
}

bool cover_resolver() {
  char path[] = "/tmp/collet-resolv-XXXXXX";
  const int file = ::mkstemp(path);
  const std::string text = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
  const bool wrote = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  const bool covered = wrote && ::mount(path, "/etc/resolv.conf", nullptr, MS_BIND, nullptr) == 0;
  ::unlink(path);
  return covered;
}

}  // namespace

std::string enter_own_network() {
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return std::string("unshare: ") + std::strerror(errno);
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return std::string("mount: ") + std::strerror(errno);
  if (!raise_loopback()) return std::string("loopback: ") + std::strerror(errno);
  if (!cover_resolver()) return std::string("resolv.conf: ") + std::strerror(errno);
  return "";
}

LyingDns::LyingDns(Answers answers) : answers_(std::move(answers)), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(53);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) return;
  thread_ = std::thread([this] { serve(); });
}

LyingDns::~LyingDns() {
  ::shutdown(socket_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  ::close(socket_);
}

void LyingDns::serve() {
  for (;;) {
    char bytes[1500];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got = ::recvfrom(socket_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) return;
    const std::string reply = reply_to(std::string(bytes, static_cast<std::size_t>(got)));
    if (!reply.empty()) ::sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
  }
}

std::string LyingDns::reply_to(const std::string& query) {
  std::string name;
  std::size_t at = 12;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<std::size_t>(query[at]);
    name += (name.empty() ? "" : ".") + query.substr(at + 1, length);
    at += length + 1;
  }
  if (at + 5 > query.size()) return "";
  const bool is_v6 = query[at + 2] == 28;
  const std::string question = query.substr(12, at + 5 - 12);
  const auto addresses = answers_(name, is_v6, questions_++);
  std::string reply = query.substr(0, 2);
  reply += std::string("\x81\x80\x00\x01\x00", 5) + static_cast<char>(addresses.size()) + std::string(4, '\0') + question;
  for (const auto& address : addresses) {
    unsigned char packed[16];
    const bool fits = ::inet_pton(is_v6 ? AF_INET6 : AF_INET, address.c_str(), packed) == 1;
    if (!fits) return "";
    reply += std::string("\xc0\x0c\x00", 3) + (is_v6 ? '\x1c' : '\x01') + std::string("\x00\x01\x00\x00\x00\x00\x00", 7) + (is_v6 ? '\x10' : '\x04');
    reply.append(reinterpret_cast<const char*>(packed), is_v6 ? 16 : 4);
  }
  return reply;
}

}  // namespace collet::test
