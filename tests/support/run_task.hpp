// Runs one coroutine to its end on a loop of its own.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace collet::testing {

template <class T>
boost::asio::awaitable<void> store_result(boost::asio::awaitable<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

/// Rethrows what the coroutine throws; throws when it never ends.
template <class T>
T run_task(boost::asio::io_context& io, boost::asio::awaitable<T> task) {
  std::optional<T> value;
  std::exception_ptr failure;
  boost::asio::co_spawn(io, store_result(std::move(task), value), [&](std::exception_ptr error) { failure = error; });
  io.restart();
  io.run();
  if (failure) std::rethrow_exception(failure);
  if (!value) throw std::logic_error("the coroutine is waiting for something that never comes");
  return std::move(*value);
}

template <class T>
T run_task(boost::asio::awaitable<T> task) {
  boost::asio::io_context io;
  return run_task(io, std::move(task));
}

}  // namespace collet::testing
