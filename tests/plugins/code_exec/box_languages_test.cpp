// What is the same in every language: one program for it in each.
#include "box_fixture.hpp"

namespace collet::test {
namespace {

struct Programs {
  const char* language;
  const char* prints;        ///< "héllo 😀" and nothing else.
  const char* exits_3;
  const char* kills_itself;  ///< With SIGKILL.
  const char* fails;         ///< With an error that says "no such luck", after printing "before".
  const char* is_no_program;
  const char* waits_after;   ///< Printing "so far".
  const char* reads_input;   ///< Prints "end" where standard input ends at once.
  const char* prints_much;   ///< 300,000 times "b" and ends explicitly.
  const char* fills_memory;
  const char* memory_error;  ///< What it says if the box does not say it first.
  const char* recurses;
  const char* overflow;      ///< What that prints.
  const char* closes_all;    ///< Standard streams, then ends well.
  const char* long_text;     ///< Before a text of a million letters...
  const char* long_rest;     ///< ... whose length is printed.
  const char* runs_a_child;  ///< That prints "child".
  const char* connects;      ///< Prints "no network".
  const char* comment;
  int failure = 1;           ///< The exit code of an error that nobody handles.
  bool is_compiled = false;
};

[[maybe_unused]] void PrintTo(const Programs& row, std::ostream* out) { *out << row.language; }

constexpr Programs kPrograms[] = {
    {"python", "print('h\u00e9llo \U0001F600')", "import sys; sys.exit(3)", "import os; os.kill(os.getpid(), 9)",
     "print('before')\nraise ValueError('no such luck')", "print('x'\n", "print('so far')\nimport time\nwhile True: time.sleep(0.01)",
     "import sys\nprint('end' if sys.stdin.read() == '' else 'more')", "import sys\nprint('b' * 300000)\nsys.exit(0)",
     "x = []\nwhile True: x.append(bytearray(16 << 20))", "MemoryError", "def f(): f()\nf()", "RecursionError",
     "import os\nfor fd in range(3): os.close(fd)\nos._exit(0)", "x = '", "'\nprint(len(x))",
     "import subprocess\nprint(subprocess.check_output(['echo', 'child'], text=True))",
     "import socket\ntry:\n    socket.create_connection(('1.1.1.1', 80), 1)\nexcept OSError: print('no network')", "# nothing\n"},
    {"ruby", "puts 'h\u00e9llo \U0001F600'", "exit 3", "Process.kill(:KILL, $$)\nsleep", "puts 'before'\nraise 'no such luck'",
     "puts('x'\n", "print 'so far'\nsleep 0.01 while true", "puts gets.nil? && $stdin.read.empty? ? 'end' : 'more'",
     "puts 'b' * 300000\nexit!(0)", "x = []\nloop { x << 'x' * (16 << 20) }", "NoMemoryError", "def f = f()\nf", "SystemStackError",
     "[$stdin, $stdout, $stderr].each(&:close)", "x = '", "'\nputs x.size", "puts `echo child`",
     "require 'socket'\nbegin\n  Socket.tcp('1.1.1.1', 80, connect_timeout: 1)\nrescue SystemCallError\n  puts 'no network'\nend", "# nothing\n"},
    {"node", "console.log('h\u00e9llo \U0001F600')", "process.exit(3)", "process.kill(process.pid, 'SIGKILL')",
     "console.log('before')\nthrow new Error('no such luck')", "console.log('x'\n", "console.log('so far')\nsetInterval(() => {}, 10)",
     "console.log(require('fs').readFileSync(0).length === 0 ? 'end' : 'more')", "console.log('b'.repeat(300000))\nprocess.exit(0)",
     "const x = []\nfor (;;) x.push(new Array(2 << 20).fill(x.length))", "heap out of memory", "function f() { f() }\nf()",
     "Maximum call stack size exceeded", "for (const fd of [0, 1, 2]) fs.closeSync(fd)", "const x = '", "'\nconsole.log(x.length)",
     "console.log(require('child_process').execFileSync('echo', ['child']).toString())",
     "require('net').connect(80, '1.1.1.1').on('error', () => console.log('no network'))", "// nothing\n"},
    {"go", "fmt.Println(\"h\u00e9llo \U0001F600\")", "os.Exit(3)", "import \"syscall\"\nsyscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}",
     "fmt.Println(\"before\")\npanic(\"no such luck\")", "fmt.Println(\"x\"\n",
     "fmt.Println(\"so far\")\nfor {\n\ttime.Sleep(10 * time.Millisecond)\n}",
     "data, _ := io.ReadAll(os.Stdin)\nif len(data) == 0 {\n\tfmt.Println(\"end\")\n}",
     "fmt.Println(strings.Repeat(\"b\", 300000))\nos.Exit(0)",
     "var kept [][]byte\nfor {\n\tkept = append(kept, bytes.Repeat([]byte{1}, 16<<20))\n}", "out of memory",
     "func f(n int) int { return f(n+1) + 1 }\nfmt.Println(f(0))", "stack overflow",
     "import \"syscall\"\nfor fd := 0; fd < 3; fd++ {\n\tsyscall.Close(fd)\n}", "x := \"", "\"\nfmt.Println(len(x))",
     "out, _ := exec.Command(\"echo\", \"child\").Output()\nfmt.Print(string(out))",
     "import \"syscall\"\nfd, _ := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)\n"
     "if syscall.Connect(fd, &syscall.SockaddrInet4{Port: 80, Addr: [4]byte{1, 1, 1, 1}}) != nil {\n\tfmt.Println(\"no network\")\n}",
     "// nothing\n", 2, true},
};

class EveryLanguage : public CodeExecBox, public ::testing::WithParamInterface<Programs> {
 protected:
  EveryLanguage() : CodeExecBox(std::string("code_exec_") + GetParam().language) {}
  const Programs& programs_ = GetParam();
};

INSTANTIATE_TEST_SUITE_P(Box, EveryLanguage, ::testing::ValuesIn(kPrograms),
                         [](const auto& row) { return std::string(row.param.language); });

TEST_P(EveryLanguage, AnswersItsExamplesAsTheySay) {
  const auto found = tool(tool_);
  ASSERT_NE(found, nullptr);
  ASSERT_GE(found->info.examples.size(), 2u);
  for (const auto& example : found->info.examples) {
    const Value said = Value::parse(example.result).value_or(Value());
    const Value json = result_of(Value::parse(example.arguments).value_or(Value())["code"].string_or(""));
    for (const char* key : {"returncode", "stdout", "stderr"}) EXPECT_EQ(json[key].dump(), said[key].dump()) << example.arguments;
    EXPECT_FALSE(json.has("result")) << example.arguments;
  }
}

TEST_P(EveryLanguage, PrintsAndExitsAsTheProgramSays) {
  EXPECT_EQ(output_of(programs_.prints), "h\u00e9llo \U0001F600");
  EXPECT_EQ(result_of(programs_.exits_3)["returncode"].as_int64(), 3);
  const Value killed = result_of(programs_.kills_itself);
  EXPECT_EQ(killed["returncode"].as_int64(), -9) << killed.dump();
  EXPECT_EQ(killed["status"].string_or(""), "killed") << killed.dump();
}

TEST_P(EveryLanguage, SaysWhatWentWrongAndNothingOfOurs) {
  const Value json = result_of(programs_.fails);
  EXPECT_EQ(json["returncode"].as_int64(), programs_.failure) << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "before");
  EXPECT_NE(json["stderr"].string_or("").find("no such luck"), std::string_view::npos) << json.dump();
  EXPECT_EQ(json["stderr"].string_or("").find("collet"), std::string_view::npos) << json.dump();
  const Value syntax = result_of(programs_.is_no_program);
  EXPECT_EQ(syntax["returncode"].as_int64(), 1) << syntax.dump();
  EXPECT_NE(syntax["stderr"].string_or(""), "");
  EXPECT_EQ(syntax["stderr"].string_or("").find("collet"), std::string_view::npos) << syntax.dump();
  const Value deep = result_of(programs_.recurses);
  EXPECT_EQ(deep["returncode"].as_int64(), programs_.failure) << deep.dump();
  EXPECT_NE(deep["stderr"].string_or("").find(programs_.overflow), std::string_view::npos) << deep.dump();
}

TEST_P(EveryLanguage, KeepsWhatWasPrintedWhenTimeIsUp) {
  const std::int64_t limit_ms = programs_.is_compiled ? 4'000 : 800;
  const auto outcome = run(programs_.waits_after, limit_ms);
  const Value json = result(outcome);
  EXPECT_TRUE(outcome.is_error);
  EXPECT_EQ(json["returncode"].as_int64(), -2) << json.dump();
  EXPECT_EQ(json["status"].string_or(""), "timeout") << json.dump();
  EXPECT_EQ(json["stdout"].string_or(""), "so far") << json.dump();
  EXPECT_LT(outcome.duration_us, limit_ms * 1000 + 450'000);
}

TEST_P(EveryLanguage, EndsWhenMemoryIsUp) {
  const auto outcome = run(programs_.fills_memory);
  const Value json = result(outcome);
  // Either the box is ended for it, or the language says no first.
  const bool oom = json["status"].string_or("") == "oom" && outcome.is_error;
  const bool memory_error = json["stderr"].string_or("").find(programs_.memory_error) != std::string_view::npos;
  EXPECT_TRUE(oom || memory_error) << json.dump();
}

TEST_P(EveryLanguage, HasAnEmptyInputAndItsOwnStreams) {
  EXPECT_EQ(output_of(programs_.reads_input), "end");
  const Value closed = result_of(programs_.closes_all);
  EXPECT_EQ(closed["returncode"].as_int64(), 0) << closed.dump();
  EXPECT_EQ(output_of(programs_.runs_a_child), "child");
  EXPECT_EQ(output_of(programs_.connects), "no network");
}

TEST_P(EveryLanguage, TakesBigProgramsAndGivesBigOutput) {
  const std::string text(1 << 20, 'a');
  EXPECT_EQ(output_of(programs_.long_text + text + programs_.long_rest), "1048576");
  const Value json = result_of(programs_.prints_much);
  EXPECT_EQ(json["returncode"].as_int64(), 0);
  EXPECT_EQ(json["truncated"].as_bool(), true);
  // 300,001 bytes: nothing is lost at the exit.
  EXPECT_NE(json["stdout"].string_or("").find("[234465 bytes omitted]"), std::string_view::npos)
      << json["stdout"].string_or("").substr(49'000, 300);
}

TEST_P(EveryLanguage, TakesProgramsThatLookEmptyOrForeign) {
  for (const std::string code : {" ", "\n\n", "\r\n", "\xEF\xBB\xBF", programs_.comment}) EXPECT_EQ(output_of(code), "") << code;
  const std::string bom = std::string("\xEF\xBB\xBF") + programs_.prints + "\r\n\r\n" + programs_.comment + "\r\n";
  EXPECT_EQ(output_of(bom), "h\u00e9llo \U0001F600");
  // What a NUL in a program means differs; it must mean something and end.
  const Value json = result_of(std::string(programs_.prints) + "\n" + std::string(1, '\0') + "\n");
  EXPECT_TRUE(json["status"].string_or("") == "ok" || json["stderr"].string_or("") != "") << json.dump();
}

class LanguageSetting : public PluginHostTest, public ::testing::WithParamInterface<Programs> {};

INSTANTIATE_TEST_SUITE_P(Box, LanguageSetting, ::testing::ValuesIn(kPrograms),
                         [](const auto& row) { return std::string(row.param.language); });

TEST_P(LanguageSetting, OffersTheLanguageAlone) {
  const Value config = json::object({{"languages", json::array({GetParam().language})}});
  settings_.plugins.instances = {{"code_exec", "", config}};
  load(COLLET_CODE_EXEC_FOLDER);
  for (const auto& row : kPrograms) {
    const bool is_wanted = std::string_view(row.language) == GetParam().language;
    EXPECT_EQ(host_->snapshot()->find(std::string("code_exec_") + row.language).ok(), is_wanted) << row.language << "\n" << report();
  }
}

}  // namespace
}  // namespace collet::test
