#include "net/egress_cache.hpp"

#include <gtest/gtest.h>

namespace collet::net {
namespace {

base::HttpHead head(base::Headers headers, int status = 200) { return {status, std::move(headers)}; }

std::int64_t fresh(base::Headers headers, int status = 200) {
  const auto seconds = freshness_of(head(std::move(headers), status));
  return seconds ? seconds->count() : -1;
}

TEST(EgressCache, FreshnessFollowsTheHeaders) {
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=60"}}), 60);
  EXPECT_EQ(fresh({{"cache-control", "public, MAX-AGE=\"60\""}, {"Age", "20"}}), 40);
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=999999999"}}), 86'400);
  EXPECT_EQ(fresh({{"ETag", "\"x\""}}), 0);
  EXPECT_EQ(fresh({{"Last-Modified", "x"}, {"Cache-Control", "no-cache, max-age=60"}}), 0);
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Encoding"}}), 60);
  EXPECT_EQ(fresh({}), -1);
  EXPECT_EQ(fresh({{"Cache-Control", "no-store, max-age=60"}}), -1);
  EXPECT_EQ(fresh({{"Cache-Control", "private=\"x\""}}), -1);
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=60"}, {"Vary", "Cookie"}}), -1);
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=60"}, {"Set-Cookie", "a=b"}}), -1);
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=60"}}, 404), -1);
  EXPECT_EQ(fresh({{"Cache-Control", "max-age=-5"}}), -1);
}

TEST(EgressCache, TheLeastUsedMakesRoom) {
  EgressCache cache(80'000);
  const auto keep = [&](const std::string& key, std::size_t bytes) { cache.keep(key, head({{"Cache-Control", "max-age=60"}}), std::string(bytes, 'x')); };
  for (const char* key : {"a", "b", "c", "d", "e", "f", "g", "h"}) keep(key, 9'000);
  ASSERT_NE(cache.find("a"), nullptr);
  keep("i", 9'000);
  EXPECT_NE(cache.find("a"), nullptr);
  EXPECT_EQ(cache.find("b"), nullptr) << "nobody asked for it since";
  keep("large", 20'000);
  EXPECT_EQ(cache.find("large"), nullptr) << "one takes an eighth at most";
  keep("a", 20'000);
  EXPECT_EQ(cache.find("a"), nullptr) << "what was there is no longer true";
}

}  // namespace
}  // namespace collet::net
