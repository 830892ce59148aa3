// Programs that will not end. Classes 20, 21, 22.
#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

class LingerTest : public BoxTest {
 protected:
  // Must end at its limit; a busy machine is given some room.
  void expect_timely_end(BoxSpec spec, const std::string& what) {
    spec.timeout_ms = 500;
    const auto started = std::chrono::steady_clock::now();
    const auto result = run(std::move(spec));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
    EXPECT_EQ(result.outcome, Outcome::timeout) << what << "\n" << describe(result);
    EXPECT_EQ(result.returncode, -2) << what;
    EXPECT_GE(took.count(), 500) << what;
    EXPECT_LT(took.count(), 500 + 200 + 500) << what << ": limit, grace, and what a busy machine needs";
  }
};

TEST_F(LingerTest, IgnoringThePoliteEndDoesNotHelp) {
  expect_timely_end(shell("trap '' TERM INT HUP QUIT; while :; do sleep 1; done"), "ignores SIGTERM");
  expect_timely_end(python("import signal, time\nfor n in range(1, 65):\n  try: signal.signal(n, signal.SIG_IGN)\n  except (OSError, ValueError): pass\ntime.sleep(60)\n"), "ignores everything");
  expect_timely_end(python("import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\ntime.sleep(60)\n"), "blocks everything");
  expect_timely_end(shell("kill -STOP $$"), "stops itself");
  expect_timely_end(python("import os, signal\nif os.fork() == 0:\n  while True: os.kill(1, signal.SIGTERM)\nwhile True: os.kill(1, signal.SIGQUIT)\n"), "floods the reaper");
}

TEST_F(LingerTest, QuietOrSlowProgramsEndAsWell) {
  expect_timely_end(shell("while :; do printf .; sleep 0.05; done"), "slow output");
  expect_timely_end(shell("exec >&- 2>&- <&-; sleep 60"), "closed its output");
  expect_timely_end(python("import atexit, time\natexit.register(time.sleep, 60)\n"), "hangs at its exit");
  expect_timely_end(shell("sleep 60 & wait"), "waits for a child");
  expect_timely_end(python("import os, time\npid = os.fork()\nif pid == 0: os.setsid(); time.sleep(60)\nos.waitpid(pid, 0)\n"), "child in another session");
}

TEST_F(LingerTest, DaemonsDieWithTheProgram) {
  for (const char* script : {"(setsid sleep 60 &) ; echo started",
                             "setsid sh -c 'trap \"\" HUP TERM; sleep 60' & echo started",
                             "nohup sleep 60 > /dev/null 2>&1 & echo started",
                             "(sleep 60; echo late) & echo started"}) {  // this one holds the pipe
    const auto started = std::chrono::steady_clock::now();
    const auto result = run(shell(script));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    EXPECT_EQ(result.outcome, Outcome::exited) << script << describe(result);
    EXPECT_EQ(result.stdout_text, "started\n") << script;
    EXPECT_LT(took.count(), 3) << script;
    std::set<std::string> left = box_processes();
    left.erase(std::to_string(launcher_pid()) + " collet-launcher");
    EXPECT_TRUE(left.empty()) << script << ": " << *left.begin() << " was alive when the result came";
  }
}

TEST_F(LingerTest, AHundredDaemonsDieWithTheProgram) {
  BoxSpec spec = python("import os, time\nfor i in range(100):\n  if os.fork() == 0: os.setsid(); time.sleep(60)\nprint('made')\n");
  spec.size.pids_max = 128;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.stdout_text, "made\n") << describe(result);
}

}  // namespace
}  // namespace collet::sandbox
