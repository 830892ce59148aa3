// Python programs as models write them, in real boxes through the real host.
#include <unistd.h>

#include "collet/abi.h"
#include "kernel/plugin/host_fixture.hpp"

namespace collet::test {
namespace {

/// The launcher is forked before the fixture starts its thread.
struct Boxes {
  Boxes() {
    config::SandboxSettings settings;
    settings.uid_base = 1'000'000 + std::int64_t{::getpid()} * 128;
    settings.boxes_max = 8;
    box_ = sandbox::Sandbox::start(settings);
  }
  std::unique_ptr<sandbox::Sandbox> box_;
};

class CodeExecBox : private Boxes, public PluginHostTest {
 protected:
  CodeExecBox() {
    settings_.sizes["standard-1x"] = config::SizeSettings{};
    load(COLLET_CODE_EXEC_FOLDER);
  }
  ~CodeExecBox() override {
    host_->shutdown();
    settle();
  }
  sandbox::Sandbox& box() override { return *box_; }
  void SetUp() override { ASSERT_EQ(box_->unavailable_reason(), ""); }

  static std::string with_code(std::string_view code) { return json::object({{"code", code}}).dump(); }
  plugin::CallOutcome run(std::string_view code, std::int64_t timeout_ms = 20'000) {
    plugin::CallFacts facts;
    facts.size = "standard-1x";
    facts.timeout_ms = timeout_ms;
    return call("code_exec_python", with_code(code), facts);
  }
  static Value result(const plugin::CallOutcome& outcome) {
    if (outcome.contents.empty()) {
      ADD_FAILURE() << show(outcome);
      return {};
    }
    return Value::parse(outcome.contents[0].data).value_or(Value());
  }
  Value result_of(std::string_view code) { return result(run(code)); }
};

TEST_F(CodeExecBox, RunsAndPrints) {
  const Value json = result_of("a, b = 0, 1\nfor _ in range(10):\n    print(a, end=' ')\n    a, b = b, a + b\n");
  EXPECT_EQ(json["stdout"].string_or(""), "0 1 1 2 3 5 8 13 21 34") << json.dump();
  EXPECT_EQ(json["returncode"].as_int64(), 0);
  EXPECT_EQ(json["status"].string_or(""), "ok");
}

TEST_F(CodeExecBox, GivesTheValueOfALastBareExpression) {
  const Value json = result_of("import math\nx = 6\nprint('out')\nmath.factorial(x)");
  EXPECT_EQ(json["result"].string_or(""), "720") << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "out");
  EXPECT_FALSE(result_of("print(1)").has("result"));
  EXPECT_EQ(result_of("'caf\\u00e9 ' + chr(0x1F600)")["result"].string_or(""), "'café 😀'");
}

TEST_F(CodeExecBox, IsMainAsWithDashC) {
  const Value json = result_of("import sys\nprint(__name__, sys.argv, sys.path[0] == '', sys.stdin.read() == '')\n"
                               "print(sorted(n for n in globals() if not n.startswith('__')))");
  EXPECT_EQ(json["stdout"].string_or(""), "__main__ ['-c'] True True\n['sys']") << json.dump();
}

TEST_F(CodeExecBox, TracebacksShowTheLineAndNothingOfOurs) {
  const Value json = result_of("def f(x):\n    return 1 / x\n\nprint('before')\nf(0)\n");
  EXPECT_EQ(json["returncode"].as_int64(), 1) << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "before");
  const std::string err(json["stderr"].string_or(""));
  EXPECT_TRUE(err.starts_with("Traceback (most recent call last):\n  File \"<string>\", line 5, in <module>\n    f(0)\n")) << err;
  EXPECT_NE(err.find("    return 1 / x\n"), std::string::npos) << err;
  EXPECT_TRUE(err.ends_with("ZeroDivisionError: division by zero")) << err;
  EXPECT_EQ(err.find("collet"), std::string::npos) << err;
}

TEST_F(CodeExecBox, SyntaxErrorsAndExitCodesAreThePrograms) {
  const Value syntax = result_of("print('x'\n");
  EXPECT_EQ(syntax["returncode"].as_int64(), 1);
  EXPECT_NE(syntax["stderr"].string_or("").find("SyntaxError"), std::string_view::npos) << syntax.dump();
  EXPECT_EQ(result_of("import sys; sys.exit(7)")["returncode"].as_int64(), 7);
  EXPECT_EQ(result_of("exit(3)")["returncode"].as_int64(), 3);
  const Value text = result_of("raise SystemExit('bye')");
  EXPECT_EQ(text["returncode"].as_int64(), 1);
  EXPECT_EQ(text["stderr"].string_or(""), "bye");
  const Value killed = result_of("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)");
  EXPECT_EQ(killed["returncode"].as_int64(), -11) << killed.dump();
  EXPECT_EQ(killed["status"].string_or(""), "killed") << killed.dump();
  EXPECT_EQ(killed["signal"].as_int64(), 11) << killed.dump();
}

