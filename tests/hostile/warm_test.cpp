// Boxes that wait: nothing of one run may reach another through them, and nothing of
// what a box does while it waits may count for a run. Classes 22, 27, 28, 29.
#include <filesystem>
#include <sstream>

#include <gmock/gmock.h>
#include <poll.h>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

class WarmTest : public BoxTest {
 protected:
  void TearDown() override {
    sandbox_->drop_warm_boxes();
    BoxTest::TearDown();
  }

  /// A Python that has prepared itself and waits for its code.
  static BoxSpec waiting(const std::string& code, const std::string& preparation = "import random, json") {
    BoxSpec spec = python("");
    spec.argv = {"/usr/bin/python3", "-I", "-S", "-c", preparation + "\nexec(compile(open(3).read(), 'x', 'exec'))"};
    spec.inputs = {{3, code, true}};
    spec.has_out_folder = false;
    return spec;
  }
  static BoxSpec waiting_program(const std::string& name, const std::string& argument) {
    const std::string code = program(name).inputs.at(0).data;
    return waiting("import sys\nsys.argv = ['x', '" + argument + "']\n" + code);
  }
  bool waits_for(std::size_t count) const {
    for (int i = 0; i < 10'000 && sandbox_->warm_boxes() < count; ++i) ::poll(nullptr, 0, 1);
    return sandbox_->warm_boxes() >= count;
  }
  /// Runs it in a box that has waited.
  BoxResult run_warm(const BoxSpec& spec) {
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(waits_for(1));
      auto result = run(spec);
      if (result.was_warm) return result;
    }
    ADD_FAILURE() << "no box was warm";
    return {};
  }
};

TEST_F(WarmTest, ARunLeavesNothingForTheNext) {
  run(waiting("pass"));
  for (int round = 0; round < 5; ++round) {
    const std::string mark = "mark-" + std::to_string(round);
    expect_contained(run_warm(waiting_program("scoped.py", mark)));
    expect_contained(run_warm(waiting_program("residue.py", mark)));
  }
}

TEST_F(WarmTest, WhatARunDoesToItsInterpreterIsNotSeenAgain) {
  run(waiting("pass"));
  for (const char* poison : {"import json; json.loads = lambda *_: 'BAD'; import random; random.random = lambda: 'BAD'",
                             "import builtins; builtins.open = None; builtins.print = lambda *_: None",
                             "import sys; sys.modules['json'] = None; sys.path[:] = ['/tmp']; sys.setrecursionlimit(50)",
                             "import os; os.environ['X'] = 'BAD'; os.umask(0o777); os.chdir('/tmp'); os.nice(19)",
                             "import sys; sys.settrace(lambda *_: None); sys.stdout = None; import gc; gc.disable()",
                             "open('/tmp/json.py', 'w').write('BAD'); open('/work/random.py', 'w').write('BAD')",
                             "import os; os.kill(os.getppid(), 9); os.kill(-1, 9)", "import os; os._exit(9)"}) {
    run_warm(waiting(poison));
    const auto result = run_warm(waiting("import json, random, os, sys\nprint(json.loads('[1]'), 0 <= random.random() < 1, os.environ.get('X'), os.getcwd(), os.nice(0), sys.getrecursionlimit(), os.listdir('/tmp'))"));
    EXPECT_EQ(result.stdout_text, "[1] True None /work 0 1000 []\n") << poison << describe(result);
  }
}

TEST_F(WarmTest, RandomnessAndLayoutDiffer) {
  run(waiting("pass"));
  std::set<std::string> seen[5];
  constexpr int kRounds = 12;
  for (int i = 0; i < kRounds; ++i) {
    std::istringstream fields(run_warm(waiting("import os\nprint(os.urandom(8).hex(), random.random(), hash('a'), id(object()), open('/proc/self/auxv', 'rb').read().hex()[-300:])")).stdout_text);
    for (auto& set : seen) {
      std::string field;
      fields >> field;
      set.insert(field);
    }
  }
  for (const auto& set : seen) EXPECT_EQ(set.size(), std::size_t{kRounds});
}

TEST_F(WarmTest, EachRunGetsItsOwnInputAndSeesNoOther) {
  const auto spec_of = [](int i) {
    return waiting("secret = 'secret-" + std::to_string(i) + "'\nimport os, time\ntime.sleep(0.05)\n"
                   "print(secret, [p for p in os.listdir('/proc') if p.isdigit() and int(p) > 2], os.listdir('/tmp'))\n"
                   "open('/tmp/' + secret, 'w').write(secret)\n");
  };
  for (int round = 0; round < 4; ++round) {
    std::vector<BoxSpec> specs;
    for (int i = 0; i < 8; ++i) specs.push_back(spec_of(round * 8 + i));
    const auto results = run_all(std::move(specs));
    for (int i = 0; i < 8; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].stdout_text, "secret-" + std::to_string(round * 8 + i) + " [] []\n");
  }
}

