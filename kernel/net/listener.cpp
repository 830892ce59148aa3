#include "net/listener.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "net/connection.hpp"
#include "net/response_head.hpp"
#include "net/transport.hpp"

namespace collet::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 1024;
constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::milliseconds kPause{100};

Error bad_listen(const std::string& text, const std::string& why) {
  return Error{Errc::invalid, "server.listen: \"" + text + "\" " + why +
                                  "; write HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080"};
}

Result<tcp::endpoint> parse_listen(asio::io_context& io, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return bad_listen(text, "has no port");
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const auto port = base::parse_int64(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65'535) return bad_listen(text, "has a port that is not 0 to 65535");
  if (host.empty()) return bad_listen(text, "has no host");
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  const auto number = static_cast<std::uint16_t>(*port);
  if (!ec) return tcp::endpoint(address, number);
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(host, std::to_string(number), ec);
  if (ec || found.empty()) return bad_listen(text, "names a host that cannot be resolved");
  return found.begin()->endpoint();
}

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

}  // namespace

Listener::Listener(asio::io_context& io, TlsContext tls, const config::LimitSettings& limits,
                   std::vector<std::shared_ptr<Hub>> hubs)
    : io_(io),
      acceptor_(io),
      pause_(io),
      tls_(std::move(tls)),
      hubs_(std::move(hubs)),
      census_(std::make_shared<Census>(static_cast<std::size_t>(limits.connections_max),
                                       static_cast<std::size_t>(limits.connections_per_ip_max))) {}

Result<std::shared_ptr<Listener>> Listener::open(asio::io_context& io, const config::ServerSettings& settings,
                                                 const config::LimitSettings& limits,
                                                 std::vector<std::shared_ptr<Hub>> hubs) {
  auto endpoint = parse_listen(io, settings.listen);
  if (!endpoint) return std::move(endpoint).error();
  auto tls = make_tls_context(settings.tls);
  if (!tls) return std::move(tls).error();
  std::shared_ptr<Listener> listener(new Listener(io, std::move(tls).value(), limits, std::move(hubs)));
  auto listening = listener->listen_on(*endpoint, settings.listen);
  if (!listening) return std::move(listening).error();
  return listener;
}

Result<void> Listener::listen_on(const tcp::endpoint& endpoint, const std::string& text) {
  boost::system::error_code ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);  // Asio leaves it open for children
  if (!ec) acceptor_.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(kBacklog, ec);
  if (!ec) acceptor_.non_blocking(true, ec);
  if (!ec) endpoint_ = acceptor_.local_endpoint(ec);
  if (!ec) return {};
  return Error{Errc::unavailable, "server.listen: cannot listen on " + text + ": " + ec.message() +
                                      "; choose another address, or port 0 for any free one"};
}

std::string Listener::address() const { return endpoint_text(endpoint_); }

void Listener::start() {
  acceptor_.async_wait(asio::socket_base::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& ec) {
                         if (!ec && self->acceptor_.is_open()) self->accept_some();
                       });
}

void Listener::stop() {
  asio::post(io_, [self = shared_from_this()] {
    boost::system::error_code ignored;
    self->acceptor_.close(ignored);
    self->pause_.cancel();
  });
}

void Listener::accept_some() {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    const int socket = accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      peer.resize(size);
      take(socket, peer);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause();
    if (errno == EAGAIN) break;
    // Anything else concerns that one connection: it is gone already.
  }
  start();
}

// Out of descriptors: the connection stays in the backlog until others have ended.
void Listener::pause() {
  base::log_warn("cannot accept connections for the moment", {{"reason", std::strerror(errno)}});
  pause_.expires_after(kPause);
  pause_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    if (!ec && self->acceptor_.is_open()) self->start();
  });
}

void Listener::take(int socket, const tcp::endpoint& peer) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A peer that vanished without a word is noticed by the keep-alives it does not
  // acknowledge, though they hardly fill the send buffer.
  const auto patience_ms = static_cast<unsigned>(hubs_.front()->limits().write_timeout_ms);
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
  auto place = Census::enter(census_, peer.address().to_string());
  if (!place) return refuse(socket, place.error());
  const auto hub = *std::min_element(hubs_.begin(), hubs_.end(), [](const auto& a, const auto& b) {
    return a->connections < b->connections;
  });
  ++hub->connections;
  Connection::Parts parts{tcp::socket(hub->io(), peer.protocol(), socket),
                          tls_ ? make_tls_transport(tls_.get(), socket) : make_plain_transport(socket),
                          endpoint_text(peer), std::move(place).value()};
  asio::dispatch(hub->io(), [hub, parts = std::move(parts)]() mutable {
    Connection::start(hub, std::move(parts));
  });
}

void Listener::refuse(int socket, const Error& why) const {
  if (!tls_) {
    const std::string text = error_response(503, why.message, base::make_uuid(), hubs_.front()->date());
    [[maybe_unused]] const auto sent = send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(socket, SHUT_WR);
    char rest[4096];
    while (recv(socket, rest, sizeof rest, MSG_DONTWAIT) > 0) {
    }
  }
  ::close(socket);
}

}  // namespace collet::net
