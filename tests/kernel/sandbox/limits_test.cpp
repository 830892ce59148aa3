// Room, memory, processes, disk, processor.
#include <gmock/gmock.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using LimitsTest = BoxTest;

TEST_F(LimitsTest, TheMemoryLimitEndsTheWholeBox) {
  BoxSpec spec = python("import os, time\n"
                        "if os.fork() == 0:\n  time.sleep(20)\n"
                        "x = b'x' * (400 << 20)\nprint('survived', len(x))\n");
  spec.size.memory_bytes = 64 << 20;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::oom) << describe(result);
  EXPECT_THAT(result.message, HasSubstr("67108864 bytes"));
  EXPECT_GE(result.max_rss_bytes, 64u << 20) << "it reached its limit";
  EXPECT_LT(result.wall_us, 10'000'000u) << "the sleeping child must not keep it";
}

TEST_F(LimitsTest, AnotherSizeOnTheSameSlotTakesEffect) {
  BoxSpec spec = python("x = b'x' * (100 << 20)\nprint(len(x))\n");
  for (const std::int64_t megabytes : {256, 64, 256, 64}) {
    spec.size.memory_bytes = megabytes << 20;
    EXPECT_EQ(run(spec).outcome, megabytes == 256 ? Outcome::exited : Outcome::oom) << megabytes;
  }
}

TEST_F(LimitsTest, ProcessesHaveALimit) {
  BoxSpec spec = python("import os, time\nmade = 0\n"
                        "try:\n  while True:\n    if os.fork() == 0: time.sleep(20); os._exit(0)\n    made += 1\n"
                        "except OSError as e: print(made, e.errno)\n");
  spec.size.pids_max = 12;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  int made = 0, error = 0;
  ASSERT_EQ(std::sscanf(result.stdout_text.c_str(), "%d %d", &made, &error), 2) << describe(result);
  EXPECT_EQ(error, EAGAIN);
  EXPECT_GE(made, 8);
  EXPECT_LE(made, 11);
}

TEST_F(LimitsTest, ProcessorTimeIsShared) {
  BoxSpec spec = python("import os, time\nfor i in range(3): os.fork() and None\n"
                        "end = time.monotonic() + 1\nwhile time.monotonic() < end: pass\n");
  spec.size.cpu_cores = 0.2;
  spec.timeout_ms = 10'000;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  // A fifth of a core over little more than a second, whatever the number of processes.
  EXPECT_LT(result.cpu_us, result.wall_us * 2 / 5) << describe(result);
}

TEST_F(LimitsTest, ASizeBeyondTheHostIsRefusedAtOnce) {
  BoxSpec spec = shell("true");
  spec.size.memory_bytes = 1ll << 50;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::capacity) << describe(result);
  EXPECT_THAT(result.message, HasSubstr("sandbox.memory_budget"));
}

TEST_F(LimitsTest, WaitingForRoomCountsAgainstTheTimeLimit) {
  settings_.boxes_max = 1;
  start(settings_);
  before_ = host_state();
  std::vector<BoxSpec> specs = {shell("sleep 1; echo first"), shell("echo second")};
  specs[1].timeout_ms = 200;
  const auto results = run_all(std::move(specs));
  EXPECT_EQ(results[0].stdout_text, "first\n") << describe(results[0]);
  EXPECT_EQ(results[1].outcome, Outcome::capacity) << describe(results[1]);
  EXPECT_THAT(results[1].message, HasSubstr("200 ms"));
  EXPECT_EQ(run(shell("echo third")).stdout_text, "third\n") << "the place is free again";
}

TEST_F(LimitsTest, RunsBeyondTheQueueAreRefused) {
  settings_.boxes_max = 1;
  settings_.queue_max = 1;
  start(settings_);
  before_ = host_state();
  const auto results = run_all({shell("echo a"), shell("echo b"), shell("echo c"), shell("echo d")});
  EXPECT_EQ(results[0].stdout_text, "a\n");
  EXPECT_EQ(results[1].stdout_text, "b\n");
  for (const std::size_t i : {2, 3}) {
    EXPECT_EQ(results[i].outcome, Outcome::capacity) << describe(results[i]);
    EXPECT_THAT(results[i].message, HasSubstr("sandbox.queue_max"));
  }
}

TEST_F(LimitsTest, SoftLimitsHoldWhereThereAreNoCgroups) {
  settings_.cgroup_root = "/nowhere";
  settings_.soft_limits = true;
  start(settings_);
  ASSERT_EQ(sandbox_->unavailable_reason(), "");
  before_ = host_state();
  // One process is held by its data limit, many together by the reaper's count.
  BoxSpec one = python("try: x = b'x' * (300 << 20); print('got it')\nexcept MemoryError: print('MemoryError')\n");
  one.size.memory_bytes = 64 << 20;
  EXPECT_EQ(run(std::move(one)).stdout_text, "MemoryError\n");
  BoxSpec many = python("import os, time\nfor i in range(8):\n  if os.fork() == 0:\n    x = b'x' * (20 << 20); time.sleep(20)\ntime.sleep(20)\n");
  many.size.memory_bytes = 64 << 20;
  EXPECT_EQ(run(std::move(many)).outcome, Outcome::oom);
}

}  // namespace
}  // namespace collet::sandbox