TEST_F(WarmTest, ABoxThatWaitsIsOutOfARunsReach) {
  run_all({waiting("import time; time.sleep(0.1)"), waiting("import time; time.sleep(0.1)"), waiting("import time; time.sleep(0.1)")});
  ASSERT_TRUE(waits_for(3));
  const auto before = sandbox_->warm_boxes();
  expect_contained(run(program("kill.py", {std::to_string(::getpid())})));
  const auto result = run(shell("kill -9 -1; ls /proc | grep -c '^[0-9]'; cat /proc/net/unix | wc -l"));
  EXPECT_EQ(sandbox_->warm_boxes(), before) << describe(result);
}

TEST_F(WarmTest, BoxesThatWaitTakeNoPlaceOfARun) {
  settings_.boxes_max = 1;
  settings_.warm_boxes_max = 2;
  start(settings_);
  before_ = host_state();
  run(waiting("pass"));
  run(waiting("pass", "import os"));
  ASSERT_TRUE(waits_for(2));
  for (int i = 0; i < 3; ++i) {
    const auto result = run(shell("echo fine"));
    EXPECT_EQ(result.stdout_text, "fine\n") << describe(result);
  }
}

TEST_F(WarmTest, DescriptorsOfABoxThatWaitedAreAsOfAnyOther) {
  run(waiting("pass"));
  const auto result = run_warm(waiting("import os\nprint(sorted((int(f), os.readlink('/proc/self/fd/' + f).split(':')[0]) for f in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + f)))"));
  EXPECT_EQ(result.stdout_text, "[(0, '/dev/null'), (1, 'pipe'), (2, 'pipe')]\n") << describe(result);
}

TEST_F(WarmTest, EndsOfEveryKindAreToldAsTheyWere) {
  struct Case {
    const char* code;
    Outcome outcome;
    int returncode;
  };
  for (const auto& one : {Case{"import os; os._exit(3)", Outcome::exited, 3}, Case{"import os; os.abort()", Outcome::signalled, -6},
                          Case{"import os, signal; os.kill(os.getpid(), 9)", Outcome::signalled, -9},
                          Case{"import sys; sys.exit('x')", Outcome::exited, 1}, Case{"(", Outcome::exited, 1}, Case{"", Outcome::exited, 0},
                          Case{"import os\nfor fd in range(10):\n  try: os.close(fd)\n  except OSError: pass\nos._exit(4)", Outcome::exited, 4},
                          Case{"x = []\nwhile True: x.append(b'x' * (1 << 20))", Outcome::oom, -9}}) {
    BoxSpec spec = waiting(one.code);
    spec.size.memory_bytes = 64 << 20;
    run(spec);
    const auto result = run_warm(spec);
    EXPECT_EQ(result.outcome, one.outcome) << one.code << describe(result);
    EXPECT_EQ(result.returncode, one.returncode) << one.code << describe(result);
  }
}

TEST_F(WarmTest, DaemonsOfAWarmRunAreDeadWhenItsResultComes) {
  run(waiting("pass"));
  for (int i = 0; i < 3; ++i) {
    const auto result = run_warm(waiting("import os, time\nfor i in range(20):\n  if os.fork() == 0: os.setsid(); time.sleep(60); open('/tmp/late', 'w')\nprint('made')\n"));
    EXPECT_EQ(result.stdout_text, "made\n") << describe(result);
    EXPECT_EQ(run_warm(waiting("import os\nprint(os.listdir('/tmp'))")).stdout_text, "[]\n");
  }
}

// The preparation is a plugin's and no stranger's; it may be broken all the same.
TEST_F(WarmTest, WhatGoesWrongWhileABoxWaitsIsNoRunsResult) {
  for (const char* preparation : {"import os; os._exit(3)", "import os; os.abort()", "while True: pass", "x = []\nwhile True: x.append(b'x' * (1 << 20))",
                                  "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", "while True: print('x' * 10000)"}) {
    BoxSpec spec = waiting("print('run')", preparation);
    spec.size.memory_bytes = 64 << 20;
    spec.size.cpu_cores = 0.5;
    spec.timeout_ms = 400;
    for (int i = 0; i < 3; ++i) {
      const auto result = run(spec);
      EXPECT_NE(result.outcome, Outcome::unavailable) << preparation << describe(result);
      EXPECT_NE(result.outcome, Outcome::failed) << preparation << describe(result);
      EXPECT_THAT(result.stdout_text, Not(HasSubstr("run"))) << preparation;
    }
    sandbox_->drop_warm_boxes();
    EXPECT_EQ(run(python("print('fine')")).stdout_text, "fine\n") << preparation;
  }
}

}  // namespace
}  // namespace collet::sandbox
