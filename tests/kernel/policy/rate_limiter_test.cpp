#include "policy/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace collet::policy {
namespace {

constexpr RateLimits kTwo{2, 100};

TEST(RateLimiter, RefusesBeyondTheWindowAndRecovers) {
  RateLimiter limiter;
  EXPECT_TRUE(limiter.admit("a", kTwo, 0).allowed);
  EXPECT_TRUE(limiter.admit("a", kTwo, 10).allowed);
  const RateState refused = limiter.admit("a", kTwo, 30);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.retry_after_s, 30);  // the request of second 0 leaves at 60
  EXPECT_TRUE(limiter.admit("a", kTwo, 60).allowed);
  EXPECT_FALSE(limiter.admit("a", kTwo, 61).allowed);
}

TEST(RateLimiter, KeepsKeysApart) {
  RateLimiter limiter;
  EXPECT_TRUE(limiter.admit("a", {1, 100}, 0).allowed);
  EXPECT_FALSE(limiter.admit("a", {1, 100}, 0).allowed);
  EXPECT_TRUE(limiter.admit("b", {1, 100}, 0).allowed);
}

TEST(RateLimiter, CountsTokens) {
  RateLimiter limiter;
  EXPECT_TRUE(limiter.admit("a", {10, 100}, 0).allowed);
  limiter.charge_tokens("a", 100, 1);
  const RateState refused = limiter.admit("a", {10, 100}, 2);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.remaining_tokens, 0);
  EXPECT_TRUE(limiter.admit("a", {10, 100}, 61).allowed);
}

TEST(RateLimiter, ForgetsEverythingAfterALongPause) {
  RateLimiter limiter;
  (void)limiter.admit("a", kTwo, 0);
  (void)limiter.admit("a", kTwo, 0);
  EXPECT_TRUE(limiter.admit("a", kTwo, 100'000).allowed);
}

TEST(RateLimiter, WritesTheDocumentedHeaders) {
  RateLimiter limiter;
  const auto headers = rate_headers(limiter.admit("a", {150, 800'000}, 0));
  std::string text;
  for (const auto& [key, value] : headers) text += key + ": " + value + "\n";
  EXPECT_EQ(text,
            "x-ratelimit-limit-requests: 150\nx-ratelimit-limit-tokens: 800000\n"
            "x-ratelimit-remaining-requests: 149\nx-ratelimit-remaining-tokens: 800000\n"
            "x-ratelimit-reset-requests: 60s\nx-ratelimit-reset-tokens: 0s\n");
}

}  // namespace
}  // namespace collet::policy
