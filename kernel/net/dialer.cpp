#include "net/dialer.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

#include "base/text.hpp"

namespace collet::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

// How long an address may be silent while another is left, at its first and at its
// second try: a lost SYN is sent again after 1 s.
constexpr std::chrono::milliseconds kPatience{500};
constexpr std::chrono::milliseconds kMorePatience{4000};

}  // namespace

Dialer::Dialer(asio::io_context& io, const AddressGuard& guard, std::string origin, Done done)
    : io_(io), guard_(guard), origin_(std::move(origin)), done_(std::move(done)), socket_(io), patience_(io) {}

void Dialer::start(const std::string& host, std::uint16_t port) {
  ErrorCode ec;
  const auto address = asio::ip::make_address(host, ec);
  if (!ec) {
    endpoints_.emplace_back(address, port);
  } else if (base::equals_ignoring_case(host, "localhost")) {  // RFC 6761: no business of a name server
    endpoints_.emplace_back(asio::ip::address_v4::loopback(), port);
    endpoints_.emplace_back(asio::ip::address_v6::loopback(), port);
  } else {
    return resolve(host, port);
  }
  try_next();
}

void Dialer::resolve(const std::string& host, std::uint16_t port) {
  resolver_.emplace(io_);
  const auto flags = tcp::resolver::numeric_service | tcp::resolver::address_configured;
  resolver_->async_resolve(host, std::to_string(port), flags,
                           [self = shared_from_this()](const ErrorCode& ec, const tcp::resolver::results_type& found) {
                             if (!self->done_) return;
                             if (ec) self->explain("its name was not found: " + ec.message());
                             for (const auto& entry : found) self->endpoints_.push_back(entry.endpoint());
                             self->try_next();
                           });
}

void Dialer::try_next() {
  if (next_ == 0) first_round_ = endpoints_.size();
  while (next_ < endpoints_.size()) {
    const Endpoint endpoint = endpoints_[next_++];
    if (!open(endpoint)) continue;
    socket_.async_connect(endpoint, [self = shared_from_this()](const ErrorCode& ec) { self->on_connected(ec); });
    if (next_ < endpoints_.size()) limit_patience();
    return;
  }
  if (refusal_) finish(std::move(*refusal_));
  else finish(Error{Errc::unavailable, origin_ + ": no connection: " + (reason_.empty() ? "it has no address" : reason_)});
}

void Dialer::on_connected(const ErrorCode& ec) {
  if (!done_) return;
  patience_.cancel();
  if (!ec && socket_.is_open()) return finish(std::move(socket_));
  explain(socket_.is_open() ? ec.message() : "it was silent");
  try_next();
}

// The first reason is kept: "localhost" without IPv6 is refused twice, and only the
// first time by the peer. @return false.
bool Dialer::explain(const std::string& reason) {
  if (reason_.empty()) reason_ = reason;
  return false;
}

// Closing ends the wait for the connection, and the next address has its turn.
void Dialer::limit_patience() {
  patience_.expires_after(next_ <= first_round_ ? kPatience : kMorePatience);
  patience_.async_wait([self = shared_from_this(), attempt = next_](const ErrorCode& ec) {
    if (ec || !self->done_ || attempt != self->next_) return;
    if (attempt <= self->first_round_) self->endpoints_.push_back(Endpoint(self->endpoints_[attempt - 1]));
    ErrorCode ignored;
    self->socket_.close(ignored);
  });
}

// A socket for the endpoint, unless the guard objects.
bool Dialer::open(const Endpoint& endpoint) {
  if (guard_) {
    auto allowed = guard_(endpoint.address(), endpoint.port());
    if (!allowed) {
      refusal_ = std::move(allowed).error();
      return false;
    }
  }
  ErrorCode ec;
  socket_.close(ec);
  const int fd = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return explain(ErrorCode(errno, boost::system::system_category()).message());
  socket_.assign(endpoint.protocol(), fd, ec);
  if (ec) {
    ::close(fd);
    return explain(ec.message());
  }
  socket_.set_option(tcp::no_delay(true), ec);
  socket_.set_option(asio::socket_base::keep_alive(true), ec);
  return true;
}

void Dialer::finish(Result<DirectSocket> result) {
  const Done done = std::exchange(done_, nullptr);
  if (done) done(std::move(result));
}

void Dialer::stop() {
  done_ = nullptr;
  ErrorCode ignored;
  socket_.close(ignored);
  patience_.cancel();
  if (resolver_) resolver_->cancel();
}

}  // namespace collet::net
