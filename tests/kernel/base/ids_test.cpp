#include "base/ids.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::base {
namespace {

using testing::MatchesRegex;

TEST(Ids, HaveTheirDocumentedShape) {
  EXPECT_THAT(make_completion_id(), MatchesRegex("chatcmpl-[0-9a-f]{21}"));
  EXPECT_THAT(make_call_id(), MatchesRegex("tooluse_[0-9a-zA-Z]{22}"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(make_uuid(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  }
  EXPECT_EQ(random_hex(0), "");
  EXPECT_EQ(random_hex(7).size(), 7u);
}

TEST(Ids, DoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(make_uuid());
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(Ids, OfANameAreStable) {
  EXPECT_EQ(uuid_of("my-app"), uuid_of("my-app"));
  EXPECT_NE(uuid_of("my-app"), uuid_of("my-apq"));
  EXPECT_THAT(uuid_of(""), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(Ids, Sha256IsTheStandardOne) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Ids, ConstantTimeComparisonCompares) {
  EXPECT_TRUE(equal_constant_time("key", "key"));
  EXPECT_TRUE(equal_constant_time("", ""));
  EXPECT_FALSE(equal_constant_time("key", "kez"));
  EXPECT_FALSE(equal_constant_time("key", "key2"));
}

}  // namespace
}  // namespace collet::base