TEST_F(CodeExecBox, TheStandardLibraryWorks) {
  const Value json = result_of(
      "import json, re, statistics, datetime, decimal, random, itertools, collections, csv, io, sqlite3, hashlib, zoneinfo\n"
      "import subprocess, tempfile, threading, concurrent.futures as cf\n"
      "print(statistics.mean([1, 2, 6]), json.dumps({'a': [1]}), hashlib.sha256(b'x').hexdigest()[:6])\n"
      "with open('file.txt', 'w') as f: f.write('kept')\n"
      "print(open('file.txt').read(), zoneinfo.ZoneInfo('Europe/Berlin').key)\n"
      "print(list(cf.ThreadPoolExecutor(2).map(abs, [-1, -2])))\n");
  EXPECT_EQ(json["stdout"].string_or(""), "3 {\"a\": [1]} 2d7116\nkept Europe/Berlin\n[1, 2]") << json.dump();
}

TEST_F(CodeExecBox, TimeIsUpWithPartialOutput) {
  const auto outcome = run("print('so far')\nimport time\nwhile True: time.sleep(0.01)\n", 600);
  const Value json = result(outcome);
  EXPECT_TRUE(outcome.is_error);
  EXPECT_EQ(json["returncode"].as_int64(), -2) << json.dump();
  EXPECT_EQ(json["status"].string_or(""), "timeout") << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "so far") << json.dump();
  EXPECT_LT(outcome.duration_us, 600'000 + 450'000);
}

TEST_F(CodeExecBox, MemoryIsUp) {
  const auto outcome = run("x = []\nwhile True: x.append(bytearray(16 << 20))\n");
  const Value json = result(outcome);
  // Either the box is ended for it, or the allocator says no first.
  const bool oom = json["status"].string_or("") == "oom" && outcome.is_error;
  const bool memory_error = json["stderr"].string_or("").find("MemoryError") != std::string_view::npos;
  EXPECT_TRUE(oom || memory_error) << json.dump();
}

TEST_F(CodeExecBox, NothingIsKeptAndNothingGetsOut) {
  EXPECT_EQ(result_of("open('/tmp/a', 'w').write('x'); open('b', 'w').write('y')")["returncode"].as_int64(), 0);
  const Value json = result_of("import os, socket\nprint(os.path.exists('/tmp/a'), os.path.exists('b'), sorted(os.environ))\n"
                               "try:\n    socket.create_connection(('1.1.1.1', 80), 1)\nexcept OSError as e:\n    print('no network')\n");
  const std::string out(json["stdout"].string_or(""));
  EXPECT_TRUE(out.starts_with("False False [")) << out;
  EXPECT_TRUE(out.ends_with("no network")) << out;
}

TEST_F(CodeExecBox, CancellingEndsTheBoxAtOnce) {
  plugin::CallFacts facts;
  facts.size = "standard-1x";
  Pending pending = start("code_exec_python", with_code("print('up', flush=True)\nimport time\ntime.sleep(60)"), facts);
  ASSERT_EQ(pending.first_progress.wait_for(kPatience), std::future_status::ready);
  pending.call->cancel({Errc::cancelled, "the client went away"});
  EXPECT_EQ(show(wait(pending)), "isError [cancelled: the client went away]");
  const auto began = std::chrono::steady_clock::now();
  host_->shutdown();  // waits for the plugin's own end of the call, so for the box's
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1500));
  EXPECT_TRUE(pending.progress->at(0).text.starts_with("up"));
}

TEST_F(CodeExecBox, BigProgramsAndBigOutput) {
  const std::string code = "x = '" + std::string(1 << 20, 'a') + "'\nprint(len(x))\n";
  EXPECT_EQ(result_of(code)["stdout"].string_or(""), "1048576");
  const Value json = result_of("print('b' * 300000)");
  EXPECT_EQ(json["truncated"].as_bool(), true) << json["stdout"].string_or("").size();
}

TEST_F(CodeExecBox, AValueWithoutAReprIsNoFailure) {
  for (const char* code : {"print('ran')\n2**100000", "print('ran')\nclass A:\n    def __repr__(self): raise KeyError('x')\nA()",
                           "print('ran')\nclass A:\n    def __repr__(self): return 7\nA()",
                           "print('ran')\nx = []\nfor i in range(100000): x = [x]\nx"}) {
    const Value json = result_of(code);
    EXPECT_EQ(json["returncode"].as_int64(), 0) << code << json.dump();
    EXPECT_EQ(json["stdout"].string_or(""), "ran") << code;
    EXPECT_EQ(json["stderr"].string_or("-"), "") << code;
    EXPECT_FALSE(json.has("result")) << code;
  }
}

TEST_F(CodeExecBox, ALongValueIsCutAloudAndBetweenCharacters) {
  const Value whole = result_of("'x' * 60000");
  EXPECT_EQ(whole["result"].string_or("").size(), 60002u);
  EXPECT_EQ(whole["truncated"].as_bool(), false);
  for (const char* code : {"chr(0x20AC) * 30000", "'a' + chr(0x20AC) * 30000", "'aa' + chr(0x20AC) * 30000", "chr(0x1F600) * 30000"}) {
    const Value json = result_of(code);
    const std::string value(json["result"].string_or(""));
    EXPECT_EQ(json["truncated"].as_bool(), true) << code;
    EXPECT_TRUE(value.ends_with(" bytes omitted]\n")) << value.substr(value.size() - 40);
    EXPECT_EQ(value.find("\xEF\xBF\xBD"), std::string::npos) << code << ": a broken character";
    EXPECT_GT(value.size(), 65'400u);
    EXPECT_LT(value.size(), 65'600u);
  }
}

}  // namespace
}  // namespace collet::test
