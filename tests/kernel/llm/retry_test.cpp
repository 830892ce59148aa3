#include "llm/retry.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace collet::llm {
namespace {

constexpr std::int64_t kNoDeadline = std::numeric_limits<std::int64_t>::max();

TEST(Retry, StatusesThatAreTriedAgain) {
  for (const int status : {408, 409, 429, 500, 502, 503, 504, 529}) EXPECT_TRUE(is_retryable(status, {})) << status;
  for (const int status : {400, 401, 403, 404, 413, 422}) EXPECT_FALSE(is_retryable(status, {})) << status;
}

TEST(Retry, TheServersWishOverrules) {
  EXPECT_TRUE(is_retryable(400, {{"X-Should-Retry", "true"}}));
  EXPECT_FALSE(is_retryable(503, {{"x-should-retry", "false"}}));
}

TEST(Retry, AskedWaits) {
  EXPECT_EQ(asked_wait_ms({{"Retry-After", "2"}}), 2000);
  EXPECT_EQ(asked_wait_ms({{"retry-after", "0.25"}}), 250);
  EXPECT_EQ(asked_wait_ms({{"retry-after-ms", "15"}, {"retry-after", "9"}}), 15);
  EXPECT_EQ(asked_wait_ms({{"retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"}}), std::nullopt);
  EXPECT_EQ(asked_wait_ms({{"retry-after", "-1"}}), std::nullopt);
  EXPECT_EQ(asked_wait_ms({}), std::nullopt);
}

TEST(Retry, WaitsDoubleUpToTheCapLessTheJitter) {
  RetryRules rules;
  rules.retries_max = 10;
  EXPECT_EQ(retry_wait_ms(rules, 0, {}, 0, kNoDeadline), 500);
  EXPECT_EQ(retry_wait_ms(rules, 1, {}, 0, kNoDeadline), 1000);
  EXPECT_EQ(retry_wait_ms(rules, 1, {}, 1, kNoDeadline), 750);
  EXPECT_EQ(retry_wait_ms(rules, 9, {}, 0, kNoDeadline), 8000);
}

TEST(Retry, EndsWithTheCountTheDeadlineOrTooLongAWish) {
  const RetryRules rules;
  EXPECT_EQ(retry_wait_ms(rules, 2, {}, 0, kNoDeadline), std::nullopt);
  EXPECT_EQ(retry_wait_ms(rules, 0, {}, 0, 400), std::nullopt);
  EXPECT_EQ(retry_wait_ms(rules, 0, 30'000, 0, kNoDeadline), 30'000);
  EXPECT_EQ(retry_wait_ms(rules, 0, 61'000, 0, kNoDeadline), std::nullopt);
}

}  // namespace
}  // namespace collet::llm
