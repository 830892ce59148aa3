// Python programs as models write them, in real boxes through the real host.
#include <poll.h>

#include "box_fixture.hpp"

namespace collet::test {
namespace {

class PythonBox : public CodeExecBox {
 protected:
  PythonBox() : CodeExecBox("code_exec_python") {}
};

TEST_F(PythonBox, GivesTheValueOfALastBareExpression) {
  const Value json = result_of("import math\nx = 6\nprint('out')\nmath.factorial(x)");
  EXPECT_EQ(json["result"].string_or(""), "720") << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "out");
  EXPECT_FALSE(result_of("print(1)").has("result"));
  EXPECT_EQ(result_of("'caf\\u00e9 ' + chr(0x1F600)")["result"].string_or(""), "'café 😀'");
}

TEST_F(PythonBox, IsMainAsWithDashC) {
  const Value json = result_of("import sys\nprint(__name__, sys.argv, sys.path[0] == '', sys.stdin.read() == '')\n"
                               "print(sorted(n for n in globals() if not n.startswith('__')))");
  EXPECT_EQ(json["stdout"].string_or(""), "__main__ ['-c'] True True\n['sys']") << json.dump();
}

TEST_F(PythonBox, TracebacksShowTheLineAndNothingOfOurs) {
  const Value json = result_of("def f(x):\n    return 1 / x\n\nprint('before')\nf(0)\n");
  EXPECT_EQ(json["returncode"].as_int64(), 1) << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "before");
  const std::string err(json["stderr"].string_or(""));
  EXPECT_TRUE(err.starts_with("Traceback (most recent call last):\n  File \"<string>\", line 5, in <module>\n    f(0)\n")) << err;
  EXPECT_NE(err.find("    return 1 / x\n"), std::string::npos) << err;
  EXPECT_TRUE(err.ends_with("ZeroDivisionError: division by zero")) << err;
  EXPECT_EQ(err.find("collet"), std::string::npos) << err;
}

TEST_F(PythonBox, SyntaxErrorsAndExitCodesAreThePrograms) {
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

TEST_F(PythonBox, TheStandardLibraryWorks) {
  const Value json = result_of(
      "import json, re, statistics, datetime, decimal, random, itertools, collections, csv, io, sqlite3, hashlib, zoneinfo\n"
      "import subprocess, tempfile, threading, concurrent.futures as cf\n"
      "print(statistics.mean([1, 2, 6]), json.dumps({'a': [1]}), hashlib.sha256(b'x').hexdigest()[:6])\n"
      "with open('file.txt', 'w') as f: f.write('kept')\n"
      "print(open('file.txt').read(), zoneinfo.ZoneInfo('Europe/Berlin').key)\n"
      "print(list(cf.ThreadPoolExecutor(2).map(abs, [-1, -2])))\n");
  EXPECT_EQ(json["stdout"].string_or(""), "3 {\"a\": [1]} 2d7116\nkept Europe/Berlin\n[1, 2]") << json.dump();
}

TEST_F(PythonBox, NothingIsKeptAndNothingGetsOut) {
  EXPECT_EQ(result_of("open('/tmp/a', 'w').write('x'); open('b', 'w').write('y')")["returncode"].as_int64(), 0);
  const Value json = result_of("import os, socket\nprint(os.path.exists('/tmp/a'), os.path.exists('b'), sorted(os.environ))\n"
                               "try:\n    socket.create_connection(('1.1.1.1', 80), 1)\nexcept OSError as e:\n    print('no network')\n");
  const std::string out(json["stdout"].string_or(""));
  EXPECT_TRUE(out.starts_with("False False [")) << out;
  EXPECT_TRUE(out.ends_with("no network")) << out;
}

TEST_F(PythonBox, CancellingEndsTheBoxAtOnce) {
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

// The interpreter is left without taking itself apart.
TEST_F(PythonBox, WhatBelongsToTheEndOfAProgramHappens) {
  EXPECT_EQ(output_of("import atexit\natexit.register(print, 'last')\nprint('first')"), "first\nlast");
  EXPECT_EQ(output_of("import threading, time\ndef work():\n    time.sleep(0.1)\n    print('thread')\nthreading.Thread(target=work).start()\nprint('main')"),
            "main\nthread");
  EXPECT_EQ(output_of("import sys\nsys.stdout = open(1, 'w', buffering=65536, closefd=False)\nprint('buffered')"), "buffered");
  EXPECT_EQ(result_of("import logging\nlogging.warning('w')\nimport os\nos.close(1)")["returncode"].as_int64(), 0);
  EXPECT_EQ(result_of("import atexit\natexit.register(lambda: 1 / 0)")["returncode"].as_int64(), 0);
  EXPECT_EQ(result_of("import sys\nsys.exit(7)")["returncode"].as_int64(), 7);
}

TEST_F(PythonBox, AFileThatWasNotClosedIsWrittenOut) {
  const Value report = result_of("f = open('/out/x', 'w')\nf.write('kept')");
  EXPECT_EQ(report["artifacts"].at(0)["bytes"].as_int64(), 4) << report.dump();
}

TEST_F(PythonBox, AValueWithoutAReprIsNoFailure) {
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

TEST_F(PythonBox, ALongValueIsCutAloudAndBetweenCharacters) {
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

class ColdPythonBox : public CodeExecBox {
 protected:
  ColdPythonBox() : CodeExecBox("code_exec_python", COLLET_TEST_STATE, R"({"warm": {"python": false}})") {}
  /// Ruby's, for which boxes do wait: whoever starts them ahead is at work.
  bool a_box_waits() {
    plugin::CallFacts facts;
    facts.size = "standard-1x";
    facts.timeout_ms = 20'000;
    for (int i = 0; i < 20'000 && box().warm_boxes() == 0; ++i) {
      if (i % 1'000 == 0) call("code_exec_ruby", with_code("1"), facts);
      ::poll(nullptr, 0, 1);
    }
    return box().warm_boxes() > 0;
  }
};

TEST_F(ColdPythonBox, NoBoxIsStartedAheadForIt) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(output_of("print(6 * 7)"), "42");
  EXPECT_EQ(box().warm_boxes(), 0u);
  ASSERT_TRUE(a_box_waits());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(output_of("print(6 * 7)"), "42");
    EXPECT_EQ(box().warm_boxes(), 1u) << "Ruby's alone";
  }
}

}  // namespace
}  // namespace collet::test
