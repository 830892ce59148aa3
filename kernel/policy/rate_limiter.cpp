#include "policy/rate_limiter.hpp"

#include <algorithm>

namespace collet::policy {

void RateLimiter::Window::advance(std::int64_t now_s) {
  const std::int64_t steps = std::min<std::int64_t>(now_s - newest_s, kWindowSeconds);
  for (std::int64_t i = 1; i <= steps; ++i) {
    const auto slot = static_cast<std::size_t>((now_s - steps + i) % kWindowSeconds);
    request_sum -= std::exchange(requests[slot], 0);
    token_sum -= std::exchange(tokens[slot], 0);
  }
  newest_s = std::max(newest_s, now_s);
}

std::int64_t RateLimiter::Window::seconds_until_empty(const std::int64_t* slots) const {
  for (std::int64_t age = 0; age < kWindowSeconds; ++age) {
    if (slots[(newest_s - age) % kWindowSeconds] != 0) return kWindowSeconds - age;
  }
  return 0;
}

std::int64_t RateLimiter::Window::seconds_until_next_free(const std::int64_t* slots) const {
  for (std::int64_t age = kWindowSeconds - 1; age >= 0; --age) {
    if (slots[(newest_s - age) % kWindowSeconds] != 0) return kWindowSeconds - age;
  }
  return 0;
}

RateState RateLimiter::admit(const std::string& key, const RateLimits& limits, std::int64_t now_s) {
  now_s += kWindowSeconds;  // so that slot arithmetic never sees a negative number
  const std::scoped_lock lock(mutex_);
  Window& window = windows_[key];
  window.advance(now_s);
  RateState state;
  state.limits = limits;
  const bool requests_full = window.request_sum >= limits.requests_per_minute;
  const bool tokens_full = window.token_sum >= limits.tokens_per_minute;
  state.allowed = !requests_full && !tokens_full;
  if (state.allowed) {
    ++window.requests[now_s % kWindowSeconds];
    ++window.request_sum;
  } else {
    state.retry_after_s = window.seconds_until_next_free(requests_full ? window.requests : window.tokens);
  }
  state.remaining_requests = std::max<std::int64_t>(0, limits.requests_per_minute - window.request_sum);
  state.remaining_tokens = std::max<std::int64_t>(0, limits.tokens_per_minute - window.token_sum);
  state.reset_requests_s = window.seconds_until_empty(window.requests);
  state.reset_tokens_s = window.seconds_until_empty(window.tokens);
  return state;
}

void RateLimiter::charge_tokens(const std::string& key, std::int64_t tokens, std::int64_t now_s) {
  now_s += kWindowSeconds;
  const std::scoped_lock lock(mutex_);
  Window& window = windows_[key];
  window.advance(now_s);
  window.tokens[now_s % kWindowSeconds] += tokens;
  window.token_sum += tokens;
}

std::vector<std::pair<std::string, std::string>> rate_headers(const RateState& state) {
  std::vector<std::pair<std::string, std::string>> headers;
  headers.reserve(8);  // the caller adds some
  headers.emplace_back("x-ratelimit-limit-requests", std::to_string(state.limits.requests_per_minute));
  headers.emplace_back("x-ratelimit-limit-tokens", std::to_string(state.limits.tokens_per_minute));
  headers.emplace_back("x-ratelimit-remaining-requests", std::to_string(state.remaining_requests));
  headers.emplace_back("x-ratelimit-remaining-tokens", std::to_string(state.remaining_tokens));
  headers.emplace_back("x-ratelimit-reset-requests", std::to_string(state.reset_requests_s) + "s");
  headers.emplace_back("x-ratelimit-reset-tokens", std::to_string(state.reset_tokens_s) + "s");
  return headers;
}

}  // namespace collet::policy
