// One direction of a relayed connection.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "net/dialer.hpp"

namespace collet::net {

class PumpOwner {
 public:
  /// Shared by all pumps of a thread: holds nothing from one call to the next.
  virtual std::span<char> scratch() = 0;
  /// False: they are not to be passed on, and the pump ends.
  virtual bool on_bytes(std::size_t count) = 0;

 protected:
  ~PumpOwner() = default;
};

/// What the socket takes of `bytes` right now; less than all when it is full or broken.
std::size_t write_now(DirectSocket& to, std::string_view bytes);

/// Sends `first`, then passes on what comes until `from` has ended, which `to` is told.
/// Reads only when `to` has taken everything: holds one scratch full at most, and nothing
/// while it waits for more. All must outlive the coroutine; closing the sockets ends it.
/// Both are non-blocking. @return false when it broke. [request-thread]
[[nodiscard]] boost::asio::awaitable<bool> pump(DirectSocket& from, DirectSocket& to, PumpOwner& owner, std::string first);

}  // namespace collet::net
