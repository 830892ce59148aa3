// Boxes that are started before anybody needs them.
#include <csignal>
#include <string>

#include <gmock/gmock.h>
#include <poll.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;

class WarmBoxesTest : public BoxTest {
 protected:
  void TearDown() override {
    sandbox_->drop_warm_boxes();
    BoxTest::TearDown();
  }

  /// A shell that gets itself ready, then waits for what it is to run.
  static BoxSpec waiting_shell(const std::string& script, const std::string& preparation = "") {
    BoxSpec spec = shell(preparation + "\ncode=$(cat <&3); eval \"$code\"");
    spec.inputs = {{3, script, true}};
    return spec;
  }

  bool waits_for(std::size_t count) const {
    for (int i = 0; i < 10'000 && sandbox_->warm_boxes() != count; ++i) ::poll(nullptr, 0, 1);
    return sandbox_->warm_boxes() == count;
  }

  void restart_with(const config::SandboxSettings& settings) {
    start(settings);
    before_ = host_state();
  }
};

TEST_F(WarmBoxesTest, TheSecondRunFindsOneThatWaits) {
  const auto first = run(waiting_shell("echo one; echo left > /work/left"));
  EXPECT_EQ(first.stdout_text, "one\n") << describe(first);
  EXPECT_FALSE(first.was_warm);
  ASSERT_TRUE(waits_for(1));
  const auto second = run(waiting_shell("echo two; ls -A /work /tmp"));
  EXPECT_TRUE(second.was_warm);
  EXPECT_EQ(second.stdout_text, "two\n/tmp:\n\n/work:\n") << describe(second);
  EXPECT_TRUE(waits_for(1)) << "the next one is got ready";
}

TEST_F(WarmBoxesTest, EachServesOneRunOnly) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto result = run(waiting_shell("cat /proc/sys/kernel/random/uuid; echo $$ > /tmp/pid; ls /tmp"));
    EXPECT_TRUE(seen.insert(result.stdout_text.substr(0, 36)).second);
    EXPECT_THAT(result.stdout_text, testing::EndsWith("pid\n")) << describe(result);
    EXPECT_EQ(result.was_warm, i > 0);
    ASSERT_TRUE(waits_for(1));
  }
}

TEST_F(WarmBoxesTest, RunsAtOnceHaveBoxesOfTheirOwnAndAsManyWaitAfterwards) {
  for (const bool warm : {false, true}) {
    const auto results = run_all({waiting_shell("sleep 0.1; echo a"), waiting_shell("sleep 0.1; echo b"), waiting_shell("sleep 0.1; echo c")});
    EXPECT_EQ(results[0].stdout_text + results[1].stdout_text + results[2].stdout_text, "a\nb\nc\n");
    for (const auto& result : results) EXPECT_EQ(result.was_warm, warm) << describe(result);
    ASSERT_TRUE(waits_for(3)) << sandbox_->warm_boxes();
  }
}

TEST_F(WarmBoxesTest, AnotherProgramOrSizeIsAnotherBox) {
  run(waiting_shell("true"));
  ASSERT_TRUE(waits_for(1));
  BoxSpec bigger = waiting_shell("echo $X");
  bigger.size.memory_bytes += 1 << 20;
  EXPECT_FALSE(run(std::move(bigger)).was_warm);
  BoxSpec other = waiting_shell("echo $X");
  other.env.emplace_back("X=5");
  const auto result = run(std::move(other));
  EXPECT_FALSE(result.was_warm);
  EXPECT_EQ(result.stdout_text, "5\n");
}

TEST_F(WarmBoxesTest, TakesMoreInputThanAPipeHolds) {
  run(waiting_shell("true"));
  ASSERT_TRUE(waits_for(1));
  const auto result = run(waiting_shell(": " + std::string(1'000'000, 'x') + "; echo ${#code}"));
  EXPECT_TRUE(result.was_warm);
  EXPECT_EQ(result.stdout_text, "1000017\n") << describe(result);
}

