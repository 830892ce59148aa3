#include "sandbox/admission.hpp"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace collet::sandbox {
namespace {

using testing::HasSubstr;

// Goes before its waiter may: a grant that comes later finds the flag and goes back.
struct Asker {
  std::shared_ptr<Admission::Waiter> waiter = std::make_shared<Admission::Waiter>();
  std::shared_ptr<Grant> grant;
  std::shared_ptr<Asker*> self = std::make_shared<Asker*>(this);
  explicit Asker(std::int64_t memory) {
    waiter->memory_bytes = memory;
    waiter->granted = [self = self](std::shared_ptr<Grant> g) {
      if (*self != nullptr) (*self)->grant = std::move(g);
    };
  }
  Asker(const Asker&) = delete;
  ~Asker() { *self = nullptr; }
};

std::shared_ptr<Admission> make(std::uint32_t boxes, std::int64_t memory, std::size_t queue = 8) {
  return std::make_shared<Admission>(AdmissionLimits{boxes, memory, queue});
}

bool ask(Admission& admission, Asker& asker) {
  std::string why;
  return admission.ask(asker.waiter, why);
}

TEST(SandboxAdmission, WhatIsHeldCountsAsMemoryAndNotAsABox) {
  const auto admission = make(1, 100);
  auto held = admission->hold(60);
  EXPECT_EQ(admission->granted(), 0u);
  Asker fits(40), waits(41);
  ASSERT_TRUE(ask(*admission, fits));
  EXPECT_NE(fits.grant, nullptr);
  fits.grant.reset();
  ASSERT_TRUE(ask(*admission, waits));
  EXPECT_EQ(waits.grant, nullptr);
  held.reset();
  EXPECT_NE(waits.grant, nullptr);
}

TEST(SandboxAdmission, WhatIsHeldIsAskedForWhereThatHelps) {
  const auto admission = make(2, 100);
  std::vector<std::shared_ptr<Grant>> held = {admission->hold(30), admission->hold(30)};
  int asked = 0;
  admission->on_held_wanted([&] {
    ++asked;
    if (!held.empty()) held.pop_back();
  });
  Asker fits(40);
  ASSERT_TRUE(ask(*admission, fits));
  EXPECT_EQ(asked, 0);
  Asker large(60);
  ASSERT_TRUE(ask(*admission, large));
  EXPECT_NE(large.grant, nullptr) << "both are needed";
  EXPECT_EQ(asked, 2);
  held.push_back(admission->hold(10));
  Asker too_many(1);
  ASSERT_TRUE(ask(*admission, too_many));
  EXPECT_EQ(asked, 2) << "it waits for a box";
  too_many.grant.reset();
  fits.grant.reset();
  EXPECT_NE(too_many.grant, nullptr);
}

TEST(SandboxAdmission, WhoComesTooManyWaits) {
  const auto admission = make(2, 100);
  Asker a(1), b(1), c(1);
  ASSERT_TRUE(ask(*admission, a));
  ASSERT_TRUE(ask(*admission, b));
  EXPECT_NE(a.grant, nullptr);
  EXPECT_NE(b.grant, nullptr);
  ASSERT_TRUE(ask(*admission, c));
  EXPECT_EQ(c.grant, nullptr);
  EXPECT_EQ(admission->waiting(), 1u);
  a.grant.reset();
  EXPECT_NE(c.grant, nullptr);
}

TEST(SandboxAdmission, ABigRunIsNotOvertakenBySmallOnes) {
  const auto admission = make(8, 100);
  Asker first(60), big(80), small(10);
  ASSERT_TRUE(ask(*admission, first));
  ASSERT_TRUE(ask(*admission, big));
  ASSERT_TRUE(ask(*admission, small));
  EXPECT_EQ(small.grant, nullptr) << "it came after one that waits";
  first.grant.reset();
  EXPECT_NE(big.grant, nullptr);
  EXPECT_NE(small.grant, nullptr);
}

TEST(SandboxAdmission, RefusesAtOnceWhatCanNeverFit) {
  const auto admission = make(8, 100);
  Asker asker(101);
  std::string why;
  EXPECT_FALSE(admission->ask(asker.waiter, why));
  EXPECT_THAT(why, HasSubstr("101 bytes"));
  EXPECT_THAT(why, HasSubstr("sandbox.memory_budget"));
}

TEST(SandboxAdmission, RefusesWhenTheQueueIsFull) {
  const auto admission = make(1, 100, 1);
  Asker a(1), b(1), c(1);
  ASSERT_TRUE(ask(*admission, a));
  ASSERT_TRUE(ask(*admission, b));
  std::string why;
  EXPECT_FALSE(admission->ask(c.waiter, why));
  EXPECT_THAT(why, HasSubstr("sandbox.queue_max"));
}

TEST(SandboxAdmission, AQueueOfNoneStillGrantsWhatIsFree) {
  const auto admission = make(1, 100, 0);
  Asker a(1), b(1);
  EXPECT_TRUE(ask(*admission, a));
  EXPECT_NE(a.grant, nullptr);
  EXPECT_FALSE(ask(*admission, b));
}

TEST(SandboxAdmission, OneThatLeavesMakesWayForTheNext) {
  const auto admission = make(8, 100);
  Asker first(60), big(80), small(10);
  ASSERT_TRUE(ask(*admission, first));
  ASSERT_TRUE(ask(*admission, big));
  ASSERT_TRUE(ask(*admission, small));
  admission->leave(big.waiter);
  EXPECT_NE(small.grant, nullptr);
  EXPECT_EQ(admission->waiting(), 0u);
}

TEST(SandboxAdmission, NeverGrantsMoreThanThereIsFromManyThreads) {
  const auto admission = make(4, 1'000, 10'000);
  std::atomic<int> held{0}, highest{0}, done{0};
  const auto work = [&] {
    for (int i = 0; i < 500; ++i) {
      auto waiter = std::make_shared<Admission::Waiter>();
      waiter->memory_bytes = 100;
      waiter->granted = [&](std::shared_ptr<Grant>) {
        const int now = ++held;
        for (int seen = highest; now > seen && !highest.compare_exchange_weak(seen, now);) {}
        --held;
        ++done;
      };
      std::string why;
      ASSERT_TRUE(admission->ask(waiter, why)) << why;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(work);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 2'000);
  EXPECT_LE(highest, 4);
  EXPECT_EQ(admission->granted(), 0u);
}

TEST(SandboxAdmission, KnowsTheHostsMemory) { EXPECT_GT(host_memory_bytes(), 64 << 20); }

}  // namespace
}  // namespace collet::sandbox
