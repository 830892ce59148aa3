#include "net/direct_pool.hpp"

#include <algorithm>
#include <utility>

namespace collet::net {

namespace {

constexpr std::size_t kPeersKept = 64;

}  // namespace

std::shared_ptr<DirectPeer> DirectPool::peer_of(std::string_view authority) {
  const auto known = peers_.find(authority);
  if (known != peers_.end()) return known->second;
  if (peers_.size() >= kPeersKept) {
    std::erase_if(peers_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  return peers_.emplace(authority, std::make_shared<DirectPeer>()).first->second;
}

std::shared_ptr<DirectConnection> DirectPool::take(const DirectPeer& peer) {
  for (std::size_t i = resting_.size(); i-- > 0;) {
    if (&resting_[i]->peer() != &peer) continue;
    const auto entry = resting_.begin() + static_cast<std::ptrdiff_t>(i);
    if (!resting_[i]->is_usable()) {
      end(entry);
      continue;
    }
    auto connection = std::move(*entry);
    resting_.erase(entry);
    return connection;
  }
  return nullptr;
}

void DirectPool::put(std::shared_ptr<DirectConnection> connection) {
  resting_.push_back(std::move(connection));
  if (resting_.size() > static_cast<std::size_t>(std::max(options_.idle_max, 0))) end(resting_.begin());
}

void DirectPool::drop(DirectConnection& connection) {
  const auto entry = std::find_if(resting_.begin(), resting_.end(), [&](const auto& one) { return one.get() == &connection; });
  if (entry != resting_.end()) end(entry);
}

void DirectPool::clear() {
  while (!resting_.empty()) end(resting_.end() - 1);
}

bool DirectPool::occupy(DirectPeer& peer) {
  if (peer.connections >= options_.per_host_max && !evict(&peer)) return false;
  if (connections_ >= options_.connections_max && !evict(nullptr)) return false;
  ++peer.connections;
  ++connections_;
  return true;
}

void DirectPool::vacate(DirectPeer& peer) {
  --peer.connections;
  --connections_;
}

// Closes the one that has rested longest. @param peer null: whosever it is.
bool DirectPool::evict(const DirectPeer* peer) {
  const auto entry = std::find_if(resting_.begin(), resting_.end(),
                                  [&](const auto& one) { return !peer || &one->peer() == peer; });
  if (entry == resting_.end()) return false;
  end(entry);
  return true;
}

void DirectPool::end(Resting::iterator entry) {
  const auto connection = std::move(*entry);
  resting_.erase(entry);
  connection->close();
  vacate(connection->peer());
}

}  // namespace collet::net
