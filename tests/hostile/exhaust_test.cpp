// Using up what the host has. Classes 1, 2, 3, 19, 20, 24, 25, 30, 37.
#include <cstdio>
#include <fstream>
#include <ostream>

#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <sys/statvfs.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;

class ExhaustTest : public BoxTest {};

std::uint64_t free_bytes() {
  struct statvfs root{};
  ::statvfs("/", &root);
  return std::uint64_t{root.f_bavail} * root.f_frsize;
}

TEST_F(ExhaustTest, AForkBombStopsAtTheLimitAndIsGoneSoon) {
  for (const char* bomb : {"import os\nwhile True:\n  try: os.fork()\n  except OSError: pass\n",
                           "import subprocess\nwhile True:\n  try: subprocess.Popen(['/bin/sh', '-c', '$0 & $0 & wait', '/bin/sh'])\n  except OSError: pass\n",
                           "import threading, time\ndef spin(): time.sleep(60)\nwhile True:\n  try: threading.Thread(target=spin).start()\n  except RuntimeError: pass\n"}) {
    BoxSpec spec = python(bomb);
    spec.timeout_ms = 1'000;
    const auto started = std::chrono::steady_clock::now();
    const auto result = run(std::move(spec));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    EXPECT_EQ(result.outcome, Outcome::timeout) << bomb << describe(result);
    EXPECT_LT(took.count(), 2.5) << bomb;
  }
}

struct MemoryBomb {
  const char* name;
  const char* code;
};
void PrintTo(const MemoryBomb& bomb, std::ostream* out) { *out << bomb.name; }

class MemoryBombTest : public BoxTest, public testing::WithParamInterface<MemoryBomb> {};

TEST_P(MemoryBombTest, EndsAsOutOfMemory) {
  BoxSpec spec = python(GetParam().code);
  spec.size.memory_bytes = 64 << 20;
  spec.size.disk_bytes = 1 << 30;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::oom) << describe(result);
  EXPECT_LT(result.wall_us, 15'000'000u);
}

