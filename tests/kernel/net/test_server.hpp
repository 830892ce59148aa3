// A server with handlers that tests need, on a free port.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/io_threads.hpp"
#include "net/server.hpp"

namespace collet::test {

/// What the handlers have seen; shared by all I/O threads.
struct Seen {
  std::atomic<int> requests{0};
  std::atomic<int> holding{0};  ///< Handlers that wait for their client to go.
  std::atomic<int> gone{0};     ///< ... and have been told that it did.
  std::atomic<std::uint64_t> written{0};
  std::atomic<int> write_errors{0};
  std::atomic<int> last_error{0};
};

/// Paths: /echo (method, path, query and body as text), /hold (answers nothing
/// until the client has gone), /stream (three pieces), /idle?MS (a stream with
/// keep-alives every MS), /flood?N (a stream of N pieces of 64 KiB), /big?N (a
/// body of N bytes), /silent (returns without an answer), /throw, /truncate,
/// /delay?MS (answers later), /answers?STATUS, /split (a header with a line break).
class TestServer {
 public:
  explicit TestServer(config::LimitSettings limits = {}, config::ServerSettings settings = {},
                      std::size_t threads = 2);
  ~TestServer();

  [[nodiscard]] std::uint16_t port() const { return server->port(); }
  [[nodiscard]] std::string url(const std::string& path) const;

  Seen seen;
  base::IoThreads io;
  std::unique_ptr<net::Server> server;
};

/// Polls until `condition` holds; false when it does not within ten seconds.
bool eventually(const std::function<bool()>& condition);

}  // namespace collet::test
