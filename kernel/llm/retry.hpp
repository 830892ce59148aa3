// When to ask an upstream again, and how long to wait before.
#pragma once

#include <cstdint>
#include <optional>

#include "base/http_client.hpp"

namespace collet::llm {

struct RetryRules {
  int retries_max = 2;
  std::int64_t base_ms = 500;   ///< First wait; doubles each time.
  std::int64_t wait_ms_max = 8'000;
  std::int64_t asked_ms_max = 60'000;  ///< A longer Retry-After ends the attempts.
};

/// 408, 409, 429 and 5xx; an `x-should-retry` header overrules.
[[nodiscard]] bool is_retryable(int status, const base::Headers& headers);
/// What `retry-after-ms` or `retry-after` (seconds; a date is not read) asks for.
[[nodiscard]] std::optional<std::int64_t> asked_wait_ms(const base::Headers& headers);
/// The wait before retry number `retry` (0 is the first); empty: do not retry.
/// @param jitter 0..1; up to a quarter is taken off by it.
/// @param left_ms time left of the turn's deadline.
[[nodiscard]] std::optional<std::int64_t> retry_wait_ms(const RetryRules& rules, int retry,
                                                        std::optional<std::int64_t> asked_ms, double jitter,
                                                        std::int64_t left_ms);

}  // namespace collet::llm
