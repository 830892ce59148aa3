// Many exchanges at once, and how many connections they took.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "kernel/net/fetch.hpp"
#include "kernel/net/test_server.hpp"

namespace collet::test {

struct ManyFetched {
  int good = 0;                      ///< Answered with 200.
  std::size_t connections_most = 0;  ///< Open at once, as the server saw them.
};

inline boost::asio::awaitable<void> fetch_one_of_many(base::HttpClient& client, std::string url, int& left, int& good) {
  base::HttpRequest request;
  request.url = std::move(url);
  const auto answer = co_await base::fetch(client, std::move(request));
  if (answer && answer->head.status == 200) ++good;
  --left;
}

/// Begins `count` exchanges, then runs the loop until all are over.
inline ManyFetched fetch_many(Fetcher& fetcher, TestServer& server, const std::string& target, int count) {
  ManyFetched many;
  int left = count;
  for (int i = 0; i < count; ++i) {
    boost::asio::co_spawn(fetcher.io, fetch_one_of_many(*fetcher.client, server.url(target), left, many.good),
                          boost::asio::detached);
  }
  fetcher.io.restart();
  while (left > 0) {
    fetcher.io.run_one();
    many.connections_most = std::max(many.connections_most, server.server->connections());
  }
  return many;
}

}  // namespace collet::test
