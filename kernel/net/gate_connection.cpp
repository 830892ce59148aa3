#include "net/gate_connection.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/io_threads.hpp"
#include "base/text.hpp"
#include "net/client_hello.hpp"
#include "net/public_address.hpp"

namespace collet::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t kHeadBytesMax = 8 << 10;
constexpr std::size_t kLingerBytesMax = 256 << 10;
constexpr std::int64_t kLingerMs = 2000;
constexpr std::string_view kEstablished = "HTTP/1.1 200 Connection Established\r\n\r\n";
// A fatal alert "access denied": a client tells more about it than about a lost connection.
constexpr std::string_view kDeniedAlert("\x15\x03\x03\x00\x02\x02\x31", 7);

}  // namespace

// Its life

GateConnection::GateConnection(std::shared_ptr<GateCore> core, DirectSocket client)
    : core_(std::move(core)),
      entry_(core_->add(*this)),
      client_(std::move(client)),
      target_(core_->io()),
      call_(core_->io()),
      alarm_(core_->io()) {}

GateConnection::~GateConnection() {
  close();
  if (entry_) core_->remove(*entry_);
}

void GateConnection::start(const std::shared_ptr<GateCore>& core, DirectSocket client) {
  auto connection = std::make_shared<GateConnection>(core, std::move(client));
  ErrorCode ignored;
  connection->client_.non_blocking(true, ignored);
  connection->client_.set_option(asio::ip::tcp::no_delay(true), ignored);
  base::spawn(core->io(), "gate connection", serve(std::move(connection)));
}

asio::awaitable<void> GateConnection::serve(std::shared_ptr<GateConnection> self) {
  const bool is_admitted = co_await self->admit();
  if (is_admitted) {
    self->relays_ = 2;
    base::spawn(self->core_->io(), "gate relay", relay_back(self));
    std::string first = std::exchange(self->in_, {});
    const bool is_fine = co_await pump(self->client_, self->target_, *self, std::move(first));
    if (is_fine && --self->relays_ > 0) co_return;
  }
  self->close();
  self->leave();
}

asio::awaitable<void> GateConnection::relay_back(std::shared_ptr<GateConnection> self) {
  std::string first;
  const bool is_fine = co_await pump(self->target_, self->client_, *self, std::move(first));
  if (is_fine && --self->relays_ > 0) co_return;
  self->close();
  self->leave();
}

void GateConnection::close() {
  if (std::exchange(is_closed_, true)) return;
  call_.stop();
  ErrorCode ignored;
  client_.close(ignored);
  target_.close(ignored);
  alarm_.cancel();
}

void GateConnection::leave() {
  if (!entry_) return;
  core_->remove(*std::exchange(entry_, std::nullopt));
  core_->await_connection();
}

// @return whether bytes may be relayed; if not, the client has been told why.
asio::awaitable<bool> GateConnection::admit() {
  auto rejection = co_await read_request();
  if (!rejection && !is_closed_) rejection = co_await connect();
  if (rejection) {
    co_await refuse(std::move(*rejection));
    co_return false;
  }
  if (is_closed_) co_return false;
  if (write_now(client_, kEstablished) != kEstablished.size()) {
    decide(false, "the client has left");
    co_return false;
  }
  const std::string refusal = co_await read_hello();
  if (is_closed_) co_return false;
  if (!refusal.empty()) {
    decide(false, refusal);
    if (in_.starts_with('\x16')) write_now(client_, kDeniedAlert);
    co_await linger();
    co_return false;
  }
  if (!on_bytes(in_.size())) {
    decide(false, "all bytes that may pass are used up");
    co_return false;
  }
  decide(true, "");
  expire_in(core_->rules().idle_timeout_ms);
  co_return !is_closed_;
}

// The request

// Empty too when the connection is over before there is a request.
asio::awaitable<std::optional<Rejection>> GateConnection::read_request() {
  expire_in(core_->rules().head_timeout_ms);
  for (std::size_t seen = 0;;) {
    HeadScan scan = scan_head(in_, seen);
    if (scan.rejection) co_return std::move(scan.rejection);
    if (scan.size > 0) {
      auto rejection = choose_rule(std::string_view(in_).substr(0, scan.size));
      in_.erase(0, scan.size);
      co_return rejection;
    }
    seen = scan.seen;
    if (in_.size() >= kHeadBytesMax) co_return Rejection(431, "the request head is larger than 8 KiB");
    const Input input = co_await read_more(kHeadBytesMax);
    if (input == Input::expired && !in_.empty()) co_return Rejection(408, "the request head took too long to arrive");
    if (input != Input::bytes) {
      close();
      co_return std::nullopt;
    }
  }
}

std::optional<Rejection> GateConnection::choose_rule(std::string_view head) {
  auto parsed = parse_connect(head);
  if (auto* const rejection = std::get_if<Rejection>(&parsed)) return std::move(*rejection);
  request_ = std::move(std::get<ConnectRequest>(parsed));
  if (core_->is_spent()) {
    return Rejection{403, "all " + std::to_string(core_->rules().bytes_max) + " bytes that may pass are used up"};
  }
  rule_ = core_->find(request_.host.text, request_.port);
  if (rule_) return std::nullopt;
  return Rejection{403, place_of(request_) + " is not an allowed host (allowed: " + core_->allowed() + ")"};
}

