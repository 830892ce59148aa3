#include "services/kv.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "collet/ext/kv.h"

namespace collet::services {
namespace {

using namespace std::chrono_literals;

class Kv : public ::testing::Test {
 protected:
  KvStore::Clock::time_point now_{1h};
  KvStore store_{100, [this] { return now_; }};
};

TEST_F(Kv, EachInstanceHasItsOwnNames) {
  ASSERT_TRUE(store_.put("a", "key", "of a", 0, COLLET_KV_ANY).ok());
  ASSERT_TRUE(store_.put("b", "key", "of b", 0, COLLET_KV_ANY).ok());
  EXPECT_EQ(store_.get("a", "key")->value, "of a");
  EXPECT_EQ(store_.get("b", "key")->value, "of b");
  EXPECT_EQ(store_.get("c", "key").error().code, Errc::not_found);
}

TEST_F(Kv, ComparesVersionsBeforeItSets) {
  const auto first = store_.put("a", "k", "1", 0, COLLET_KV_ABSENT);
  ASSERT_TRUE(first.ok());
  EXPECT_FALSE(first->conflict);
  const auto again = store_.put("a", "k", "2", 0, COLLET_KV_ABSENT);
  EXPECT_TRUE(again->conflict);
  EXPECT_EQ(again->version, first->version);
  const auto second = store_.put("a", "k", "2", 0, first->version);
  EXPECT_FALSE(second->conflict);
  EXPECT_GT(second->version, first->version);
  EXPECT_TRUE(store_.remove("a", "k", first->version)->conflict);
  EXPECT_FALSE(store_.remove("a", "k", second->version)->conflict);
  EXPECT_EQ(store_.remove("a", "k", COLLET_KV_ANY).error().code, Errc::not_found);
}

TEST_F(Kv, ForgetsWhenTheTimeIsUp) {
  ASSERT_TRUE(store_.put("a", "k", "v", 1'000, COLLET_KV_ANY).ok());
  now_ += 999ms;
  EXPECT_TRUE(store_.get("a", "k").ok());
  now_ += 1ms;
  EXPECT_FALSE(store_.get("a", "k").ok());
  EXPECT_FALSE(store_.put("a", "k", "w", 0, COLLET_KV_ABSENT)->conflict);
}

TEST_F(Kv, ALongTimeIsForEver) {
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t ttl_ms : {kLongest, kLongest / 1'000'000, kLongest / 1'000'000 - 1'000}) {
    ASSERT_TRUE(store_.put("a", "k", "v", ttl_ms, COLLET_KV_ANY).ok());
    EXPECT_TRUE(store_.get("a", "k").ok()) << ttl_ms;
  }
  EXPECT_EQ(store_.put("a", "k", "v", -1, COLLET_KV_ANY).error().code, Errc::invalid);
}

TEST_F(Kv, HoldsItsByteCapAndMakesRoomFromExpiredOnes) {
  ASSERT_TRUE(store_.put("a", "old", std::string(57, 'x'), 10, COLLET_KV_ANY).ok());
  ASSERT_TRUE(store_.put("a", "k", std::string(39, 'x'), 0, COLLET_KV_ANY).ok());
  EXPECT_EQ(store_.put("a", "l", "x", 0, COLLET_KV_ANY).error().code, Errc::limit);
  EXPECT_TRUE(store_.put("a", "k", std::string(38, 'y'), 0, COLLET_KV_ANY).ok()) << "replacing frees the old value";
  EXPECT_TRUE(store_.put("b", "l", "x", 0, COLLET_KV_ANY).ok()) << "the cap is per instance";
  now_ += 10ms;
  EXPECT_TRUE(store_.put("a", "l", std::string(50, 'x'), 0, COLLET_KV_ANY).ok());
}

TEST_F(Kv, RefusesBadKeys) {
  EXPECT_EQ(store_.put("a", "", "v", 0, COLLET_KV_ANY).error().code, Errc::invalid);
  EXPECT_EQ(store_.put("a", std::string(257, 'k'), "v", 0, COLLET_KV_ANY).error().code, Errc::invalid);
}

}  // namespace
}  // namespace collet::services
