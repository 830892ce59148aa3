// What of a box another one may find again: the files in /work, and nothing else.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include "hostile/box_test.hpp"
#include "sandbox/admission.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WorkFolderTest : public BoxTest {
 protected:
  std::shared_ptr<WorkFolder> make() {
    auto made = sandbox_->make_work_folder();
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : nullptr;
  }
  BoxSpec in(const std::shared_ptr<WorkFolder>& work, const std::string& script) {
    BoxSpec spec = shell(script);
    spec.work = work;
    return spec;
  }
  void restart() {
    start(settings_);
    before_ = host_state();
  }
  std::string printed(const std::shared_ptr<WorkFolder>& work, const std::string& script) {
    const auto result = run(in(work, script));
    EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
    return result.stdout_text + result.stderr_text;
  }
};

TEST_F(WorkFolderTest, ItsFilesAreThereInTheNextBox) {
  const auto work = make();
  const auto first = run(in(work, "pwd; ls -A; echo a > x; mkdir -p d/e; ln -s x l; chmod 700 d"));
  EXPECT_EQ(first.stdout_text, "/work\n") << describe(first);
  EXPECT_EQ(first.work_was_new, true);
  const auto second = run(in(work, "ls; cat l; echo b >> x; stat -c '%a %u' d; rmdir d/e"));
  EXPECT_EQ(second.stdout_text, "d\nl\nx\na\n700 1000\n") << describe(second);
  EXPECT_EQ(second.work_was_new, false);
  EXPECT_EQ(printed(work, "cat x; ls d"), "a\nb\n");
}

TEST_F(WorkFolderTest, NothingElseIsKept) {
  const auto work = make();
  const std::string look = "ls -A /tmp /dev/shm; ls /proc | grep -c '^[0-9]'; cat /proc/self/mountinfo | wc -l";
  const std::string fresh = printed(work, look);
  printed(work, "(sleep 100 &) ; echo x > /tmp/x; echo x > /dev/shm/x");
  EXPECT_EQ(printed(work, look), fresh);
}

TEST_F(WorkFolderTest, AnotherOneHasOtherFiles) {
  const auto one = make(), other = make();
  printed(one, "echo secret > x");
  EXPECT_EQ(printed(other, "ls -A"), "");
  EXPECT_EQ(run(shell("ls -A /work")).stdout_text, "");
  EXPECT_EQ(printed(one, "cat x"), "secret\n");
}

TEST_F(WorkFolderTest, WhatAProgramLeftThatWasEndedIsThere) {
  const auto work = make();
  BoxSpec slow = in(work, "echo kept > x; sleep 100");
  slow.timeout_ms = 300;
  EXPECT_EQ(run(std::move(slow)).outcome, Outcome::timeout);
  EXPECT_EQ(printed(work, "cat x"), "kept\n");
}

TEST_F(WorkFolderTest, AProgramCannotLockTheNextOneOut) {
  const auto work = make();
  printed(work, "echo a > x; chmod 0 /work");
  EXPECT_EQ(printed(work, "cat x; stat -c %a /work"), "a\n755\n");
}

TEST_F(WorkFolderTest, ABoxThatCannotBeMadeTakesNothingWithIt) {
  const auto work = make();
  printed(work, "echo a > x");
  BoxSpec spec = in(work, "true");
  spec.app_root = "/nowhere/at/all";
  const auto failed = run(std::move(spec));
  EXPECT_EQ(failed.outcome, Outcome::failed) << describe(failed);
  BoxSpec missing = in(work, "true");
  missing.argv = {"/no/such/program"};
  EXPECT_EQ(run(std::move(missing)).outcome, Outcome::failed);
  EXPECT_EQ(printed(work, "cat x"), "a\n");
}

TEST_F(WorkFolderTest, BoxesOfOneRunOneAfterTheOther) {
  const auto work = make();
  std::vector<BoxSpec> specs;
  for (int i = 0; i < 6; ++i) specs.push_back(in(work, "mkdir busy || echo BAD; echo x >> count; sleep 0.02; rmdir busy"));
  for (const auto& result : run_all(std::move(specs))) EXPECT_EQ(result.stdout_text, "") << describe(result);
  EXPECT_EQ(printed(work, "wc -l < count"), "6\n");
}

TEST_F(WorkFolderTest, WhoWaitsForItTooLongIsTold) {
  const auto work = make();
  std::vector<BoxSpec> specs = {in(work, "sleep 100"), in(work, "echo second")};
  specs[0].timeout_ms = 2'000;
  specs[1].timeout_ms = 300;
  const auto results = run_all(std::move(specs));
  EXPECT_EQ(results[0].outcome, Outcome::timeout) << describe(results[0]);
  EXPECT_EQ(results[1].outcome, Outcome::capacity) << describe(results[1]);
  EXPECT_THAT(results[1].message, StartsWith("an earlier call of the same session was running until the time limit of 300 ms"));
}

