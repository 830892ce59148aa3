#include "pool.hpp"

#include <algorithm>
#include <iterator>

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)), key_(std::move(other.key_)), connection_(std::move(other.connection_)), keep_(other.keep_) {}

Pool::Lease::~Lease() {
  if (!pool_) return;
  if (!keep_) connection_.reset();
  pool_->give_back(key_, std::move(connection_));
}

Result<Pool::Lease> Pool::acquire(const std::string& key, const Waiter& waiter) {
  std::vector<Idle> expired;  // closed outside of the lock
  const auto end = waiter.sooner(options_.connection_wait_ms).end();
  std::unique_lock lock(mutex_);
  const bool is_free = freed_.wait_until(lock, end, [&] { return groups_[key].places_taken < options_.connections_max; });
  if (!is_free) {
    return Error{Errc::limit, "all " + std::to_string(options_.connections_max) + " connections to this database are busy and none became free within " +
                                  std::to_string(options_.connection_wait_ms) + " ms; try again, or the operator raises the plugin's option connections_max"};
  }
  expired = collect_expired();
  Group& group = groups_[key];
  ++group.places_taken;
  return Lease(*this, key, take_idle(group, expired));
}

std::unique_ptr<Connection> Pool::take_idle(Group& group, std::vector<Idle>& expired) {
  while (!group.idle.empty()) {
    Idle last = std::move(group.idle.back());
    group.idle.pop_back();
    if (last.connection->is_fresh()) return std::move(last.connection);
    expired.push_back(std::move(last));
  }
  return nullptr;
}

std::vector<Pool::Idle> Pool::collect_expired() {
  std::vector<Idle> out;
  const auto oldest = Waiter::Clock::now() - std::chrono::milliseconds(options_.connections_idle_ms);
  for (auto& [key, group] : groups_) {
    const auto first_kept = std::ranges::find_if(group.idle, [&](const Idle& idle) { return idle.since >= oldest; });  // oldest first
    out.insert(out.end(), std::make_move_iterator(group.idle.begin()), std::make_move_iterator(first_kept));
    group.idle.erase(group.idle.begin(), first_kept);
  }
  std::erase_if(groups_, [](const auto& entry) { return entry.second.places_taken == 0 && entry.second.idle.empty(); });
  return out;
}

void Pool::give_back(const std::string& key, std::unique_ptr<Connection> kept) {
  {
    const std::scoped_lock lock(mutex_);
    Group& group = groups_[key];
    --group.places_taken;
    if (kept) group.idle.push_back({std::move(kept), Waiter::Clock::now()});
  }
  freed_.notify_all();  // whoever waits may wait for another key
}

}  // namespace postgres