TEST_F(WarmBoxesTest, OneThatEndsWhileItWaitsIsNoRunsResult) {
  BoxSpec spec = shell("exit 3");
  spec.inputs = {{3, "never read", true}};
  for (int i = 0; i < 6; ++i) {
    const auto result = run(spec);
    EXPECT_EQ(result.returncode, 3) << describe(result);
  }
}

TEST_F(WarmBoxesTest, ItsTimeCountsFromTheRun) {
  const std::string busy = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done";
  const auto cold = run(waiting_shell("true", busy));
  ASSERT_TRUE(waits_for(1));
  // By then its preparation has ended, and what that took has been noted.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (std::chrono::steady_clock::now() < end) run(shell(busy));
  const auto warm = run(waiting_shell("true", busy));
  ASSERT_TRUE(warm.was_warm);
  EXPECT_LT(warm.cpu_us, cold.cpu_us / 4) << describe(cold) << describe(warm);
  EXPECT_LT(warm.wall_us, cold.wall_us / 2) << describe(cold) << describe(warm);
}

TEST_F(WarmBoxesTest, TheTimeLimitHoldsForAWarmRun) {
  run(waiting_shell("true"));
  ASSERT_TRUE(waits_for(1));
  BoxSpec spec = waiting_shell("echo up; trap '' TERM; while :; do :; done");
  spec.timeout_ms = 200;
  const auto result = run(std::move(spec));
  EXPECT_TRUE(result.was_warm);
  EXPECT_EQ(result.outcome, Outcome::timeout) << describe(result);
  EXPECT_EQ(result.stdout_text, "up\n");
}

TEST_F(WarmBoxesTest, ALauncherThatDiesTakesThemAlong) {
  run(waiting_shell("true"));
  ASSERT_TRUE(waits_for(1));
  for (int i = 0; i < 10'000 && box_processes().size() < 2; ++i) ::poll(nullptr, 0, 1);  // it is sent, but not yet made
  const pid_t launcher = launcher_pid();
  ::kill(launcher, SIGKILL);
  const std::set<std::string> nothing_else = {std::to_string(launcher) + " collet-launcher"};
  for (int i = 0; i < 10'000 && box_processes() != nothing_else; ++i) ::poll(nullptr, 0, 1);
  const auto result = run(waiting_shell("echo again"));
  EXPECT_EQ(result.stdout_text, "again\n") << describe(result);
  EXPECT_FALSE(result.was_warm);
  ASSERT_TRUE(waits_for(1));
  sandbox_->drop_warm_boxes();
  before_.processes = host_state().processes;  // a new launcher is what we want
}

TEST_F(WarmBoxesTest, NoneWaitsWhereNoneMay) {
  settings_.warm_boxes_max = 0;
  restart_with(settings_);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(run(waiting_shell("true")).was_warm);
  EXPECT_EQ(sandbox_->warm_boxes(), 0u);
}

TEST_F(WarmBoxesTest, NoneWaitsWhenMemoryIsShort) {
  settings_.warm_memory_floor = 1;
  restart_with(settings_);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(run(waiting_shell("true")).was_warm);
  EXPECT_EQ(sandbox_->warm_boxes(), 0u);
}

TEST_F(WarmBoxesTest, ProgramsThatNobodyUsesAreKeptNoLonger) {
  settings_.warm_idle_seconds = 1;
  restart_with(settings_);
  run(waiting_shell("true"));
  ASSERT_TRUE(waits_for(1));
  EXPECT_TRUE(waits_for(0));
}

TEST_F(WarmBoxesTest, TheLimitHoldsAndTheLatestProgramsHaveThePlaces) {
  settings_.warm_boxes_max = 2;
  restart_with(settings_);
  for (const char* program : {"1", "2", "3"}) {
    run(waiting_shell("true", std::string(": ") + program));
    ASSERT_TRUE(waits_for(program[0] == '1' ? 1 : 2));
  }
  for (int i = 0; i < 1'000 && !run(waiting_shell("true", ": 3")).was_warm; ++i) {}
  EXPECT_LE(sandbox_->warm_boxes(), 2u);
}

}  // namespace
}  // namespace collet::sandbox
