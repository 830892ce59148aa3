#include "net/census.hpp"

namespace collet::net {

Result<Census::Place> Census::enter(const std::shared_ptr<Census>& census, const std::string& address) {
  const std::scoped_lock lock(census->mutex_);
  if (census->connections_ >= census->connections_max_) {
    return Error{Errc::limit, "the server has its " + std::to_string(census->connections_max_) +
                                  " connections (limits.connections_max); try again shortly"};
  }
  std::size_t& here = census->per_address_[address];
  if (here >= census->per_address_max_) {
    return Error{Errc::limit, "your address has its " + std::to_string(census->per_address_max_) +
                                  " connections (limits.connections_per_ip_max); reuse or close some"};
  }
  ++here;
  ++census->connections_;
  return Place(census, address);
}

std::size_t Census::connections() const {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

void Census::leave(const std::string& address) {
  const std::scoped_lock lock(mutex_);
  --connections_;
  const auto entry = per_address_.find(address);
  if (--entry->second == 0) per_address_.erase(entry);
}

}  // namespace collet::net
