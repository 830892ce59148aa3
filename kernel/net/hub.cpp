#include "net/hub.hpp"

#include <chrono>
#include <ctime>
#include <utility>

#include "net/connection.hpp"
#include "net/response_head.hpp"

namespace collet::net {

namespace {

// How late a deadline may be noticed. One timer per thread walks all connections,
// so that no request ever arms one of its own.
constexpr std::chrono::milliseconds kTick{50};
constexpr std::size_t kSpareBytesMax = 256 << 10;

}  // namespace

Hub::Hub(boost::asio::io_context& io, const config::LimitSettings& limits, base::RequestHandler handler)
    : io_(io), limits_(limits), handler_(std::move(handler)), timer_(io) {}

std::string_view Hub::date() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_seconds_) {
    date_seconds_ = now.tv_sec;
    date_ = http_date(now.tv_sec);
  }
  return date_;
}

void Hub::give_back(boost::beast::flat_buffer buffer) {
  if (buffer.capacity() > spare_.capacity() && buffer.capacity() <= kSpareBytesMax) spare_ = std::move(buffer);
}

Hub::Entry Hub::add(Connection& connection) {
  const Entry entry = list_.insert(list_.end(), &connection);
  arm();
  return entry;
}

void Hub::remove(Entry entry) { list_.erase(entry); }

std::vector<std::shared_ptr<Connection>> Hub::everybody() const {
  std::vector<std::shared_ptr<Connection>> all;
  for (Connection* connection : list_) all.push_back(connection->shared_from_this());
  return all;
}

void Hub::drain() {
  is_draining_ = true;
  for (const auto& connection : everybody()) connection->drain();
}

void Hub::end_requests(const Error& reason) {
  for (const auto& connection : everybody()) connection->end_request(reason);
}

void Hub::close_all() {
  is_draining_ = true;
  for (const auto& connection : everybody()) connection->close();
}

void Hub::drop_all() {
  for (const auto& connection : everybody()) connection->drop();
}

void Hub::arm() {
  if (std::exchange(is_armed_, true)) return;
  timer_.expires_after(kTick);
  timer_.async_wait([hub = shared_from_this()](const boost::system::error_code& ec) {
    hub->is_armed_ = false;
    if (!ec) hub->tick();
  });
}

void Hub::tick() {
  const std::int64_t now_ms = monotonic_ms();
  std::vector<std::shared_ptr<Connection>> due;
  for (Connection* connection : list_) {
    if (connection->is_due(now_ms)) due.push_back(connection->shared_from_this());
  }
  for (const auto& connection : due) connection->tick(now_ms);
  if (!list_.empty()) arm();
}

}  // namespace collet::net
