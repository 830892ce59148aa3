// One connection through a gate: asked for, checked, made, relayed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/clock.hpp"
#include "net/connect_request.hpp"
#include "net/dialer.hpp"
#include "net/gate_call.hpp"
#include "net/gate_core.hpp"
#include "net/pump.hpp"

namespace collet::net {

/// Lives as long as one of its coroutines or a wait on its timer. [request-thread]
class GateConnection final : public std::enable_shared_from_this<GateConnection>, private PumpOwner {
 public:
  GateConnection(std::shared_ptr<GateCore> core, DirectSocket client);
  ~GateConnection();
  GateConnection(const GateConnection&) = delete;
  GateConnection& operator=(const GateConnection&) = delete;

  static void start(const std::shared_ptr<GateCore>& core, DirectSocket client);
  /// Everything ends; the coroutines notice later. Idempotent.
  void close();

 private:
  enum class Input { bytes, gone, expired };

  static boost::asio::awaitable<void> serve(std::shared_ptr<GateConnection> self);
  static boost::asio::awaitable<void> relay_back(std::shared_ptr<GateConnection> self);
  boost::asio::awaitable<bool> admit();
  boost::asio::awaitable<std::optional<Rejection>> read_request();
  boost::asio::awaitable<std::optional<Rejection>> connect();
  boost::asio::awaitable<std::string> read_hello();
  boost::asio::awaitable<Input> read_more(std::size_t bytes_max);
  boost::asio::awaitable<void> refuse(Rejection rejection);
  boost::asio::awaitable<void> linger();

  std::optional<Rejection> choose_rule(std::string_view head);
  AddressGuard make_guard() const;
  Rejection not_connected(const Error& error);
  std::string check_server_name(std::string_view name) const;
  void decide(bool is_allowed, std::string reason);
  void expire_in(std::int64_t ms);
  void await_alarm();
  void leave();

  std::span<char> scratch() override { return core_->scratch(); }
  bool on_bytes(std::size_t count) override;

  const std::shared_ptr<GateCore> core_;
  std::optional<GateCore::Entry> entry_;  // while it has a place
  DirectSocket client_;
  DirectSocket target_;
  std::string in_;  // from the client, until bytes are relayed
  ConnectRequest request_;
  const base::GateHost* rule_ = nullptr;
  GateCall call_;
  boost::asio::steady_timer alarm_;
  std::int64_t deadline_ms_ = kNever;
  bool is_decided_ = false;
  bool is_expired_ = false;
  bool is_closed_ = false;
  int relays_ = 0;
};

}  // namespace collet::net
