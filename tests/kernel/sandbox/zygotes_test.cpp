// Programs that are copied into their boxes: what they find there, and what becomes of a
// run when no copy comes about.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <poll.h>

#include "hostile/copied.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

class ZygotesTest : public CopiedTest {
 protected:
  void SetUp() override {
    if (!has_zygotes()) GTEST_SKIP() << "no zygote gets into a box of this back end";
    CopiedTest::SetUp();
  }
};

TEST_F(ZygotesTest, ACopyIsAProgramLikeAnyOther) {
  const auto result = run_copied(R"(
import os, sys
status = dict(line.split(':\t', 1) for line in open('/proc/self/status').read().splitlines())
print(os.getpid(), os.getppid(), os.getuid(), os.getgid(), os.getgroups(), os.getsid(0) == os.getpid())
print(status['CapEff'], status['CapBnd'], status['NoNewPrivs'], status['Seccomp'], status['Threads'])
print(os.getcwd(), sorted(os.environ), os.readlink('/proc/self/exe').startswith('/usr/bin/python'))
print(open('/proc/self/environ').read().rstrip('\0').split('\0'))
print([os.path.basename(p) for p in os.listdir('/proc') if p.isdigit()])
print(open('/proc/self/cgroup').read().count(':/\n') == open('/proc/self/cgroup').read().count('\n'))
)");
  EXPECT_EQ(result.stdout_text,
            "3 1 1000 1000 [] True\n"
            "0000000000000000 0000000000000000 1 2 1\n"
            "/work ['HOME', 'LC_CTYPE'] True\n"
            "['HOME=/work']\n"
            "['1', '3']\n"
            "True\n")
      << describe(result);
}

TEST_F(ZygotesTest, ItHasTheDescriptorsOfItsRunAndNoOthers) {
  BoxSpec spec = copied("import os\nos.write(4, b'captured')\nprint(sorted(os.listdir('/proc/self/fd')))\nprint(open(6).read(), open(0).read() == '')");
  spec.capture_fd = 4;
  spec.inputs.push_back({6, "for this program"});
  const auto result = run_copied(spec);
  EXPECT_EQ(result.captured, "captured");
  EXPECT_EQ(result.stdout_text, "['0', '1', '2', '3', '4', '6']\nfor this program True\n") << "3 is the listing's own\n" << describe(result);
}

TEST_F(ZygotesTest, ACopyFindsTheFilesOfItsSession) {
  const auto work = sandbox_->make_work_folder();
  ASSERT_TRUE(work) << work.error().message;
  run_copied("pass");
  for (int round = 0; round < 3; ++round) {
    BoxSpec spec = copied("import os\nopen('x', 'a').write('+')\nprint(open('x').read(), os.listdir('/tmp'))");
    spec.work = *work;
    const auto result = run(std::move(spec));
    EXPECT_TRUE(result.was_copy) << describe(result);
    EXPECT_EQ(result.stdout_text, std::string(static_cast<std::size_t>(round) + 1, '+') + " []\n") << describe(result);
    EXPECT_EQ(result.work_was_new, round == 0);
  }
}

TEST_F(ZygotesTest, WhatOneCopyDoesNoOtherSees) {
  for (int round = 0; round < 5; ++round) {
    const auto result = run_copied(R"(
import builtins, json, os
print(hasattr(builtins, 'left'), json.dumps(1), os.listdir('/work'), os.listdir('/tmp'), os.listdir('/dev/shm'))
builtins.left = 1
json.dumps = None
for folder in ('/work', '/tmp', '/dev/shm'): open(folder + '/left', 'w')
)", "import json");
    EXPECT_EQ(result.stdout_text, "False 1 [] [] []\n") << describe(result);
  }
}

TEST_F(ZygotesTest, EndsAsTheProgramEnds) {
  EXPECT_EQ(run_copied("import os; os._exit(7)").returncode, 7);
  const auto killed = run_copied("import os; os.kill(os.getpid(), 9)");
  EXPECT_EQ(killed.outcome, Outcome::signalled) << describe(killed);
  EXPECT_EQ(killed.signal, SIGKILL);
  EXPECT_EQ(run_copied("raise SystemExit(3)").returncode, 3);
}

TEST_F(ZygotesTest, TheLimitsOfItsBoxHold) {
  const auto eaten = run_copied("x = []\nwhile True: x.append(bytearray(1 << 20))");
  EXPECT_EQ(eaten.outcome, Outcome::oom) << describe(eaten);
  BoxSpec endless = copied("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\nwhile True: pass");
  endless.timeout_ms = 300;
  const auto result = run_copied(endless);
  EXPECT_EQ(result.outcome, Outcome::timeout) << describe(result);
  EXPECT_EQ(result.stdout_text, "up\n");
  const auto many = run_copied("import os\nn = 0\ntry:\n  while True:\n    if os.fork() == 0: os.pause() if hasattr(os, 'pause') else __import__('time').sleep(60)\n    n += 1\nexcept OSError as e: print(n < 64, e.errno)");
  EXPECT_EQ(many.stdout_text, "True 11\n") << describe(many);
}

TEST_F(ZygotesTest, APoliteEndReachesIt) {
  BoxSpec spec = copied("import signal, sys\nsignal.signal(signal.SIGTERM, lambda *a: (print('asked', flush=True), sys.exit(0)))\nprint('up', flush=True)\nsignal.pause()");
  spec.timeout_ms = 300;
  const auto result = run_copied(spec);
  EXPECT_EQ(result.stdout_text, "up\nasked\n") << describe(result);
  EXPECT_EQ(result.outcome, Outcome::timeout);
}