asio::awaitable<GateConnection::Input> GateConnection::read_more(std::size_t bytes_max) {
  for (;;) {
    const auto [failed] = co_await client_.async_wait(asio::socket_base::wait_read, asio::as_tuple(asio::use_awaitable));
    if (is_closed_) co_return Input::gone;
    if (is_expired_) co_return Input::expired;
    const auto space = scratch().first(std::min(bytes_max - in_.size(), scratch().size()));
    ErrorCode ec;
    const std::size_t size = client_.read_some(asio::buffer(space.data(), space.size()), ec);
    if (ec == asio::error::would_block && !failed) continue;
    if (ec || failed) co_return Input::gone;
    in_.append(space.data(), size);
    co_return Input::bytes;
  }
}

// The way to its target

asio::awaitable<std::optional<Rejection>> GateConnection::connect() {
  expire_in(kNever);
  AddressGuard guard = make_guard();
  auto target = co_await call_.dial(request_, std::move(guard), core_->rules().connect_timeout_ms);
  if (is_closed_) co_return std::nullopt;
  if (!target) co_return not_connected(target.error());
  target_ = std::move(target).value();
  ErrorCode ignored;
  target_.non_blocking(true, ignored);
  co_return std::nullopt;
}

AddressGuard GateConnection::make_guard() const {
  if (rule_->may_be_private) return {};
  return [place = place_of(request_)](const asio::ip::address& address, std::uint16_t) -> Result<void> {
    if (is_public(address)) return {};
    return Error{Errc::denied, place + " leads to " + address.to_string() + ", which is not a public address"};
  };
}

// What addresses a private network has is no business of the box's.
Rejection GateConnection::not_connected(const Error& error) {
  if (error.code != Errc::denied) return Rejection{error.code == Errc::timeout ? 504 : 502, error.message};
  decide(false, error.message);
  return Rejection{403, place_of(request_) + " leads to an address that is not public"};
}

// Its TLS

// @return why not; "" when it speaks to the host that it has asked for.
asio::awaitable<std::string> GateConnection::read_hello() {
  expire_in(core_->rules().head_timeout_ms);
  for (;;) {
    const ClientHello hello = read_client_hello(in_);
    if (hello.state == ClientHello::State::refused) co_return std::string(hello.refusal);
    if (hello.state == ClientHello::State::whole) co_return check_server_name(hello.server_name());
    const Input input = co_await read_more(kClientHelloBytesMax);
    if (input == Input::expired) co_return std::string("its ClientHello took too long to arrive");
    if (input == Input::gone) co_return std::string("the client has left before its ClientHello");
  }
}

std::string GateConnection::check_server_name(std::string_view name) const {
  // An address is no server name (RFC 6066), but some clients send it as one.
  if (name.empty() && request_.host.is_address) return {};
  if (name.empty()) return "its ClientHello names no server";
  if (base::equals_ignoring_case(name, request_.host.text)) return {};
  return "its TLS speaks to another host: " + std::string(name);
}

// Its end

asio::awaitable<void> GateConnection::refuse(Rejection rejection) {
  decide(false, rejection.message);
  write_now(client_, refusal_response(rejection));
  co_await linger();
}

// Closing with unread input would make the kernel send a reset, which can overtake
// the answer: so some of the rest is taken first.
asio::awaitable<void> GateConnection::linger() {
  expire_in(kLingerMs);
  ErrorCode ec;
  client_.shutdown(asio::socket_base::shutdown_send, ec);
  for (std::size_t taken = 0; !ec && taken < kLingerBytesMax; taken += in_.size()) {
    in_.clear();
    const Input input = co_await read_more(kHeadBytesMax);
    if (input != Input::bytes) co_return;
  }
}

void GateConnection::decide(bool is_allowed, std::string reason) {
  if (std::exchange(is_decided_, true)) return;
  const base::EgressDecision decision{request_.host.text, request_.port, is_allowed, std::move(reason)};
  core_->decide(decision);
}

bool GateConnection::on_bytes(std::size_t count) {
  deadline_ms_ = monotonic_ms() + core_->rules().idle_timeout_ms;
  return core_->spend(count);
}

void GateConnection::expire_in(std::int64_t ms) {
  is_expired_ = false;
  if (is_closed_) return;
  deadline_ms_ = ms == kNever ? kNever : monotonic_ms() + ms;
  if (ms == kNever) alarm_.cancel();
  else await_alarm();
}

// Relayed bytes move the deadline, not the timer.
void GateConnection::await_alarm() {
  const std::int64_t left_ms = std::max<std::int64_t>(deadline_ms_ - monotonic_ms(), 1);
  alarm_.expires_after(std::chrono::milliseconds(left_ms));
  alarm_.async_wait([self = shared_from_this()](const ErrorCode& ec) {
    if (ec || self->is_closed_ || self->deadline_ms_ == kNever) return;
    if (monotonic_ms() < self->deadline_ms_) return self->await_alarm();
    if (self->relays_ > 0) return self->close();
    self->is_expired_ = true;
    ErrorCode ignored;
    self->client_.cancel(ignored);
  });
}

}  // namespace collet::net