TEST_F(WorkFolderTest, ItHasTheDiskOfItsFirstBox) {
  const auto work = make();
  BoxSpec spec = in(work, "head -c 1M /dev/zero > a && echo fits; head -c 8M /dev/zero > b || echo full");
  spec.size.disk_bytes = 4 << 20;
  const auto result = run(std::move(spec));
  EXPECT_THAT(result.stdout_text, HasSubstr("fits\nfull")) << describe(result);
  EXPECT_EQ(printed(work, "rm b; wc -c < a"), "1048576\n");
}

TEST_F(WorkFolderTest, WhoWaitsForItsMemoryAsksForIt) {
  settings_.memory_budget = 0.01;
  restart();
  const std::int64_t budget = host_memory_bytes() / 100;
  auto work = make();
  sandbox_->on_work_folders_wanted([&] { work.reset(); });
  BoxSpec spec = in(work, "head -c " + std::to_string(budget / 4) + " /dev/zero > x && echo written");
  spec.size.disk_bytes = spec.size.memory_bytes = budget / 2;
  EXPECT_EQ(run(std::move(spec)).stdout_text, "written\n");
  BoxSpec small = shell("echo small");
  small.size.memory_bytes = budget / 2;
  EXPECT_EQ(run(small).stdout_text, "small\n");
  EXPECT_NE(work, nullptr) << "there is room beside it";
  BoxSpec large = shell("echo large");
  large.size.memory_bytes = budget - (1 << 20);
  EXPECT_EQ(run(large).stdout_text, "large\n");
  EXPECT_EQ(work, nullptr);
}

TEST_F(WorkFolderTest, OneSizeSharesItsMemoryWithTheFiles) {
  const auto work = make();
  BoxSpec write = in(work, "head -c 40M /dev/zero > x");
  write.size.memory_bytes = 64 << 20;
  EXPECT_EQ(run(write).outcome, Outcome::exited);
  BoxSpec use = python("x = b'x' * (40 << 20); print(len(x))");
  use.work = work;
  use.size.memory_bytes = 64 << 20;
  EXPECT_EQ(run(use).outcome, Outcome::oom);
  use.size.memory_bytes = 256 << 20;
  EXPECT_EQ(run(use).stdout_text, "41943040\n");
}

TEST_F(WorkFolderTest, AFolderOfTheHostCannotBeShownInIt) {
  BoxSpec spec = in(make(), "true");
  spec.roots.emplace_back("/work/tools");
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::failed);
  EXPECT_THAT(result.message, HasSubstr("\"/work/tools\" cannot be shown there"));
  EXPECT_EQ(result.work_was_new, std::nullopt) << "nothing ran";
}

TEST_F(WorkFolderTest, ThereAreNoMoreThanTheSettingAllows) {
  settings_.sessions_max = 2;
  restart();
  auto one = make();
  const auto two = make();
  const auto three = sandbox_->make_work_folder();
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().code, Errc::limit);
  EXPECT_THAT(three.error().message, HasSubstr("sandbox.sessions_max"));
  one.reset();
  EXPECT_TRUE(sandbox_->make_work_folder());
}

// Every place of the launcher is used once and again.
TEST_F(WorkFolderTest, WhatGoesGivesItsPlaceBack) {
  settings_.boxes_max = 1;
  settings_.warm_boxes_max = 0;
  settings_.sessions_max = 1;
  restart();
  for (int i = 0; i < 4; ++i) {
    const auto work = make();
    EXPECT_EQ(printed(work, "ls -A; echo a > x"), "") << "round " << i;
    EXPECT_EQ(run(shell("echo beside")).stdout_text, "beside\n") << "round " << i;
  }
}

TEST_F(WorkFolderTest, ItCanBeSeenWithAnOutFolderAndBySmallerAndLargerBoxes) {
  const auto work = make();
  BoxSpec spec = in(work, "head -c 3M /dev/zero > x; echo out > /out/file");
  spec.has_out_folder = true;
  const auto first = run(std::move(spec));
  EXPECT_NE(first.out, nullptr) << describe(first);
  for (const std::int64_t memory : {32ll << 20, 256ll << 20}) {
    BoxSpec next = in(work, "wc -c < x");
    next.size.memory_bytes = memory;
    EXPECT_EQ(run(std::move(next)).stdout_text, "3145728\n");
  }
}

TEST_F(WorkFolderTest, ALauncherThatDiesLeavesItUsable) {
  const auto work = make();
  printed(work, "echo a > x");
  boost::asio::io_context io;
  sandbox_->run(io, in(work, "echo b >> x; echo up; sleep 30"), [](int, std::string_view) { ::kill(launcher_pid(), SIGKILL); }, [](BoxResult) {}, {});
  io.run();
  EXPECT_EQ(printed(work, "cat x"), "a\nb\n");
  before_.processes = host_state().processes;  // a new launcher is what we want
}

}  // namespace
}  // namespace collet::sandbox
