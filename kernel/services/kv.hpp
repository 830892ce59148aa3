// collet.kv/1: small values in memory, one name space per plugin instance.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace collet::services {

/// [any-thread]
class KvStore {
 public:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    std::string value;
    std::uint64_t version = 0;
    Clock::time_point expires = Clock::time_point::max();
  };
  struct Put {
    bool conflict = false;
    std::uint64_t version = 0;  ///< The new one; the present one after a conflict.
  };

  /// @param bytes_max keys and values of one instance together.
  explicit KvStore(std::size_t bytes_max, std::function<Clock::time_point()> now = &Clock::now)
      : bytes_max_(bytes_max), now_(std::move(now)) {}

  /// @error not_found.
  [[nodiscard]] Result<Entry> get(std::string_view instance, std::string_view key);
  /// @param ttl_ms 0: for ever. @error invalid (key, negative ttl_ms), limit.
  Result<Put> put(std::string_view instance, std::string_view key, std::string_view value,
                  std::int64_t ttl_ms, std::uint64_t expected);
  /// @error not_found.
  Result<Put> remove(std::string_view instance, std::string_view key, std::uint64_t expected);

 private:
  using Entries = std::map<std::string, Entry, std::less<>>;
  struct Space {
    Entries entries;
    std::size_t bytes = 0;
  };
  Space& space(std::string_view instance);
  void erase(Space& space, Entries::iterator entry);
  Entries::iterator find(Space& space, std::string_view key);
  void drop_expired(Space& space);
  [[nodiscard]] Clock::time_point expiry(std::int64_t ttl_ms) const;

  const std::size_t bytes_max_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, Space, std::less<>> spaces_;
  std::uint64_t last_version_ = 0;
};

}  // namespace collet::services
