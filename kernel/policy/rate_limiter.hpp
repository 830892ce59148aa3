// Requests and tokens per minute and key, in a sliding window.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace collet::policy {

struct RateLimits {
  std::int64_t requests_per_minute = 150;
  std::int64_t tokens_per_minute = 800'000;
};

/// Where a key stands; what the x-ratelimit-* headers say.
struct RateState {
  bool allowed = true;
  RateLimits limits;
  std::int64_t remaining_requests = 0;
  std::int64_t remaining_tokens = 0;
  std::int64_t reset_requests_s = 0;  ///< Until the window is empty again.
  std::int64_t reset_tokens_s = 0;
  std::int64_t retry_after_s = 0;     ///< When not allowed.
};

/// Counts in one-second slots, so memory per key is fixed. [any-thread]
class RateLimiter {
 public:
  /// Counts one request of `key` unless the window is full.
  /// @param now_s any steady second count.
  RateState admit(const std::string& key, const RateLimits& limits, std::int64_t now_s);
  /// Adds tokens that a request of `key` used.
  void charge_tokens(const std::string& key, std::int64_t tokens, std::int64_t now_s);

 private:
  static constexpr int kWindowSeconds = 60;
  struct Window {
    std::int64_t newest_s = 0;
    std::int64_t requests[kWindowSeconds] = {};
    std::int64_t tokens[kWindowSeconds] = {};
    std::int64_t request_sum = 0;
    std::int64_t token_sum = 0;
    void advance(std::int64_t now_s);
    [[nodiscard]] std::int64_t seconds_until_empty(const std::int64_t* slots) const;
    [[nodiscard]] std::int64_t seconds_until_next_free(const std::int64_t* slots) const;
  };

  std::mutex mutex_;
  std::map<std::string, Window> windows_;  // one per configured key
};

/// The documented response headers.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> rate_headers(const RateState& state);

}  // namespace collet::policy
