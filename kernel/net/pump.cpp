#include "net/pump.hpp"

#include <string_view>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace collet::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

enum class Step { done, ended, broken };

// Reads once, as much as there is; what `to` does not take at once is left in `rest`.
Step pass_on(DirectSocket& from, DirectSocket& to, PumpOwner& owner, std::string& rest) {
  const std::span<char> scratch = owner.scratch();
  ErrorCode ec;
  const std::size_t size = from.read_some(asio::buffer(scratch.data(), scratch.size()), ec);
  if (ec == asio::error::would_block) return Step::done;
  if (ec == asio::error::eof) return Step::ended;
  if (ec || !owner.on_bytes(size)) return Step::broken;
  const std::string_view bytes(scratch.data(), size);
  rest = bytes.substr(write_now(to, bytes));
  return Step::done;
}

// An idle connection keeps no buffer.
void forget(std::string& text) { std::string().swap(text); }

asio::awaitable<bool> flush(DirectSocket& to, std::string& rest) {
  for (;;) {
    const auto [ec] = co_await to.async_wait(asio::socket_base::wait_write, asio::as_tuple(asio::use_awaitable));
    if (ec) co_return false;
    ErrorCode failed;
    const std::size_t sent = to.write_some(asio::buffer(rest), failed);
    if (failed && failed != asio::error::would_block) co_return false;
    rest.erase(0, sent);
    if (rest.empty()) break;
  }
  forget(rest);
  co_return true;
}

}  // namespace

std::size_t write_now(DirectSocket& to, std::string_view bytes) {
  ErrorCode ignored;
  return to.write_some(asio::buffer(bytes.data(), bytes.size()), ignored);
}

asio::awaitable<bool> pump(DirectSocket& from, DirectSocket& to, PumpOwner& owner, std::string first) {
  std::string rest = std::move(first);
  for (;;) {
    if (!rest.empty()) {
      const bool is_flushed = co_await flush(to, rest);
      if (!is_flushed) co_return false;
    }
    const auto [ec] = co_await from.async_wait(asio::socket_base::wait_read, asio::as_tuple(asio::use_awaitable));
    if (ec) co_return false;
    const Step step = pass_on(from, to, owner, rest);
    if (step == Step::broken) co_return false;
    if (step == Step::ended) break;
  }
  ErrorCode failed;
  to.shutdown(asio::socket_base::shutdown_send, failed);
  co_return !failed;
}

}  // namespace collet::net
