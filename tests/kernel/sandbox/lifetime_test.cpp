// Whoever dies first: launcher, server, io_context, sandbox.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;

class LifetimeTest : public BoxTest {
 protected:
  // Waits until no process of the slots' uids is left; those die on their own.
  bool boxes_end_within(std::chrono::milliseconds limit) const {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      auto left = box_processes();
      left.erase(std::to_string(launcher_pid()) + " collet-launcher");
      if (left.empty()) return true;
      ::poll(nullptr, 0, 1);
    }
    return false;
  }
};

TEST_F(LifetimeTest, ALauncherThatDiesTakesItsBoxesAlongAndIsStartedAnew) {
  const pid_t first = launcher_pid();
  ASSERT_GT(first, 0);
  boost::asio::io_context io;
  BoxResult result;
  sandbox_->run(io, shell("echo up; sleep 30"), [&](int, std::string_view) { ::kill(first, SIGKILL); },
                [&](BoxResult r) { result = std::move(r); }, {});
  io.run();
  EXPECT_EQ(result.outcome, Outcome::failed) << describe(result);
  EXPECT_THAT(result.message, HasSubstr("launcher ended"));
  EXPECT_EQ(result.stdout_text, "up\n") << "what was printed is kept";
  EXPECT_TRUE(boxes_end_within(std::chrono::milliseconds(1000)));
  const auto next = run(shell("echo again"));
  EXPECT_EQ(next.stdout_text, "again\n") << describe(next);
  EXPECT_NE(launcher_pid(), first);
  before_.processes = host_state().processes;  // a new launcher is what we want
}

// Also one that was being made: at first it only waits for the launcher.
TEST_F(LifetimeTest, ALauncherThatDiesAtAnyMomentLeavesNoBox) {
  for (int i = 0; i < 60; ++i) {
    boost::asio::io_context io;
    int over = 0;
    const pid_t launcher = launcher_pid();
    for (int j = 0; j < 4; ++j) sandbox_->run(io, shell("sleep 0.2"), nullptr, [&](BoxResult) { ++over; }, {});
    io.run_for(std::chrono::microseconds(i * 50));
    ::kill(launcher, SIGKILL);
    io.run_for(std::chrono::seconds(5));
    ASSERT_EQ(over, 4) << "killed after " << i * 50 << " us: a run waits for a box that nobody ends";
    ASSERT_TRUE(boxes_end_within(std::chrono::milliseconds(1000)));
    ASSERT_EQ(run(shell("echo next")).stdout_text, "next\n");
  }
  before_.processes = host_state().processes;  // a new launcher is what we want
}

TEST_F(LifetimeTest, ASignalToTheLauncherDoesNotDisturbRuns) {
  boost::asio::io_context io;
  BoxResult result;
  sandbox_->run(io, shell("echo up; sleep 0.1; echo still here"), [&](int, std::string_view piece) {
    if (piece != "up\n") return;
    // What a service manager and a terminal send to all processes.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::kill(launcher_pid(), signal);
  }, [&](BoxResult r) { result = std::move(r); }, {});
  io.run();
  EXPECT_EQ(result.stdout_text, "up\nstill here\n") << describe(result);
}

TEST_F(LifetimeTest, AnIoContextThatGoesKillsItsBoxes) {
  {
    boost::asio::io_context io;
    bool up = false, done = false;
    sandbox_->run(io, shell("echo up; sleep 30"), [&](int, std::string_view) { up = true; }, [&](BoxResult) { done = true; }, {});
    while (!up && io.run_one() > 0) {}
    EXPECT_TRUE(up);
    EXPECT_FALSE(done);
  }
  EXPECT_TRUE(boxes_end_within(std::chrono::milliseconds(50))) << "gone before the destructor returned, give or take";
  EXPECT_EQ(run(shell("echo next")).stdout_text, "next\n");
}

TEST_F(LifetimeTest, ASandboxThatGoesEndsItsRuns) {
  boost::asio::io_context io;
  BoxResult result;
  sandbox_->run(io, shell("echo up; sleep 30"), [&](int, std::string_view) { sandbox_.reset(); },
                [&](BoxResult r) { result = std::move(r); }, {});
  io.run();
  EXPECT_EQ(result.outcome, Outcome::signalled) << describe(result);
  EXPECT_THAT(result.message, HasSubstr("from outside"));
  EXPECT_EQ(box_processes(), std::set<std::string>());
}

