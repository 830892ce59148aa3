// The HTTP client, used from a test's own thread, over each of its transports.
#pragma once

#include <dirent.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "net/curl_client.hpp"
#include "net/http_client.hpp"

namespace collet::test {

struct NamedTransport {
  const char* name;
  std::unique_ptr<base::HttpClient> (*make)(boost::asio::io_context& io, net::HttpClientOptions options);

  friend std::ostream& operator<<(std::ostream& out, const NamedTransport& transport) { return out << transport.name; }
};

/// Most tests' URLs are plain ones, for which make_http_client() takes the direct one.
inline constexpr NamedTransport kTransports[] = {{"Direct", net::make_http_client}, {"Curl", net::make_curl_client}};

class HttpClientTest : public testing::TestWithParam<NamedTransport> {};

inline std::string transport_name(const testing::TestParamInfo<NamedTransport>& info) { return info.param.name; }

/// A loop that runs while a test waits for something, with a client on it.
class Fetcher {
 public:
  explicit Fetcher(const NamedTransport& transport, net::HttpClientOptions options = {})
      : client(transport.make(io, std::move(options))) {}

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

inline base::HttpRequest get(const std::string& url) {
  base::HttpRequest request;
  request.url = url;
  return request;
}

/// "200: body" or "timeout: message".
inline std::string shown(const Result<base::HttpAnswer>& answer) {
  if (answer) return std::to_string(answer->head.status) + ": " + answer->body.substr(0, 200);
  return std::string(name(answer.error().code)) + ": " + answer.error().message;
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const dir = opendir("/proc/self/fd");
  while (readdir(dir)) ++count;
  closedir(dir);
  return count;
}

}  // namespace collet::test
