#include "net/gate_call.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace collet::net {

namespace asio = boost::asio;

asio::awaitable<Result<DirectSocket>> GateCall::dial(const ConnectRequest& request, AddressGuard guard,
                                                     std::int64_t timeout_ms) {
  guard_ = std::move(guard);
  auto done = [this](Result<DirectSocket> result) {
    result_ = std::move(result);
    wait_.cancel();
  };
  const auto dialer = std::make_shared<Dialer>(io_, guard_, place_of(request), std::move(done));
  dialer_ = dialer;
  wait_.expires_after(std::chrono::milliseconds(timeout_ms));
  dialer->start(request.host.text, request.port);
  if (!result_) co_await wait_.async_wait(asio::as_tuple(asio::use_awaitable));
  const bool is_stopped = !dialer_;
  stop();
  if (is_stopped) co_return Error(Errc::cancelled, "the gate is closed");
  if (!result_) co_return Error(Errc::timeout, place_of(request) + " could not be connected to in time");
  co_return std::move(*result_);
}

void GateCall::stop() {
  if (const auto dialer = std::exchange(dialer_, nullptr)) dialer->stop();
  wait_.cancel();
}

}  // namespace collet::net