INSTANTIATE_TEST_SUITE_P(Bombs, MemoryBombTest, testing::Values(
    MemoryBomb{"Heap", "x = []\nwhile True: x.append(b'x' * (1 << 20))\n"},
    MemoryBomb{"ManyProcesses", "import os, time\nfor i in range(40):\n  if os.fork() == 0:\n    x = b'x' * (8 << 20); time.sleep(60)\ntime.sleep(60)\n"},
    MemoryBomb{"Tmpfs", "f = open('/tmp/x', 'wb')\nwhile True: f.write(bytes(1 << 20))\n"},
    MemoryBomb{"SharedMemory", "import mmap\nx = []\nwhile True:\n  m = mmap.mmap(-1, 4 << 20)\n  m.write(b'x' * (4 << 20)); x.append(m)\n"},
    MemoryBomb{"MemoryFiles", "import os\nx = []\nwhile True:\n  fd = os.memfd_create('x'); os.write(fd, bytes(1 << 20)); x.append(fd)\n"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ExhaustTest, BuffersInTheKernelCountAsWell) {
  // Pipes and sockets hoard at most what the limit on descriptors lets them.
  BoxSpec spec = python("import os, socket, fcntl\nheld = 0\nkeep = []\ntry:\n  while True:\n"
                        "    a, b = socket.socketpair(); a.setblocking(False); keep += [a, b]\n"
                        "    try:\n      while True: held += a.send(bytes(65536))\n    except BlockingIOError: pass\n"
                        "except OSError as e: print('ended', e.errno, held)\n");
  spec.size.memory_bytes = 64 << 20;
  const auto result = run(std::move(spec));
  EXPECT_TRUE(result.outcome == Outcome::oom || result.stdout_text.starts_with("ended 24")) << describe(result);
}

TEST_F(ExhaustTest, DiskHasALimitOfBytesAndOfInodes) {
  const auto before = free_bytes();
  BoxSpec spec = program("disk.py", {std::to_string(32 << 20)});
  spec.size.memory_bytes = 512 << 20;
  spec.timeout_ms = 60'000;
  const auto result = run(std::move(spec));
  expect_contained(result);
  EXPECT_GT(free_bytes() + (64 << 20), before) << "the host's disk was written";
}

TEST_F(ExhaustTest, AGigabyteOfOutputIsReadButNotKept) {
  settings_.output_bytes_max = 4ll << 30;
  start(settings_);
  before_ = host_state();
  const auto result = run(shell("head -c 1073741824 /dev/zero | tr '\\0' x; echo; echo end"));
  EXPECT_EQ(result.outcome, Outcome::exited) << result.message;
  EXPECT_TRUE(result.stdout_text.ends_with("x\nend\n"));
  EXPECT_LT(result.stdout_text.size(), 70'000u);
  EXPECT_GT(result.stdout_omitted_bytes, 1'073'000'000u);
}

TEST_F(ExhaustTest, EndlessOutputEndsAtItsLimitAndSaysSo) {
  for (const char* flood : {"yes", "while :; do echo o; echo e >&2; done", "cat /dev/zero >&2"}) {
    BoxSpec spec = shell(flood);
    settings_.output_bytes_max = 2 << 20;
    start(settings_);
    const auto result = run(std::move(spec));
    EXPECT_EQ(result.outcome, Outcome::output_limit) << flood << describe(result);
    EXPECT_THAT(result.message, HasSubstr("sandbox.output_bytes_max"));
    EXPECT_EQ(result.returncode, -9);
  }
  before_ = host_state();
}

TEST_F(ExhaustTest, OutputWithoutEndOfLineOrSense) {
  const auto result = run(python("import sys\nsys.stdout.buffer.write(bytes(range(256)) * 100 + b'\\x1b]0;title\\x07\\xe2\\x82')\n"));
  EXPECT_EQ(result.outcome, Outcome::exited) << result.message;
  EXPECT_EQ(result.stdout_text.find('\0'), std::string::npos);
  EXPECT_TRUE(result.stdout_text.ends_with("\xEF\xBF\xBD"));
}

TEST_F(ExhaustTest, LimitsOnIpcHold) {
  BoxSpec spec = program("ipc.py");
  expect_contained(run(std::move(spec)));
}

TEST_F(ExhaustTest, SpinningThreadsGetTheirShareOnly) {
  BoxSpec spec = python("import threading\ndef spin():\n  while True: pass\nfor i in range(20): threading.Thread(target=spin).start()\n");
  spec.timeout_ms = 1'500;
  spec.size.cpu_cores = 0.5;
  const auto result = run(std::move(spec));
  EXPECT_EQ(result.outcome, Outcome::timeout) << describe(result);
  EXPECT_LT(result.cpu_us, 1'300'000u) << "half a core for one and a half seconds, and a grace";
}

TEST_F(ExhaustTest, StrangeSourcesRunOrFailCleanly) {
  struct Case {
    std::string code;
    int returncode;
  };
  const Case cases[] = {
    {"", 0},
    {"x = '" + std::string(2 << 20, 'y') + "'\nprint(len(x))\n", 0},
    {std::string("\xEF\xBB\xBF") + "print(1)\r\nprint(2)\r\n", 0},
    {std::string("print(1)\0print(2)", 17), 0},
    {std::string(100'000, '(') + std::string(100'000, ')'), 1},
    {"# coding: nonsense\nprint(1)", 1},
  };
  for (const auto& one : cases) {
    const auto result = run(python(one.code));
    EXPECT_EQ(result.outcome, Outcome::exited) << one.code.substr(0, 40) << describe(result);
    EXPECT_EQ(result.returncode, one.returncode) << one.code.substr(0, 40) << describe(result);
  }
}

// From the cancel to the result, which comes when the last process is gone.
struct Crowd {
  const char* name;
  const char* code;
};
void PrintTo(const Crowd& crowd, std::ostream* out) { *out << crowd.name; }

class CrowdTest : public BoxTest, public testing::WithParamInterface<Crowd> {};

TEST_P(CrowdTest, IsGoneSoonAfterTheCancel) {
  std::string times;
  for (int round = 0; round < 3; ++round) {
    boost::asio::io_context io;
    base::CancelSource source;
    BoxResult result;
    BoxSpec spec = python(GetParam().code);
    spec.size.pids_max = 128;
    spec.size.cpu_cores = 1;
    std::chrono::steady_clock::time_point cancelled;
    boost::asio::steady_timer timer(io);
    sandbox_->run(io, std::move(spec), [&](int, std::string_view) {
      timer.expires_after(std::chrono::milliseconds(200));
      timer.async_wait([&](boost::system::error_code) {
        cancelled = std::chrono::steady_clock::now();
        source.cancel(Error{Errc::cancelled, "enough"});
      });
    }, [&](BoxResult r) { result = std::move(r); }, source.token());
    io.run();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - cancelled;
    EXPECT_EQ(result.outcome, Outcome::cancelled) << describe(result);
    EXPECT_LT(took.count(), 500);
    times += std::to_string(took.count()) + " ";
  }
  RecordProperty("cancel_to_result_ms", times);
  std::printf("cancel to result: %s ms\n", times.c_str());
}

INSTANTIATE_TEST_SUITE_P(Crowds, CrowdTest, testing::Values(
    Crowd{"Spinners", "import os\nfor i in range(100):\n  if os.fork() == 0:\n    while True: pass\nprint('up', flush=True)\nwhile True: pass\n"},
    Crowd{"DeafSpinners", "import os, signal\nfor n in range(1, 65):\n  try: signal.signal(n, signal.SIG_IGN)\n  except (OSError, ValueError): pass\n"
                          "for i in range(100):\n  if os.fork() == 0:\n    os.setsid()\n    while True: pass\nprint('up', flush=True)\nwhile True: pass\n"},
    Crowd{"ForkBomb", "import os\nprint('up', flush=True)\nwhile True:\n  try: os.fork()\n  except OSError: pass\n"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ExhaustTest, NobodyTakesTheReapersPriority) {
  expect_contained(run(program("priority.py")));
}

}  // namespace
}  // namespace collet::sandbox
