// collet.blob/1: large data in memory, by unguessable id.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace collet::services {

struct Blob {
  std::string data;
  std::string mime;
  std::string name;
  std::string owner;   ///< Instance that put it.
  std::string caller;  ///< Key whose call it was; "": none.
};

/// [any-thread]
class BlobStore {
 public:
  using Clock = std::chrono::steady_clock;
  /// @param bytes_max the blobs of one owner together.
  /// @param idle_ms   a blob that nobody touched for so long may be forgotten.
  BlobStore(std::size_t bytes_max, std::int64_t idle_ms,
            std::function<Clock::time_point()> now = &Clock::now)
      : bytes_max_(bytes_max), idle_(idle_ms), now_(std::move(now)) {}

  [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }
  /// The new id. @error limit.
  Result<std::string> put(Blob blob);
  /// Null: unknown or forgotten.
  [[nodiscard]] std::shared_ptr<const Blob> find(std::string_view id);
  /// @error not_found, denied (another instance's).
  Result<void> remove(std::string_view id, std::string_view owner);

 private:
  struct Entry {
    std::shared_ptr<const Blob> blob;
    Clock::time_point used;
  };
  void drop_idle();

  const std::size_t bytes_max_;
  const std::chrono::milliseconds idle_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
  std::map<std::string, std::size_t, std::less<>> bytes_;  ///< By owner.
};

}  // namespace collet::services
