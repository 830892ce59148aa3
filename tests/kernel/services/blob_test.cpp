#include "services/blob.hpp"

#include <gtest/gtest.h>

namespace collet::services {
namespace {

using namespace std::chrono_literals;

class Blobs : public ::testing::Test {
 protected:
  BlobStore::Clock::time_point now_{1h};
  BlobStore store_{100, 1'000, [this] { return now_; }};
};

TEST_F(Blobs, GivesBackWhatWasPut) {
  const auto id = store_.put({"data", "image/png", "a.png", "me"});
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->size(), 32u);
  const auto blob = store_.find(*id);
  ASSERT_NE(blob, nullptr);
  EXPECT_EQ(blob->data + blob->mime + blob->name, "dataimage/pnga.png");
  EXPECT_EQ(store_.find("unknown"), nullptr);
}

TEST_F(Blobs, ForgetsWhatNobodyTouches) {
  const auto touched = store_.put({"t", "", "", "me"}), idle = store_.put({"i", "", "", "me"});
  now_ += 900ms;
  ASSERT_NE(store_.find(*touched), nullptr);
  now_ += 900ms;
  EXPECT_NE(store_.find(*touched), nullptr);
  EXPECT_EQ(store_.find(*idle), nullptr);
}

TEST_F(Blobs, CapsWhatOneOwnerHolds) {
  ASSERT_TRUE(store_.put({std::string(60, 'x'), "", "", "me"}).ok());
  EXPECT_EQ(store_.put({std::string(41, 'x'), "", "", "me"}).error().code, Errc::limit);
  EXPECT_TRUE(store_.put({std::string(100, 'x'), "", "", "you"}).ok());
  now_ += 1001ms;
  EXPECT_TRUE(store_.put({std::string(100, 'x'), "", "", "me"}).ok()) << "the idle one made room";
}

TEST_F(Blobs, OnlyTheOwnerRemoves) {
  const auto id = store_.put({std::string(100, 'x'), "", "", "me"});
  EXPECT_EQ(store_.remove(*id, "you").error().code, Errc::denied);
  EXPECT_TRUE(store_.remove(*id, "me").ok());
  EXPECT_EQ(store_.remove(*id, "me").error().code, Errc::not_found);
  EXPECT_TRUE(store_.put({std::string(100, 'x'), "", "", "me"}).ok());
}

}  // namespace
}  // namespace collet::services
