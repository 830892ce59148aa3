#include "net/direct_connection.hpp"

#include <algorithm>
#include <utility>

#include "net/clock.hpp"
#include "net/outbound_request.hpp"

namespace collet::net {

namespace asio = boost::asio;
using Progress = ResponseReader::Progress;
using ErrorCode = boost::system::error_code;

namespace {
constexpr int kReadsMax = 16;  // before others of the loop have their turn
}  // namespace

DirectConnection::DirectConnection(Owner& owner, DirectSocket socket, std::shared_ptr<DirectPeer> peer,
                                   const HttpClientOptions& options)
    : owner_(&owner),
      socket_(std::move(socket)),
      transport_(make_plain_transport(socket_.native_handle())),
      peer_(std::move(peer)),
      options_(options) {}

void DirectConnection::start(DirectTransfer& transfer) {
  transfer_ = &transfer;
  transfer.connection = shared_from_this();
  transfer.on_connected();
  reader_.begin(transfer.request().method == "HEAD");
  sent_ = 0;
  is_sent_ = false;
  std::string& head = owner_->scratch_text();
  head.clear();
  append_request_head(head, transfer.request(), transfer.url, options_.user_agent);
  send(head);
  await_readable();
}

// A failure to send is not the end: the peer may have answered before it closed,
// and that it has closed is seen when reading.
void DirectConnection::send(std::string_view head) {
  const std::string_view body = transfer_->request().body;
  while (sent_ < head.size() + body.size()) {
    const std::size_t of_head = std::min(sent_, head.size());
    const IoResult result = transport_->write(head.substr(of_head), body.substr(sent_ - of_head));
    if (result.status == IoStatus::want_write) {
      if (head.data() != head_.data()) head_ = head;
      return await_writable();
    }
    if (result.status != IoStatus::done) return;
    sent_ += result.bytes;
  }
  head_ = {};
  is_sent_ = true;
}

void DirectConnection::await_writable() {
  socket_.async_wait(asio::socket_base::wait_write, [self = shared_from_this()](const ErrorCode& ec) {
    if (!ec && self->owner_ && self->transfer_ && !self->is_sent_) self->send(self->head_);
  });
}

// Armed at rest too, so that an end is noticed when it comes.
void DirectConnection::await_readable() {
  if (std::exchange(is_read_armed_, true)) return;
  socket_.async_wait(asio::socket_base::wait_read, [self = shared_from_this()](const ErrorCode&) {
    self->is_read_armed_ = false;
    if (self->owner_) self->on_readable();
  });
}

void DirectConnection::on_readable() {
  Owner& owner = *owner_;
  if (transfer_) receive();
  else owner.on_lost(*this);
  owner.on_settled();
}

void DirectConnection::receive() {
  const auto self = shared_from_this();
  const std::span<char> into = owner_->scratch();
  for (int reads = 0; transfer_ && !transfer_->pause_if_full(); ++reads) {
    if (reads == kReadsMax) return await_readable();
    const IoResult result = transport_->read(into);
    if (result.status == IoStatus::closed) return on_end(result.is_orderly);
    if (result.status == IoStatus::done) take({into.data(), result.bytes});
    if (owner_ && result.bytes < into.size()) return await_readable();  // there is no more for now
  }
}

void DirectConnection::take(std::string_view bytes) {
  for (;;) {
    switch (reader_.advance(bytes)) {
      case Progress::more: return;
      case Progress::head:
        if (is_sent_) transfer_->forget_body();  // no second attempt any more
        transfer_->on_head(std::move(reader_.head()));
        owner_->on_news(*transfer_);
        break;
      case Progress::body:
        if (!transfer_->on_body(reader_.piece())) return fail(*transfer_->error());
        owner_->on_news(*transfer_);
        break;
      case Progress::complete:
        // What follows the end belongs to no request, and neither is an end before
        // ours to be trusted.
        return finish(bytes.empty() && is_sent_ && reader_.keeps_alive() && transfer_->request().keep_alive);
      case Progress::broken: return fail(reader_.error());
    }
  }
}

void DirectConnection::on_end(bool is_orderly) {
  Owner& owner = *owner_;
  if (is_reused_ && !reader_.begun()) {
    DirectTransfer& transfer = *std::exchange(transfer_, nullptr);
    close();
    return owner.on_stale(transfer);
  }
  if (reader_.finish() == Progress::broken) return fail(reader_.error());
  if (!is_orderly) return fail({Errc::unavailable, "the connection broke in the middle of the response"});
  finish(false);
}

void DirectConnection::finish(bool is_reusable) {
  Owner& owner = *owner_;
  DirectTransfer& transfer = *std::exchange(transfer_, nullptr);
  transfer.on_done();
  if (!is_reusable) {
    close();
    return owner.on_over(transfer);
  }
  is_reused_ = true;
  rests_since_ms_ = monotonic_ms();
  await_readable();
  owner.on_rest(*this, transfer);
}

void DirectConnection::fail(const Error& error) {
  Owner& owner = *owner_;
  DirectTransfer& transfer = *std::exchange(transfer_, nullptr);
  if (!transfer.over()) transfer.fail(transfer.error_of(error.code, error.message));
  close();
  owner.on_over(transfer);
}

void DirectConnection::resume() { await_readable(); }

bool DirectConnection::is_usable() {
  return owner_ && monotonic_ms() - rests_since_ms_ < options_.idle_ms_max && transport_->peek() == IoStatus::want_read;
}

void DirectConnection::close() {
  owner_ = nullptr;
  transfer_ = nullptr;
  ErrorCode ignored;
  socket_.close(ignored);
}

}  // namespace collet::net
