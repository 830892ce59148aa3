// One connection to a database, used by one thread at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "background.hpp"
#include "collet/result.hpp"
#include "options.hpp"
#include "table.hpp"
#include "waiter.hpp"

namespace postgres {

/// Text parameters $1, $2, ...; empty: NULL.
using Parameters = std::vector<std::optional<std::string>>;

class Connection {
 public:
  /// Connects within options.connect_timeout_ms. @param address a postgres:// URI.
  /// @param background for cancel requests; outlives the connection.
  /// @error unavailable (with libpq's reason, which holds no password), timeout, cancelled.
  static collet::Result<std::unique_ptr<Connection>> open(const std::string& address, const Options& options, Background& background,
                                                           const Waiter& waiter);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Statements of our own, several if need be, over the simple protocol; rows of the last.
  collet::Result<Reply> run_own(const std::string& statements, const Waiter& waiter);
  /// Exactly one statement, over the extended protocol, which takes no second one.
  /// @error timeout and cancelled after the server was told to stop; unavailable when
  /// the connection is lost; limit when the server wants to copy. Then is_usable() says what is left of it.
  collet::Result<Reply> run_one(const std::string& statement, const Parameters& parameters, const ResultLimits& limits,
                                const Waiter& waiter);

  /// Neither lost nor in the middle of something.
  [[nodiscard]] bool is_usable() const;
  /// The server sees an open transaction, failed or not.
  [[nodiscard]] bool in_transaction() const;
  /// Usable, and nothing has come in while it was idle; a closed socket has.
  [[nodiscard]] bool is_fresh();
  /// For instance 150004.
  [[nodiscard]] int server_version() const;

  struct Libpq;

 private:
  Connection(std::unique_ptr<Libpq> libpq, const Options& options, Background& background);
  collet::Result<Reply> collect(const ResultLimits& limits, const Waiter& waiter);
  collet::Result<void> await_input(const Waiter& waiter);
  collet::Result<void> flush(const Waiter& waiter);
  void cancel_and_drain();

  std::unique_ptr<Libpq> libpq_;
  std::int64_t cancel_wait_ms_;
  Background& background_;
  bool broken_ = false;  ///< Its protocol state is unknown; only good for closing.
};

}  // namespace postgres
