// Open connections, kept for the next call.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "background.hpp"
#include "collet/result.hpp"
#include "connection.hpp"
#include "options.hpp"
#include "waiter.hpp"

namespace postgres {

/// Connections by key (app, database and role). [any-thread]
class Pool {
 public:
  explicit Pool(const Options& options) : options_(options) {}

  /// A place for one connection, and a connection in it where one was kept.
  /// Gives the place back at its end, and the connection if keep() was called.
  class Lease {
   public:
    Lease(Pool& pool, std::string key, std::unique_ptr<Connection> kept) : pool_(&pool), key_(std::move(key)), connection_(std::move(kept)) {}
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    /// Null until set() where none was kept.
    [[nodiscard]] Connection* get() const { return connection_.get(); }
    void set(std::unique_ptr<Connection> opened) { connection_ = std::move(opened); }
    /// The connection may serve the next call.
    void keep() { keep_ = true; }

   private:
    Pool* pool_;
    std::string key_;
    std::unique_ptr<Connection> connection_;
    bool keep_ = false;
  };

  /// @error limit when none becomes free in time; cancelled is not watched here.
  [[nodiscard]] collet::Result<Lease> acquire(const std::string& key, const Waiter& waiter);

  /// For the connections of this pool.
  [[nodiscard]] Background& background() { return background_; }

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    Waiter::Clock::time_point since;
  };
  struct Group {
    std::int64_t places_taken = 0;
    std::vector<Idle> idle;
  };
  std::unique_ptr<Connection> take_idle(Group& group, std::vector<Idle>& expired);
  std::vector<Idle> collect_expired();
  void give_back(const std::string& key, std::unique_ptr<Connection> kept);

  const Options& options_;
  Background background_;  ///< Before the connections, which use it.
  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::string, Group> groups_;
};

}  // namespace postgres
