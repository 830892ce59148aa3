#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

#include "net/transport.hpp"

namespace collet::net {
namespace {

IoResult outcome(ssize_t moved, IoStatus wanted) {
  if (moved > 0) return {IoStatus::done, static_cast<std::size_t>(moved)};
  if (moved == 0) return {IoStatus::closed, 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {wanted, 0};
  return {IoStatus::closed, 0, false};
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(int socket) : socket_(socket) {}

  IoStatus handshake() override { return IoStatus::done; }

  IoResult read(std::span<char> into) override { return receive(into, 0); }

  IoResult write(std::string_view first, std::string_view second) override {
    iovec pieces[2] = {{const_cast<char*>(first.data()), first.size()},
                       {const_cast<char*>(second.data()), second.size()}};
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    ssize_t moved = 0;
    do {
      moved = sendmsg(socket_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (moved < 0 && errno == EINTR);
    return outcome(moved, IoStatus::want_write);
  }

  IoStatus peek() override {
    char byte = 0;
    return receive({&byte, 1}, MSG_PEEK).status;
  }

  void end_writing() override { shutdown(socket_, SHUT_WR); }

 private:
  IoResult receive(std::span<char> into, int flags) {
    ssize_t moved = 0;
    do {
      moved = recv(socket_, into.data(), into.size(), flags | MSG_DONTWAIT);
    } while (moved < 0 && errno == EINTR);
    return outcome(moved, IoStatus::want_read);
  }

  int socket_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(int socket) {
  return std::make_unique<PlainTransport>(socket);
}

}  // namespace collet::net
