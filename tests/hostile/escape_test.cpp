// Calls and tricks that lead out of boxes. Classes 11 to 18, 23, 29.
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

class EscapeTest : public BoxTest {};

TEST_F(EscapeTest, DangerousCallsAreRefused) {
#ifndef __x86_64__
  GTEST_FAIL() << "calls.py knows the numbers of x86-64 only";
#endif
  expect_contained(run(program("calls.py")));
}

TEST_F(EscapeTest, ForeignArchitecturesAreDeadly) {
  for (const char* way : {"x32", "i386"}) {
    const auto result = run(program("foreign.py", {way}));
    EXPECT_EQ(result.outcome, Outcome::signalled) << way << describe(result);
    EXPECT_EQ(result.signal, SIGSYS) << way << describe(result);
    EXPECT_EQ(result.stdout_text, "about to\n") << way;
  }
}

TEST_F(EscapeTest, SignalsStayInside) {
  const pid_t bystander = ::fork();
  if (bystander == 0) {
    ::pause();
    ::_exit(0);
  }
  expect_contained(run(program("kill.py", {std::to_string(bystander)})));
  EXPECT_EQ(::kill(bystander, 0), 0) << "a process of the host was hurt";
  ::kill(bystander, SIGKILL);
  ::waitpid(bystander, nullptr, 0);
}

TEST_F(EscapeTest, EveryWayToEndIsToldAsItWas) {
  struct Case {
    const char* code;
    Outcome outcome;
    int returncode;
  };
  const Case cases[] = {
    {"import os; os._exit(3)", Outcome::exited, 3},
    {"import sys; sys.exit('text')", Outcome::exited, 1},
    {"import ctypes; ctypes.string_at(0)", Outcome::signalled, -11},
    {"import os; os.abort()", Outcome::signalled, -6},
    {"import threading, sys; threading.Thread(target=sys.exit).start()", Outcome::exited, 0},
    {"import sys; sys.stdout = None; print(1)", Outcome::exited, 0},
    {"import os\nfor fd in range(3): os.close(fd)\n", Outcome::exited, 0},
    {"import os; os.closerange(0, 300); os._exit(4)", Outcome::exited, 4},
    {"import os, signal; os.kill(os.getpid(), signal.SIGSYS)", Outcome::signalled, -31},
  };
  for (const auto& one : cases) {
    const auto result = run(python(one.code));
    EXPECT_EQ(result.outcome, one.outcome) << one.code << "\n" << describe(result);
    EXPECT_EQ(result.returncode, one.returncode) << one.code << "\n" << describe(result);
  }
  EXPECT_EQ(run(shell("echo fine")).stdout_text, "fine\n");
}

TEST_F(EscapeTest, LinksInTheBoxLeadNowhere) {
  // A link to the host, made in the box, is the box's own file.
  const auto result = run(shell("ln -s / root; ln -s /proc/1/root up; ls root; ls up; ls /proc/1/root/; ls /proc/self/root/etc"));
  EXPECT_EQ(result.stdout_text.find("boot"), std::string::npos) << describe(result);
  EXPECT_EQ(result.stdout_text.find("shadow"), std::string::npos) << describe(result);
}

}  // namespace
}  // namespace collet::sandbox
