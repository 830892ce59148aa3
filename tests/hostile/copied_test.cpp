// Programs that run in a copy of an interpreter that waits: what holds for a box must
// hold for them. Classes 5, 7, 12, 13, 17, 18, 23, 24, 28, 37. The rows of the table run as
// copies in programs_test.cpp.
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "hostile/copied.hpp"

namespace collet::sandbox {
namespace {

class CopiedBoxTest : public CopiedTest {
 protected:
  void SetUp() override {
    if (!has_zygotes()) GTEST_SKIP() << "no zygote gets into a box of this back end";
    CopiedTest::SetUp();
  }
};

TEST_F(CopiedBoxTest, TheCallsThatAreForbiddenAreForbidden) { expect_contained(run_copied(as_copy(program("calls.py")))); }

TEST_F(CopiedBoxTest, NeitherTheZygoteNorTheHostCanBeHurt) {
  run_copied("pass");
  for (const pid_t zygote : zygote_pids()) expect_contained(run_copied(as_copy(program("kill.py", {std::to_string(zygote)}))));
  EXPECT_FALSE(zygote_pids().empty());
}

TEST_F(CopiedBoxTest, PrioritiesStay) { expect_contained(run_copied(as_copy(program("priority.py")))); }

TEST_F(CopiedBoxTest, TheNextCopyFindsNothing) {
  for (int round = 0; round < 3; ++round) {
    const std::string mark = "mark-" + std::to_string(round);
    expect_contained(run_copied(as_copy(program("scoped.py", {mark}))));
    expect_contained(run_copied(as_copy(program("residue.py", {mark}))));
  }
}

// Only what the interpreter has drawn already is the same in two copies, and it must say so.
TEST_F(CopiedBoxTest, RandomnessDiffers) {
  std::set<std::string> seen[2];
  for (int i = 0; i < 4; ++i) {
    std::istringstream fields(run_copied("import os, random\nprint(os.urandom(8).hex(), random.random())").stdout_text);
    for (auto& values : seen) {
      std::string value;
      fields >> value;
      EXPECT_TRUE(values.insert(value).second) << value;
    }
  }
}

TEST_F(CopiedBoxTest, BoxesOfOneTimeShareNoPort) {
  const std::string code = "import socket, time\ns = socket.socket()\ns.bind(('127.0.0.1', 8000))\ns.listen()\ntime.sleep(0.3)\n"
                           "socket.create_connection(('127.0.0.1', 8000))\nprint('ok')\n";
  run_copied("pass");
  for (const auto& result : run_all({copied(code), copied(code), copied(code)})) EXPECT_EQ(result.stdout_text, "ok\n") << describe(result);
}

// Of the zygote it keeps no more than an exec would have kept.
TEST_F(CopiedBoxTest, NothingLeadsBackToTheZygote) {
  const auto result = run_copied(R"(
import os
for path in ('/proc/1/mem', '/proc/1/environ', '/proc/1/root', '/proc/1/exe', '/proc/1/fd', '/proc/1/maps'):
    try:
        os.listdir(path) if path.endswith(('fd', 'root')) else open(path, 'rb').read(1)
        print('BAD', path)
    except OSError as error:
        print('ok ', path, error.errno)
for name in ('root', 'cwd'):
    print('ok ' if os.path.samefile('/proc/self/' + name, '/' if name == 'root' else '/work') else 'BAD', name)
print('BAD' if os.path.exists('/app/collet-fork-point.so') else 'ok ', 'library')
print('BAD' if 'LD_PRELOAD' in open('/proc/self/environ').read() else 'ok ', 'environment')
try:
    open('/proc/self/exe', 'r+b')
    print('BAD exe')
except OSError:
    print('ok  exe')
print('done')
)");
  expect_contained(result);
}

}  // namespace
}  // namespace collet::sandbox
