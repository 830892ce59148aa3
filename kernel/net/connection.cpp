#include "net/connection.hpp"

#include <poll.h>

#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/ids.hpp"
#include "base/io_threads.hpp"
#include "base/log.hpp"
#include "net/response_head.hpp"

namespace collet::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::size_t kBodyReadBytes = 64 << 10;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kLingerBytesMax = 8u << 20;

ReaderLimits reader_limits(const config::LimitSettings& limits) {
  return {.head_bytes_max = static_cast<std::size_t>(limits.header_bytes_max),
          .body_bytes_max = static_cast<std::uint64_t>(limits.body_bytes_max)};
}

// FIN counts as gone: a client that has closed its sending side is taken to have
// closed both.
bool has_hung_up(int socket) {
  pollfd events{.fd = socket, .events = POLLRDHUP, .revents = 0};
  return poll(&events, 1, 0) > 0 && (events.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

// Only inside a catch.
std::string what_was_thrown() {
  try {
    throw;
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

std::string request_id_of(const base::InboundRequest& request) {
  const std::string_view given = base::find_header(request.headers, "x-request-id");
  return is_sane_request_id(given) ? std::string(given) : base::make_uuid();
}

}  // namespace

Connection::Connection(std::shared_ptr<Hub> hub, Parts parts)
    : hub_(std::move(hub)),
      parts_(std::move(parts)),
      entry_(hub_->add(*this)),
      reader_(reader_limits(hub_->limits())),
      outbox_(*this, *parts_.transport, static_cast<std::size_t>(hub_->limits().write_buffer_bytes_max),
              hub_->limits().write_timeout_ms) {}

Connection::~Connection() {
  hub_->remove(entry_);
  --hub_->connections;
}

void Connection::start(const std::shared_ptr<Hub>& hub, Parts parts) {
  auto connection = std::make_shared<Connection>(hub, std::move(parts));
  base::spawn(hub->io(), "connection", serve(std::move(connection)));
}

asio::awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  try {
    co_await self->converse();
  } catch (...) {
    base::log_error("a connection failed", {{"peer", self->parts_.peer}, {"what", what_was_thrown()}});
  }
  self->close();
}

// Each co_await has a name: g++ 12.2 lays out a frame wrongly for one that is the
// condition of an `if` or `while` (GCC bug 106188).
asio::awaitable<void> Connection::converse() {
  const bool is_greeted = co_await handshake();
  if (!is_greeted) co_return;
  for (;;) {
    const bool has_request = co_await read_request();
    if (!has_request) break;
    co_await answer();
    if (!keeps_alive_) break;
    reader_.reset();
    // A client that asks on and on without reading is not served on and on.
    if (outbox_.room() == 0) co_await outbox_.until(0);
  }
  co_await finish();
}

asio::awaitable<bool> Connection::handshake() {
  deadline_ms_ = monotonic_ms() + hub_->limits().header_timeout_ms;
  for (;;) {
    const IoStatus status = parts_.transport->handshake();
    if (status == IoStatus::done) co_return true;
    if (status == IoStatus::closed) co_return false;
    await_input(status);
    co_await input_.wait();
    if (is_closed_ || is_expired_) co_return false;
  }
}

void Connection::enter(Phase phase) {
  const auto& limits = hub_->limits();
  phase_ = phase;
  switch (phase) {
    case Phase::waiting:
      deadline_ms_ = is_first_request_ ? limits.header_timeout_ms : limits.idle_timeout_ms;
      break;
    case Phase::handshake:
    case Phase::head: deadline_ms_ = limits.header_timeout_ms; break;
    case Phase::body: deadline_ms_ = limits.body_timeout_ms; break;
    case Phase::ending: deadline_ms_ = kLingerMs; break;
    case Phase::handling: deadline_ms_ = kNever; return;
  }
  deadline_ms_ += monotonic_ms();
}

void Connection::follow(RequestReader::Progress progress) {
  if (progress == RequestReader::Progress::head && phase_ == Phase::waiting) enter(Phase::head);
  if (progress != RequestReader::Progress::body || phase_ == Phase::body) return;
  enter(Phase::body);
  if (reader_.framing().expects_continue && in_.size() == 0 && reader_.request().body.empty()) {
    outbox_.text() += "HTTP/1.1 100 Continue\r\n\r\n";
    outbox_.flush();
  }
}

asio::awaitable<bool> Connection::read_request() {
  is_polled_ = false;
  enter(Phase::waiting);
  for (;;) {
    const auto progress = reader_.advance(in_);
    if (progress == RequestReader::Progress::complete) co_return true;
    if (progress == RequestReader::Progress::rejected) {
      co_await reject(reader_.rejection());
      co_return false;
    }
    follow(progress);
    if (phase_ == Phase::waiting && hub_->draining()) co_return false;
    const Input input = co_await more_input();
    if (input == Input::bytes) continue;
    if (input == Input::expired && phase_ != Phase::waiting) {
      const Rejection late{408, phase_ == Phase::head ? "the request head took too long to arrive"
                                                      : "the request body took too long to arrive"};
      co_await reject(late);
    }
    co_return false;
  }
}

asio::awaitable<Connection::Input> Connection::more_input() {
  for (;;) {
    if (is_closed_) co_return Input::gone;
    if (is_expired_) co_return Input::expired;
    if (!is_read_armed_) {  // else nothing can have come
      if (in_.capacity() == 0) in_ = hub_->take_buffer();
      const auto space = in_.prepare(phase_ == Phase::body ? kBodyReadBytes : kReadBytes);
      const IoResult result = parts_.transport->read({static_cast<char*>(space.data()), space.size()});
      if (result.status == IoStatus::done) {
        in_.commit(result.bytes);
        co_return Input::bytes;
      }
      if (result.status == IoStatus::closed) co_return Input::gone;
      await_input(result.status);
    }
    rest_buffer();
    co_await input_.wait();
  }
}

asio::awaitable<void> Connection::answer() {
  base::InboundRequest& request = reader_.request();
  request.peer = parts_.peer;
  request.request_id = request_id_of(request);
  request.gone = gone_.emplace().token();
  is_first_request_ = false;
  enter(Phase::handling);
  rest_buffer();
  await_input(IoStatus::want_read);

  ExchangeFacts facts{.version = reader_.framing().version,
                            .is_head = request.method == "HEAD",
                            .keep_alive = reader_.framing().keep_alive,
                            .request_id = request.request_id};
  Exchange exchange(*hub_, outbox_, std::move(facts));
  exchange_ = &exchange;
  ++hub_->active_requests;
  try {
    co_await hub_->handler()(request, exchange);
  } catch (...) {
    base::log_error("a request handler failed", {{"request_id", request.request_id}, {"what", what_was_thrown()}});
  }
  exchange.conclude();
  exchange_ = nullptr;
  gone_.reset();
  --hub_->active_requests;
  keeps_alive_ = exchange.keeps_alive() && !is_closed_;
}

asio::awaitable<void> Connection::reject(const Rejection& rejection) {
  has_unread_input_ = true;
  outbox_.text() += error_response(rejection.status, rejection.message,
                                   request_id_of(reader_.request()), hub_->date());
  outbox_.flush();
  co_return;
}

// Closing a socket with unread input would make the kernel send a reset, which
// can overtake the response: so the rest of the input is taken first.
asio::awaitable<void> Connection::finish() {
  enter(Phase::ending);
  deadline_ms_ = kNever;  // while bytes are under way the outbox's deadline counts
  const auto written = co_await outbox_.until(0);
  if (!written || is_closed_) co_return;
  parts_.transport->end_writing();
  if (!has_unread_input_ && in_.size() == 0) co_return;
  enter(Phase::ending);
  is_expired_ = false;
  for (std::size_t taken = 0; taken < kLingerBytesMax; taken += in_.size()) {
    in_.consume(in_.size());
    const Input input = co_await more_input();
    if (input != Input::bytes) co_return;
  }
}

void Connection::rest_buffer() {
  if (in_.size() == 0 && in_.capacity() > 0) hub_->give_back(std::move(in_));
}

void Connection::await_input(IoStatus wanted) {
  if (is_closed_) return;
  const bool is_write = wanted == IoStatus::want_write;
  bool& is_armed = is_write ? is_write_armed_ : is_read_armed_;
  if (std::exchange(is_armed, true)) return;
  if (is_write) {
    parts_.socket.async_wait(asio::socket_base::wait_write,
                             [self = shared_from_this()](const boost::system::error_code&) {
                               self->is_write_armed_ = false;
                               if (self->is_closed_) return;
                               self->outbox_.flush();
                               if (!self->is_read_armed_) self->input_.fire();
                             });
  } else {
    parts_.socket.async_wait(asio::socket_base::wait_read,
                             [self = shared_from_this()](const boost::system::error_code&) {
                               self->is_read_armed_ = false;
                               if (!self->is_closed_) self->on_readable();
                             });
  }
}

void Connection::on_readable() {
  if (outbox_.pending() > 0) outbox_.flush();  // TLS may have waited to read before it writes
  if (is_closed_) return;
  if (input_.waiting()) {
    input_.fire();
  } else if (phase_ == Phase::handling) {
    look_for_disconnect();
  }
}

void Connection::look_for_disconnect() {
  switch (parts_.transport->peek()) {
    case IoStatus::closed:
      lose(Error{Errc::closed, "the client closed the connection"}, "the client closed the connection");
      return;
    case IoStatus::done: is_polled_ = true; return;  // the next request, already
    default: await_input(IoStatus::want_read);
  }
}

void Connection::lose(Error write_error, std::string_view reason) {
  if (std::exchange(is_closed_, true)) return;
  boost::system::error_code ignored;
  parts_.socket.close(ignored);
  if (gone_) gone_->cancel(Error{Errc::cancelled, std::string(reason)});
  outbox_.fail(std::move(write_error));
  input_.fire();
}

void Connection::flush_soon() {
  asio::post(hub_->io(), [self = shared_from_this()] { self->outbox_.flush(); });
}

void Connection::on_write_failed() {
  lose(Error{Errc::closed, "the client closed the connection"}, "the client closed the connection");
}

bool Connection::is_due(std::int64_t now_ms) const {
  return now_ms >= deadline_ms_ || now_ms >= outbox_.stall_deadline() || is_polled_ ||
         (exchange_ && exchange_->is_due(now_ms));
}

void Connection::tick(std::int64_t now_ms) {
  if (is_closed_) return;
  if (now_ms >= outbox_.stall_deadline()) {
    lose(Error{Errc::timeout, "the client did not read within limits.write_timeout_ms"},
         "the client did not read for too long");
  } else if (is_polled_ && has_hung_up(parts_.socket.native_handle())) {
    on_write_failed();
  } else if (now_ms >= deadline_ms_) {
    deadline_ms_ = kNever;
    is_expired_ = true;
    input_.fire();
  } else if (exchange_) {
    exchange_->tick(now_ms);
  }
}

void Connection::drain() {
  if (phase_ != Phase::waiting || is_closed_) return;
  is_expired_ = true;
  input_.fire();
}

void Connection::end_request(const Error& reason) {
  if (gone_ && !is_closed_) gone_->cancel(reason);
}

void Connection::close() {
  lose(Error{Errc::closed, "the server closed the connection"}, "the server is closing");
}

void Connection::drop() {
  input_.drop();
  outbox_.drop();
}

}  // namespace collet::net
