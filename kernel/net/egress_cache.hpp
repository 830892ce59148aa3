// Answers that may be given again, or asked for again with less: by the rules of HTTP, for
// one kind of caller at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/http_client.hpp"

namespace collet::net {

struct CachedAnswer {
  base::HttpHead head;
  std::string body;
  std::string etag;
  std::string last_modified;
  std::chrono::steady_clock::time_point fresh_until;
};

/// A request that a cache may answer: a GET without a body, without credentials and ranges.
[[nodiscard]] bool may_be_cached(const base::HttpRequest& request);
/// For how long an answer may be given without asking again; nothing: it may not be kept.
[[nodiscard]] std::optional<std::chrono::seconds> freshness_of(const base::HttpHead& head);

/// [any-thread]
class EgressCache {
 public:
  using Clock = std::chrono::steady_clock;
  explicit EgressCache(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null: none is kept. One that is not fresh any more may be asked for again.
  [[nodiscard]] std::shared_ptr<const CachedAnswer> find(const std::string& key);
  /// Keeps it if it may be, and is not too large; else forgets what was there.
  void keep(const std::string& key, base::HttpHead head, const std::string& body);
  /// The server says that what is kept holds still.
  void renew(const std::string& key, const base::HttpHead& head);

 private:
  struct Entry {
    std::shared_ptr<const CachedAnswer> answer;
    std::uint64_t bytes = 0;
    std::list<std::string>::iterator used;
  };
  void forget(const std::string& key);

  const std::uint64_t bytes_max_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  std::list<std::string> used_;  ///< The latest first.
  std::uint64_t bytes_ = 0;
};

}  // namespace collet::net
