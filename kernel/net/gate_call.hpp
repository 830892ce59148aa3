// A gate's way to the host that was asked for: a dialer that a coroutine waits for, and
// not for ever.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/connect_request.hpp"
#include "net/dialer.hpp"

namespace collet::net {

/// One dial() at most; outlives its coroutine. [request-thread]
class GateCall {
 public:
  explicit GateCall(boost::asio::io_context& io) : io_(io), wait_(io) {}
  ~GateCall() { stop(); }
  GateCall(const GateCall&) = delete;
  GateCall& operator=(const GateCall&) = delete;

  /// @error denied (the guard), timeout, unavailable, cancelled (stopped).
  boost::asio::awaitable<Result<DirectSocket>> dial(const ConnectRequest& request, AddressGuard guard,
                                                    std::int64_t timeout_ms);
  /// The coroutine notices later. Idempotent.
  void stop();

 private:
  boost::asio::io_context& io_;
  AddressGuard guard_;
  std::shared_ptr<Dialer> dialer_;
  std::optional<Result<DirectSocket>> result_;
  boost::asio::steady_timer wait_;
};

}  // namespace collet::net