TEST_F(ZygotesTest, OrphansGoWithTheBox) {
  const auto result = run_copied("import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0: time.sleep(100)\n  os._exit(0)\nprint('done')");
  EXPECT_EQ(result.stdout_text, "done\n") << describe(result);
}

TEST_F(ZygotesTest, TheOutFolderTreesAndAppAreThoseOfTheRun) {
  BoxSpec spec = copied("import os\nopen('/out/file', 'w').write('x')\nprint(os.listdir('/app'), os.getcwd())");
  spec.has_out_folder = true;
  spec.app_root = COLLET_HOSTILE_PROGRAMS;
  const auto result = run_copied(spec);
  EXPECT_THAT(result.stdout_text, HasSubstr("'prelude.py'")) << describe(result);
  EXPECT_THAT(result.stdout_text, HasSubstr("] /app\n"));
  EXPECT_NE(result.out, nullptr);
}

TEST_F(ZygotesTest, ManyAtOnce) {
  run_copied("pass");
  std::vector<BoxSpec> specs(40, copied("print(sum(range(1000)))"));
  for (const auto& result : run_all(std::move(specs))) EXPECT_EQ(result.stdout_text, "499500\n") << describe(result);
}

TEST_F(ZygotesTest, TheRunsOfAZygoteThatWasKilledAreStartedAnew) {
  run_copied("pass");
  for (const pid_t pid : zygote_pids()) ASSERT_EQ(::kill(pid, SIGKILL), 0);
  std::vector<BoxSpec> specs(8, copied("print('ran')"));
  for (const auto& result : run_all(std::move(specs))) EXPECT_EQ(result.stdout_text, "ran\n") << describe(result);
}

TEST_F(ZygotesTest, AStoppedZygoteCostsItsRunsPatienceOnly) {
  settings_.warm_boxes_max = 0;
  restart_with(settings_);
  run_copied("pass");
  for (const pid_t pid : zygote_pids()) ASSERT_EQ(::kill(pid, SIGSTOP), 0);
  const auto result = run(copied("print('ran')"));
  EXPECT_FALSE(result.was_copy);
  EXPECT_EQ(result.stdout_text, "ran\n") << describe(result);
}

TEST_F(ZygotesTest, WhatCannotBeCopiedRunsAllTheSame) {
  // Ends before it reads; holds a pipe that copies would share; holds a folder.
  for (const char* preparation : {"import os, stat\nif stat.S_ISSOCK(os.fstat(3).st_mode): raise SystemExit(0)",
                                  "import os; pipe = os.pipe()", "import os; folder = os.open('/usr', os.O_RDONLY)"}) {
    for (int round = 0; round < 3; ++round) {
      const auto result = run(copied("print('ran')", preparation));
      EXPECT_EQ(result.stdout_text, "ran\n") << preparation << "\n" << describe(result);
      EXPECT_FALSE(result.was_copy) << preparation;
    }
  }
}

TEST_F(ZygotesTest, IsReplacedAfterSoManyCopies) {
  settings_.zygote_copies_max = 5;
  settings_.warm_boxes_max = 0;  // those that wait are copies too
  restart_with(settings_);
  run_copied("pass");
  const auto first = zygote_pids();
  ASSERT_EQ(first.size(), 1u);
  for (int i = 0; i < 200 && zygote_pids() == first; ++i) EXPECT_EQ(run(copied("print(1)")).stdout_text, "1\n");
  EXPECT_NE(zygote_pids(), first);
}

// At whatever moment: a box that is ended while the copy comes says so itself in odd ways.
TEST_F(ZygotesTest, OneThatIsCancelledMeanwhileIsCancelled) {
  settings_.warm_boxes_max = 0;
  restart_with(settings_);
  run_copied("pass");
  for (int i = 0; i < 40; ++i) {
    boost::asio::io_context io;
    base::CancelSource source;
    boost::asio::steady_timer timer(io, std::chrono::microseconds(100 * i));
    BoxResult result;
    timer.async_wait([&](boost::system::error_code) { source.cancel(Error{Errc::cancelled, "test"}); });
    sandbox_->run(io, copied("import time\ntime.sleep(30)"), nullptr, [&](BoxResult r) { result = std::move(r); }, source.token());
    io.run();
    EXPECT_EQ(result.outcome, Outcome::cancelled) << "after " << 100 * i << " us\n" << describe(result);
  }
}

TEST_F(ZygotesTest, NoneWhereNoneIsWanted) {
  settings_.zygotes_max = 0;
  restart_with(settings_);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(run(copied("pass")).was_copy);
  EXPECT_EQ(sandbox_->ready_zygotes(), 0u);
  EXPECT_THAT(zygote_pids(), testing::IsEmpty());
}

TEST_F(ZygotesTest, TheLeastUsedMakesRoomForAnother) {
  settings_.zygotes_max = 2;
  restart_with(settings_);
  for (const char* preparation : {"a = 1", "a = 2", "a = 3"}) run_copied("pass", preparation);
  EXPECT_LE(sandbox_->ready_zygotes(), 2u);
}

TEST_F(ZygotesTest, DiesWithItsLauncher) {
  run_copied("pass");
  ASSERT_FALSE(zygote_pids().empty());
  ASSERT_EQ(::kill(launcher_pid(), SIGKILL), 0);
  for (int i = 0; i < 10'000 && !zygote_pids().empty(); ++i) ::poll(nullptr, 0, 1);
  EXPECT_THAT(zygote_pids(), testing::IsEmpty());
  EXPECT_EQ(run(copied("print('ran')")).stdout_text, "ran\n") << "with a new launcher";
  sandbox_->drop_warm_boxes();
  wait_for_burials();
  before_ = host_state();
}

}  // namespace
}  // namespace collet::sandbox
