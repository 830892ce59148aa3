// Go programs that mean harm, at compile time and after. What the box itself does to them
// stands in tests/hostile; here is what differs: a compiler works first, in a box of its own.
// Classes 1, 2, 19, 25, 29 and 33 of the hostile set.
#include <gmock/gmock.h>

#include "box_fixture.hpp"

namespace collet::test {
namespace {

struct HostileGo {
  const char* name;
  const char* code;
  const char* phase;
  std::vector<std::string> statuses;  ///< Any of them.
  const char* says = "";              ///< In stdout or stderr.
  bool wants_library = false;         ///< The rest of the standard library, which is compiled once.
};
void PrintTo(const HostileGo& program, std::ostream* out) { *out << program.name; }

class HostileGoTest : public CodeExecBox, public ::testing::WithParamInterface<HostileGo> {
 protected:
  // A program that is deaf to its end takes 200 ms of the grace.
  HostileGoTest() : CodeExecBox("code_exec_go", COLLET_TEST_STATE, "", 2'000) {}
};

TEST_P(HostileGoTest, IsContained) {
  const HostileGo& program = GetParam();
  const std::int64_t timeout_ms = program.wants_library ? 110'000 : 6'000;
  const auto began = std::chrono::steady_clock::now();
  const auto outcome = run(program.code, timeout_ms);
  const auto took = std::chrono::steady_clock::now() - began;
  const Value answer = result(outcome);
  EXPECT_THAT(program.statuses, ::testing::Contains(std::string(answer["status"].string_or("")))) << answer.dump(true);
  EXPECT_EQ(answer["phase"].string_or(""), program.phase) << answer.dump(true);
  const std::string said = std::string(answer["stdout"].string_or("")) + std::string(answer["stderr"].string_or(""));
  EXPECT_NE(said.find(program.says), std::string::npos) << answer.dump(true);
  EXPECT_EQ(said.find("root:"), std::string::npos) << answer.dump(true);
  EXPECT_LT(took, std::chrono::milliseconds(timeout_ms + 2'000));
  EXPECT_EQ(output_of("fmt.Println(6 * 7)"), "42") << "the next one works";
}

constexpr const char* kCompile = "compile";
constexpr const char* kRun = "run";

INSTANTIATE_TEST_SUITE_P(Compiling, HostileGoTest, ::testing::Values(
    HostileGo{"CgoFlags", "package main\n// #cgo LDFLAGS: -Wl,-plugin=/etc/passwd -fplugin=/tmp/x.so\n// int x;\nimport \"C\"\nfunc main() {}", kCompile, {"error"}, "C", true},
    HostileGo{"CgoLinkerFlagInAPragma", "package main\n//go:cgo_ldflag \"-Wl,-T/etc/passwd\"\nfunc main() {}", kCompile, {"error"}, "only allowed in cgo-generated code"},
    HostileGo{"EmbedAFileOfTheSystem", "package main\nimport _ \"embed\"\n//go:embed /etc/passwd\nvar x string\nfunc main() { println(x) }", kCompile, {"error"}, "embed", true},
    HostileGo{"EmbedAFileAbove", "package main\nimport _ \"embed\"\n//go:embed ../../etc/passwd\nvar x string\nfunc main() { println(x) }", kCompile, {"error"}, "embed", true},
    HostileGo{"ImportAPath", "package main\nimport \"/etc\"\nfunc main() {}", kCompile, {"error"}, ""},
    HostileGo{"ImportAPathAbove", "package main\nimport \"../../etc\"\nfunc main() {}", kCompile, {"error"}, ""},
    HostileGo{"LineOfAnotherFile", "package main\n//line /etc/passwd:1\nfunc main() { nothing() }", kCompile, {"error"}, "undefined: nothing"},
    HostileGo{"GenerateIsNotRun", "package main\n//go:generate sh -c \"echo root: > /out/x\"\nfunc main() { println(1) }", kRun, {"ok"}, "1"},
    HostileGo{"AFunctionWithoutABody", "package main\nfunc f()\nfunc main() { f() }", kCompile, {"error"}, "missing function body"},
    HostileGo{"AnArrayOfATerabyte", "package main\nvar x [1 << 40]byte\nfunc main() { println(x[5]) }", kCompile, {"error"}, ""},
    HostileGo{"AnArrayOfAGigabyteInTheFile", "package main\nvar x = [1 << 30]byte{1<<30 - 1: 1}\nfunc main() { println(x[5]) }", kCompile, {"error", "oom", "timeout", "killed", "output_limit"}, ""},
    HostileGo{"AConstantOfGreatLength", "package main\nconst x = 1 << 100000000\nfunc main() { println(x >> 99999999) }", kCompile, {"error"}, ""},
    HostileGo{"AStringThatDoublesForty", "package main\nconst a = \"0123456789abcdef\"\nconst b = a+a+a+a+a+a+a+a+a+a+a+a+a+a+a+a\nconst c = b+b+b+b+b+b+b+b+b+b+b+b+b+b+b+b\nconst d = c+c+c+c+c+c+c+c+c+c+c+c+c+c+c+c\n"
              "const e = d+d+d+d+d+d+d+d+d+d+d+d+d+d+d+d\nconst f = e+e+e+e+e+e+e+e+e+e+e+e+e+e+e+e\nconst g = f+f+f+f+f+f+f+f+f+f+f+f+f+f+f+f\nconst h = g+g+g+g+g+g+g+g+g+g+g+g+g+g+g+g\nfunc main() { println(len(h)) }",
              kCompile, {"error", "oom", "timeout", "killed"}, ""},
    HostileGo{"TypesWithoutEnd", "package main\ntype T[P any] struct { f *T[T[P]] }\nfunc main() { var t T[int]; _ = t }", kCompile, {"error"}, ""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(Running, HostileGoTest, ::testing::Values(
    HostileGo{"ThreadsWithoutEnd", "for { go func() { runtime.LockOSThread(); select {} }() }", kRun, {"error", "oom", "timeout", "killed"}, ""},
    HostileGo{"ProcessesWithoutEnd", "for { exec.Command(\"/proc/self/exe\").Start() }", kRun, {"error", "oom", "timeout", "killed"}, ""},
    HostileGo{"Heap", "var kept [][]byte\nfor { b := make([]byte, 16<<20); for i := range b { b[i] = 1 }; kept = append(kept, b) }", kRun, {"oom", "error"}, ""},
    HostileGo{"GoroutinesWithoutEnd", "for { go func() { var b [4096]byte; b[0] = 1; select {} }() }", kRun, {"oom", "error", "timeout"}, ""},
    HostileGo{"OutputWithoutEnd", "b := bytes.Repeat([]byte(\"y\\n\"), 1<<16)\nfor { os.Stdout.Write(b) }", kRun, {"output_limit"}, ""},
    HostileGo{"OutputThatIsNoText", "os.Stdout.Write([]byte{0xff, 0, 0x1b, '[', '2', 'J', 0xe2, 0x82})", kRun, {"ok"}, ""},
    HostileGo{"SpinningThreads", "for i := 0; i < 64; i++ { go func() { for { } }() }\nselect {}", kRun, {"timeout"}, ""},
    HostileGo{"SpinsWithSignalsIgnored", "import (\n\t\"os/signal\"\n\t\"syscall\"\n)\nsignal.Ignore(syscall.SIGTERM, syscall.SIGINT)\nfor { }", kRun, {"timeout"}, ""},
    HostileGo{"StackOverflow", "var f func(int) int\nf = func(n int) int { return f(n+1) + 1 }\nfmt.Println(f(0))", kRun, {"error", "oom"}, ""},
    HostileGo{"NilPointer", "var p *int\nfmt.Println(*p)", kRun, {"error"}, "nil pointer dereference"},
    HostileGo{"AllAsleep", "select {}", kRun, {"error"}, "all goroutines are asleep"},
    HostileGo{"KillsItself", "import \"syscall\"\nsyscall.Kill(os.Getpid(), syscall.SIGKILL)\nselect {}", kRun, {"killed"}, ""},
    HostileGo{"Aborts", "import \"syscall\"\nsyscall.Kill(os.Getpid(), syscall.SIGABRT)\ntime.Sleep(time.Minute)", kRun, {"error", "killed"}, ""},
    HostileGo{"ClosesAll", "import \"syscall\"\nfor i := 0; i < 64; i++ { syscall.Close(i) }\nos.Exit(5)", kRun, {"error"}, ""},
    HostileGo{"ExitsWithALargeCode", "os.Exit(256 + 69)", kRun, {"error"}, ""}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace collet::test
