#include "net/socket_watch.hpp"

#include <utility>

namespace collet::net {

namespace asio = boost::asio;
using asio::posix::descriptor_base;

SocketWatch::SocketWatch(asio::io_context& io, int socket, Callback callback)
    : descriptor_(io), callback_(std::move(callback)) {
  boost::system::error_code ec;
  descriptor_.assign(socket, ec);  // where it fails the waits fail too: deadlines end the matter
}

void SocketWatch::want(bool to_read, bool to_write) {
  read_.is_wanted = to_read;
  write_.is_wanted = to_write;
  arm(read_, Ready::to_read);
  arm(write_, Ready::to_write);
}

void SocketWatch::release() {
  read_.is_wanted = write_.is_wanted = false;
  if (descriptor_.is_open()) descriptor_.release();
}

void SocketWatch::arm(Wait& wait, Ready what) {
  if (!wait.is_wanted || !descriptor_.is_open() || std::exchange(wait.is_armed, true)) return;
  const auto kind = what == Ready::to_read ? descriptor_base::wait_read : descriptor_base::wait_write;
  descriptor_.async_wait(kind, [self = shared_from_this(), &wait, what](const boost::system::error_code& ec) {
    wait.is_armed = false;
    if (!ec) self->on_ready(wait, what);
  });
}

void SocketWatch::on_ready(Wait& wait, Ready what) {
  // Unwanted by now: an idle connection, say, that the peer has closed.
  if (!wait.is_wanted) return;
  callback_(descriptor_.native_handle(), what);
  arm(wait, what);
}

}  // namespace collet::net
