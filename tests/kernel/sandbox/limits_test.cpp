// Room, memory, processes, disk, processor.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

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

// utime + stime of a process so far.
std::int64_t cpu_ms(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::int64_t user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1000 / ::sysconf(_SC_CLK_TCK);
}

// The kernel's notice of it may come when the box has ended already.
TEST_F(LimitsTest, AnEndForMemoryLeavesTheLauncherAtRest) {
  std::vector<BoxSpec> specs;
  for (int i = 0; i < 4; ++i) {
    specs.push_back(python("import os\nfor i in range(3): os.fork()\nx = b'x' * (400 << 20)\n"));
    specs.back().size.memory_bytes = 64 << 20;
  }
  for (const auto& result : run_all(std::move(specs))) EXPECT_EQ(result.outcome, Outcome::oom) << describe(result);
  const std::int64_t before_ms = cpu_ms(launcher_pid());
  const auto rest = run(shell("sleep 1"));
  EXPECT_LT(cpu_ms(launcher_pid()) - before_ms, 200) << "in " << rest.wall_us << " us in which nothing was to do";
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

TEST_F(LimitsTest, TimeAndMemoryOfAllProcessesAreCounted) {
  // Children that nobody waits for: the kernel adds them to no parent.
  BoxSpec spec = python("import os, signal, time\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nr, w = os.pipe()\n"
                        "for i in range(4):\n  if os.fork() == 0:\n    x = b'x' * (20 << 20)\n    end = time.process_time() + 0.1\n"
                        "    while time.process_time() < end: pass\n    os.write(w, b'x')\n    time.sleep(60)\n"
                        "for i in range(4): os.read(r, 1)\n");
  const auto result = run(spec);
  EXPECT_EQ(result.outcome, Outcome::exited) << describe(result);
  EXPECT_GE(result.cpu_us, 400'000u);
  EXPECT_GE(result.max_rss_bytes, 80u << 20);
  // The next box of the slot starts from nothing.
  const auto next = run(shell("true"));
  EXPECT_LT(next.cpu_us, 200'000u);
  EXPECT_LT(next.max_rss_bytes, 40u << 20);
}

// Room for a few messages where there is room for hundreds.
void shrink_socket_of_launcher() {
  for (int fd = 3; fd < 256; ++fd) {
    int type = 0;
    const int bytes = 1;
    socklen_t size = sizeof type;
    if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) continue;
    ASSERT_EQ(::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes), 0);
  }
}

TEST_F(LimitsTest, ABurstThatTheLauncherCannotReadAtOnceIsNoError) {
  settings_.boxes_max = 100;
  start(settings_);
  before_ = host_state();
  boost::asio::io_context io;
  int exited = 0;
  std::string others;
  shrink_socket_of_launcher();
  ASSERT_EQ(::kill(launcher_pid(), SIGSTOP), 0);
  for (int i = 0; i < 100; ++i) {
    BoxSpec spec = shell("true");
    spec.size.memory_bytes = 8 << 20;
    spec.size.pids_max = 4;
    sandbox_->run(io, std::move(spec), nullptr, [&](BoxResult r) {
      exited += r.outcome == Outcome::exited ? 1 : 0;
      if (r.outcome != Outcome::exited) others = describe(r);
    }, {});
  }
  boost::asio::steady_timer wake(io, std::chrono::milliseconds(100));
  wake.async_wait([](boost::system::error_code) { ::kill(launcher_pid(), SIGCONT); });
  io.run();
  EXPECT_EQ(exited, 100) << others;
}

TEST_F(LimitsTest, ABurstAgainstALauncherThatDoesNotReadEndsAtTheDeadline) {
  settings_.boxes_max = 100;
  start(settings_);
  before_ = host_state();
  const pid_t launcher = launcher_pid();
  shrink_socket_of_launcher();
  ASSERT_EQ(::kill(launcher, SIGSTOP), 0);
  boost::asio::io_context io;
  int capacity = 0;
  for (int i = 0; i < 100; ++i) {
    BoxSpec spec = shell("sleep 5");
    spec.size.memory_bytes = 8 << 20;
    spec.timeout_ms = 300;
    sandbox_->run(io, std::move(spec), nullptr, [&](BoxResult r) { capacity += r.outcome == Outcome::capacity ? 1 : 0; }, {});
  }
  boost::asio::steady_timer wake(io, std::chrono::milliseconds(500));
  wake.async_wait([launcher](boost::system::error_code) { ::kill(launcher, SIGCONT); });
  io.run();
  EXPECT_GT(capacity, 0) << "what did not fit into the socket";
  EXPECT_EQ(run(shell("echo next")).stdout_text, "next\n");
}

TEST_F(LimitsTest, BoxesShareOneGroupWithLessOfTheProcessorThanTheServer) {
  std::string shares;
  const std::string boxes = "collet-" + std::to_string(::getpid()) + "-boxes";
  const auto result = run(shell("echo up"), {}, [&](int, std::string_view) {
    std::error_code error;
    for (auto at = std::filesystem::recursive_directory_iterator("/sys/fs/cgroup", error);
         at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
      if (at->path().parent_path().filename() != boxes) continue;
      const std::string file = at->path().filename();
      if (file == "cpu.shares" || file == "cpu.weight") std::getline(std::ifstream(at->path()), shares);
    }
  });
  EXPECT_EQ(result.stdout_text, "up\n");
  EXPECT_TRUE(shares == std::to_string(512 * ::sysconf(_SC_NPROCESSORS_ONLN)) || shares == "50") << shares;
}

}  // namespace
}  // namespace collet::sandbox
