#include "base/worker_pool.hpp"

#include <atomic>
#include <future>
#include <latch>
#include <memory>

#include <gtest/gtest.h>

namespace collet::base {
namespace {

TEST(WorkerPool, RunsEveryJobItTakes) {
  std::atomic<int> ran{0};
  std::latch done(1000);
  WorkerPool pool(4, 1000);
  int taken = 0;
  for (int i = 0; i < 1000; ++i) {
    taken += pool.submit([&] {
      ++ran;
      done.count_down();
    });
  }
  ASSERT_EQ(taken, 1000);
  done.wait();
  EXPECT_EQ(ran, 1000);
}

TEST(WorkerPool, RunsJobsSideBySide) {
  WorkerPool pool(3, 10);
  std::latch together(3), done(3);  // would never open if they ran one by one
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(pool.submit([&] {
      together.arrive_and_wait();
      done.count_down();
    }));
  }
  done.wait();
}

TEST(WorkerPool, TakesNoMoreThanItsQueueHolds) {
  std::latch started(1), release(1);
  std::atomic<int> ran{0};
  {
    WorkerPool pool(1, 2);
    ASSERT_TRUE(pool.submit([&] {
      started.count_down();
      release.wait();
    }));
    started.wait();
    EXPECT_TRUE(pool.submit([&] { ++ran; }));
    EXPECT_TRUE(pool.submit([&] { ++ran; }));
    EXPECT_FALSE(pool.submit([&] { ran += 100; }));
    std::promise<void> drained;
    release.count_down();
    while (!pool.submit([&] { drained.set_value(); })) std::this_thread::yield();
    drained.get_future().wait();
  }
  EXPECT_EQ(ran, 2);
}

TEST(WorkerPool, ItsEndWaitsForWhatRunsAndDropsTheRest) {
  std::latch started(1);
  std::atomic<bool> finished{false};
  const auto dropped = std::make_shared<int>(0);
  std::thread releaser;
  std::latch release(1);
  {
    WorkerPool pool(1, 4);
    ASSERT_TRUE(pool.submit([&] {
      started.count_down();
      release.wait();
      finished = true;
    }));
    ASSERT_TRUE(pool.submit([dropped] { ++*dropped; }));
    started.wait();
    releaser = std::thread([&] { release.count_down(); });
  }
  releaser.join();
  EXPECT_TRUE(finished);
  EXPECT_LE(*dropped, 1);
  EXPECT_EQ(dropped.use_count(), 1) << "the queued job was not destroyed";
}

}  // namespace
}  // namespace collet::base
