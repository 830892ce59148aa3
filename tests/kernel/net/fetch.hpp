// The HTTP client, used from a test's own thread.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "net/http_client.hpp"

namespace collet::test {

/// A loop that runs while a test waits for something, with a client on it.
class Fetcher {
 public:
  explicit Fetcher(net::HttpClientOptions options = {}) : client(net::make_http_client(io, std::move(options))) {}

  Result<base::HttpAnswer> fetch(base::HttpRequest request) {
    return run(base::fetch(*client, std::move(request)));
  }

  /// Runs the loop until `task` is done.
  template <class T>
  T run(boost::asio::awaitable<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(io, store(std::move(task), result), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    io.restart();
    while (!result) io.run_one();
    return std::move(*result);
  }

  boost::asio::io_context io;
  std::unique_ptr<base::HttpClient> client;

 private:
  template <class T>
  static boost::asio::awaitable<void> store(boost::asio::awaitable<T> task, std::optional<T>& result) {
    T value = co_await std::move(task);
    result.emplace(std::move(value));
  }
};

}  // namespace collet::test
