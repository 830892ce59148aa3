#include "sandbox/slots.hpp"

#include <gtest/gtest.h>

namespace collet::sandbox {
namespace {

TEST(SandboxSlots, TheLowestFreeOneIsTaken) {
  Slots slots(2);
  auto first = slots.take();
  auto second = slots.take();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->number(), 0u);
  EXPECT_EQ(second->number(), 1u);
  EXPECT_FALSE(slots.take());
  first.reset();
  auto third = slots.take();
  ASSERT_TRUE(third);
  EXPECT_EQ(third->number(), 0u);
}

TEST(SandboxSlots, ACondemnedOneIsNotUsedAgain) {
  Slots slots(2);
  auto first = slots.take();
  first->condemn();
  first.reset();
  auto second = slots.take();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->number(), 1u);
  EXPECT_FALSE(slots.take());
}

TEST(SandboxSlots, AMovedLeaseIsGivenBackOnce) {
  Slots slots(1);
  auto first = slots.take();
  { SlotLease other = std::move(*first); }
  auto second = slots.take();
  ASSERT_TRUE(second);
  first.reset();
  EXPECT_FALSE(slots.take()) << "the emptied lease gave the place away again";
}

}  // namespace
}  // namespace collet::sandbox
