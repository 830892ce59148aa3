// Callbacks, not coroutines: an open exchange costs its transfer and its connection,
// and no buffer while nothing comes.
#include "net/direct_client.hpp"

#include <algorithm>
#include <list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "net/direct_connection.hpp"
#include "net/direct_pool.hpp"
#include "net/transfer_client.hpp"
#include "net/transfer_engine.hpp"

namespace collet::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kScratchBytes = 64 << 10;

class DirectEngine final : public TransferEngine, public DirectConnection::Owner {
 public:
  DirectEngine(asio::io_context& io, HttpClientOptions options)
      : TransferEngine(io), options_(std::move(options)), pool_(options_), scratch_(kScratchBytes) {}

  void begin(const std::shared_ptr<DirectTransfer>& begun);
  void close();

 private:
  void release(Transfer& transfer) override;
  void read_on(Transfer& transfer) override;

  std::span<char> scratch() override { return scratch_; }
  std::string& scratch_text() override { return scratch_text_; }
  void on_news(Transfer& transfer) override { has_news(transfer); }
  void on_rest(DirectConnection& connection, DirectTransfer& transfer) override;
  void on_over(DirectTransfer& transfer) override;
  void on_stale(DirectTransfer& transfer) override;
  void on_lost(DirectConnection& connection) override;
  void on_settled() override { deliver(); }

  bool try_start(DirectTransfer& transfer);
  void dial(DirectTransfer& transfer);
  void on_dialed(DirectTransfer& transfer, Result<DirectSocket> socket);
  void start(DirectTransfer& transfer, DirectConnection& connection);
  void end(DirectTransfer& transfer);
  void call_next();

  const HttpClientOptions options_;
  DirectPool pool_;
  std::list<DirectTransfer*> waiting_;  // for a connection, first come, first served
  std::vector<char> scratch_;
  std::string scratch_text_;
  bool is_calling_ = false;
};

// Beginning and end of a transfer

void DirectEngine::begin(const std::shared_ptr<DirectTransfer>& begun) {
  DirectTransfer& transfer = *begun;
  const auto url = parse_plain_url(transfer.request().url);
  if (!url) return transfer.fail(Error{Errc::invalid, "the URL is no plain http:// one"});
  transfer.url = *url;
  transfer.peer = pool_.peer_of(url->authority);
  transfer.wants_fresh = !transfer.request().keep_alive;
  admit(transfer);
  if (transfer.peer->waiting == 0 && try_start(transfer)) return;
  waiting_.push_back(&transfer);
  ++transfer.peer->waiting;
}

void DirectEngine::release(Transfer& released) {
  auto& transfer = static_cast<DirectTransfer&>(released);
  if (const auto connection = std::move(transfer.connection)) {
    connection->close();
    pool_.vacate(*transfer.peer);
  } else if (const auto dialer = std::move(transfer.dialer)) {
    dialer->stop();
    pool_.vacate(*transfer.peer);
  } else if (waiting_.remove(&transfer) > 0) {
    --transfer.peer->waiting;
  }
  call_next();
}

void DirectEngine::read_on(Transfer& transfer) {
  const auto& connection = static_cast<DirectTransfer&>(transfer).connection;
  if (connection) connection->resume();
}

void DirectEngine::close() {
  shut_down();
  pool_.clear();
}

// Its way to a connection

bool DirectEngine::try_start(DirectTransfer& transfer) {
  if (!transfer.wants_fresh) {
    if (const auto connection = pool_.take(*transfer.peer)) {
      start(transfer, *connection);
      return true;
    }
  }
  if (!pool_.occupy(*transfer.peer)) return false;
  dial(transfer);
  return true;
}

void DirectEngine::dial(DirectTransfer& transfer) {
  auto done = [this, &transfer](Result<DirectSocket> socket) { on_dialed(transfer, std::move(socket)); };
  const auto dialer = std::make_shared<Dialer>(io(), options_.address_guard, transfer.origin(), std::move(done));
  transfer.dialer = dialer;
  dialer->start(std::string(transfer.url.host), transfer.url.port);
}

void DirectEngine::on_dialed(DirectTransfer& transfer, Result<DirectSocket> socket) {
  transfer.dialer.reset();
  if (socket) {
    const auto connection = std::make_shared<DirectConnection>(*this, std::move(socket).value(), transfer.peer, options_);
    start(transfer, *connection);
  } else {
    transfer.fail(std::move(socket).error());
    pool_.vacate(*transfer.peer);
    end(transfer);
  }
  deliver_later();
}

void DirectEngine::start(DirectTransfer& transfer, DirectConnection& connection) {
  connection.start(transfer);
  arm(transfer.deadline_ms());
}

// A place or a connection may have become free. What begins may end at once and
// free one in turn, so each look starts from the front.
void DirectEngine::call_next() {
  if (waiting_.empty() || is_shut_down() || std::exchange(is_calling_, true)) return;
  const auto begins = [this](DirectTransfer* transfer) { return try_start(*transfer); };
  for (auto found = waiting_.begin(); found != waiting_.end();) {
    found = std::find_if(waiting_.begin(), waiting_.end(), begins);
    if (found == waiting_.end()) break;
    --(*found)->peer->waiting;
    waiting_.erase(found);
    found = waiting_.begin();
  }
  is_calling_ = false;
}

// What a connection tells

void DirectEngine::end(DirectTransfer& transfer) {
  dismiss(transfer);
  has_news(transfer);
  call_next();
}

void DirectEngine::on_rest(DirectConnection& connection, DirectTransfer& transfer) {
  transfer.connection.reset();
  pool_.put(connection.shared_from_this());
  end(transfer);
}

void DirectEngine::on_over(DirectTransfer& transfer) {
  transfer.connection.reset();
  pool_.vacate(*transfer.peer);
  end(transfer);
}

void DirectEngine::on_stale(DirectTransfer& transfer) {
  transfer.connection.reset();
  transfer.wants_fresh = true;
  transfer.on_connecting();
  arm(transfer.deadline_ms());
  dial(transfer);  // in the place of the other
}

void DirectEngine::on_lost(DirectConnection& connection) {
  pool_.drop(connection);
  call_next();
}

}  // namespace

std::unique_ptr<base::HttpClient> make_direct_client(asio::io_context& io, HttpClientOptions options) {
  return std::make_unique<TransferClient<DirectEngine, DirectTransfer>>(
      std::make_shared<DirectEngine>(io, std::move(options)));
}

}  // namespace collet::net
