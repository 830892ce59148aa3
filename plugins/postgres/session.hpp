// One read-only transaction on a database, from the pool and back.
#pragma once

#include <string>

#include "collet/call.hpp"
#include "collet/result.hpp"
#include "connection.hpp"
#include "options.hpp"
#include "pool.hpp"
#include "target.hpp"
#include "waiter.hpp"

namespace postgres {

/// While it lives, a transaction is open that cannot write: READ ONLY, with its
/// snapshot taken, after which the server refuses to make it READ WRITE. finish() ends it and,
/// where nothing is left of it, gives the connection back; else the connection is closed.
class Session {
 public:
  /// @error denied for a role or a target that is not fit; otherwise as Pool and Connection.
  static collet::Result<Session> begin(Pool& pool, collet::Call& call, const Target& target, const Options& options, const Waiter& waiter);

  [[nodiscard]] Connection& connection() const { return *lease_.get(); }
  /// A query of our own with parameters, whole. @error internal with the server's message.
  [[nodiscard]] collet::Result<Table> ask(const std::string& query, const Parameters& parameters) const;
  /// ROLLBACK and DISCARD ALL. False: the transaction was no longer ours.
  bool finish();

 private:
  Session(Pool::Lease lease, const Waiter& waiter) : lease_(std::move(lease)), waiter_(waiter) {}

  Pool::Lease lease_;
  Waiter waiter_;
};

}  // namespace postgres