TEST_F(LifetimeTest, AServerKilledHardLeavesNothing) {
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t server = ::fork();
  ASSERT_GE(server, 0);
  if (server == 0) {
    // A second server in this process's place, with the same uids.
    auto sandbox = Sandbox::start(settings_);
    boost::asio::io_context io;
    sandbox->run(io, shell("echo up; (sleep 30 &) ; sleep 30"), [&](int, std::string_view) {
      [[maybe_unused]] const auto wrote = ::write(ready[1], "x", 1);
    }, [](BoxResult) {}, {});
    io.run();
    ::_exit(0);
  }
  ::close(ready[1]);
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::kill(server, SIGKILL);
  ASSERT_EQ(::waitpid(server, nullptr, 0), server);
  EXPECT_TRUE(boxes_end_within(std::chrono::milliseconds(2000)));
}

TEST_F(LifetimeTest, GroupsOfDeadServersAreSweptAtStart) {
  std::string group;
  {
    std::ifstream membership("/proc/self/cgroup");
    for (std::string line; std::getline(membership, line);) {
      if (line.find(":memory:") != std::string::npos) group = line.substr(line.find(":memory:") + 8);
    }
  }
  if (group.empty()) GTEST_SKIP() << "this host's memory controller is v2; the sweep is the same code";
  const pid_t dead = ::fork();
  if (dead == 0) ::_exit(0);
  ::waitpid(dead, nullptr, 0);
  const std::string stale = "/sys/fs/cgroup/memory" + group + "/collet-" + std::to_string(dead) + "-0";
  ASSERT_EQ(::mkdir(stale.c_str(), 0755), 0) << stale;
  start(settings_);
  EXPECT_NE(::access(stale.c_str(), F_OK), 0) << stale << " is still there";
  before_ = host_state();
}

TEST_F(LifetimeTest, ACgroupThatWasTakenAwayIsMadeAnew) {
  EXPECT_EQ(run(shell("echo one")).stdout_text, "one\n");
  int removed = 0;
  const std::string name = "collet-" + std::to_string(::getpid()) + "-0";
  std::error_code error;
  for (auto at = std::filesystem::recursive_directory_iterator("/sys/fs/cgroup", error);
       at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    if (at->path().filename() == name) removed += ::rmdir(at->path().c_str()) == 0 ? 1 : 0;
  }
  EXPECT_GT(removed, 0);
  EXPECT_EQ(run(shell("echo two")).stdout_text, "two\n");
}

TEST_F(LifetimeTest, RunsFromSeveralThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      boost::asio::io_context io;
      for (int i = 0; i < 10; ++i) {
        const std::string text = std::to_string(t) + "." + std::to_string(i) + "\n";
        sandbox_->run(io, shell("printf '" + std::to_string(t) + "." + std::to_string(i) + "\\n'"), nullptr,
                      [&right, text](BoxResult r) { right += r.stdout_text == text ? 1 : 0; }, {});
      }
      io.run();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
}

TEST_F(LifetimeTest, AStrangerWhoHoldsThePipesDoesNotHoldTheRun) {
  int held = -1;
  boost::asio::io_context io;
  BoxResult result;
  // As a program can pass its stdout to a process of the host.
  sandbox_->run(io, shell("echo up; sleep 0.1; echo last words"), [&](int, std::string_view) {
    for (const auto& process : box_processes()) {
      if (held >= 0 || process.find(" sh") == std::string::npos) continue;
      held = ::open(("/proc/" + std::to_string(std::atoi(process.c_str())) + "/fd/1").c_str(), O_WRONLY | O_CLOEXEC);
    }
  }, [&](BoxResult r) { result = std::move(r); }, {});
  const auto started = std::chrono::steady_clock::now();
  io.run_for(std::chrono::seconds(10));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  EXPECT_GE(held, 0) << "the test found no process of the box";
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  EXPECT_EQ(result.stdout_text, "up\nlast words\n");
  EXPECT_LT(took.count(), 2);
  ::close(held);
}

}  // namespace
}  // namespace collet::sandbox
