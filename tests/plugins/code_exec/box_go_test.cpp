// Go programs as models write them, in real boxes through the real host.
#include "box_fixture.hpp"

namespace collet::test {
namespace {

class GoBox : public CodeExecBox {
 protected:
  GoBox() : CodeExecBox("code_exec_go") {}
};

TEST_F(GoBox, IsAProgramOfItsOwn) {
  EXPECT_EQ(output_of("package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\tdir, _ := os.Getwd()\n\tfmt.Println(len(os.Args), os.Args[0], dir)\n}"),
            "1 /packages/main /work");
  EXPECT_EQ(output_of("os.WriteFile(\"kept.txt\", []byte(\"kept\"), 0o644)\ntext, _ := os.ReadFile(\"kept.txt\")\nfmt.Println(string(text))"), "kept");
  EXPECT_EQ(output_of("place, err := time.LoadLocation(\"Europe/Berlin\")\nfmt.Println(place, err)"), "Europe/Berlin <nil>");
  EXPECT_EQ(output_of("var group sync.WaitGroup\nsum := make(chan int, 9)\nfor i := 0; i < 9; i++ {\n\tgroup.Add(1)\n\tgo func(n int) { defer group.Done(); sum <- n }(i)\n}\n"
                      "group.Wait()\nclose(sum)\ntotal := 0\nfor n := range sum {\n\ttotal += n\n}\nfmt.Println(total)"),
            "36");
}

TEST_F(GoBox, MessagesOfTheCompilerAreItsResult) {
  const auto outcome = run("package main\n\nimport \"os\"\n\nfunc main() {\n\tx := missing\n}\n");
  const Value json = result(outcome);
  EXPECT_FALSE(outcome.is_error);
  EXPECT_EQ(json["returncode"].as_int64(), 1);
  EXPECT_EQ(json["status"].string_or(""), "error");
  EXPECT_EQ(json["phase"].string_or(""), "compile");
  EXPECT_EQ(json["stderr"].string_or(""),
            "# command-line-arguments\n./main.go:3:8: \"os\" imported and not used\n./main.go:6:2: declared and not used: x\n./main.go:6:7: undefined: missing");
  const Value bare = result_of("fmt.Println(1)\nfunc f() int {\n\treturn \"x\"\n}\nfmt.Println(f(), y)");
  EXPECT_NE(bare["stderr"].string_or("").find("./main.go:5:18: undefined: y"), std::string_view::npos) << bare.dump();
  EXPECT_NE(bare["stderr"].string_or("").find("./main.go:3:9: cannot use \"x\""), std::string_view::npos) << bare.dump();
  EXPECT_NE(result_of("package main\n")["stderr"].string_or("").find("function main is undeclared in the main package"), std::string_view::npos);
  EXPECT_EQ(result_of("package foo\nfunc main() {}")["stderr"].string_or(""), "# command-line-arguments\npackage foo is not a main package");
  EXPECT_NE(result_of("import \"example.com/such\"\nsuch.X()")["stderr"].string_or("").find("main.go:1:8: package example.com/such is not in the standard library; what else is needed must be named in `packages`"), std::string_view::npos);
}

TEST_F(GoBox, PanicsTellTheLine) {
  const Value json = result_of("numbers := []int{1}\nindex := len(os.Args)\nfmt.Println(numbers[index])");
  EXPECT_EQ(json["returncode"].as_int64(), 2);
  EXPECT_TRUE(json["stderr"].string_or("").starts_with("panic: runtime error: index out of range [1] with length 1")) << json.dump();
  EXPECT_NE(json["stderr"].string_or("").find("./main.go:3"), std::string_view::npos) << json.dump();
  EXPECT_EQ(json["phase"].string_or(""), "run");
}

TEST_F(GoBox, FilesComeBack) {
  const Value json = result_of("os.WriteFile(\"/out/table.csv\", []byte(\"a,b\\n\"), 0o644)");
  EXPECT_NE(json["artifacts"].dump().find("table.csv"), std::string::npos) << json.dump();
}

TEST_F(GoBox, CompilesAProgramOnce) {
  const std::string code = "fmt.Println(\"" + std::to_string(::getpid()) + "\")";
  EXPECT_EQ(output_of(code), std::to_string(::getpid()));
  const auto trees = services_->trees.list().size();
  EXPECT_EQ(output_of(code), std::to_string(::getpid()));
  EXPECT_EQ(services_->trees.list().size(), trees);
  EXPECT_EQ(output_of(code + " "), std::to_string(::getpid()));
  EXPECT_EQ(services_->trees.list().size(), trees + 1);
}

TEST_F(GoBox, TheRestOfTheStandardLibraryWorks) {
  plugin::CallFacts facts;
  facts.size = "standard-1x";
  facts.timeout_ms = 110'000;
  const auto outcome = call(tool_, with_code("import (\n\t\"net/http\"\n\t\"go/parser\"\n\t\"text/template\"\n)\ntree, _ := parser.ParseExpr(\"1 + 2\")\n"
                                             "template.Must(template.New(\"\").Parse(\"{{.}}\\n\")).Execute(os.Stdout, http.StatusText(404))\nfmt.Println(tree.Pos())"), facts);
  EXPECT_EQ(result(outcome)["stdout"].string_or(""), "Not Found\n1") << show(outcome);
}

class FirstGo : private TempFolder, public CodeExecBox {
 protected:
  FirstGo() : CodeExecBox("code_exec_go", path()) {}
  void SetUp() override { ASSERT_EQ(box().unavailable_reason(), ""); }
};

TEST_F(FirstGo, TellsThatItPreparesAndWhatToDoWhenTimeIsUp) {
  plugin::CallFacts facts;
  facts.size = "standard-1x";
  facts.timeout_ms = 1'500;
  Pending pending = start(tool_, with_code("fmt.Println(1)"), facts);
  ASSERT_EQ(pending.first_progress.wait_for(kPatience), std::future_status::ready);
  const auto outcome = wait(pending);
  ASSERT_FALSE(pending.progress->empty());
  EXPECT_EQ(pending.progress->front().text, "preparing the Go standard library, once\n");
  EXPECT_TRUE(outcome.is_error);
  const Value json = result(outcome);
  EXPECT_EQ(json["phase"].string_or(""), "install") << json.dump();
  EXPECT_NE(json["stderr"].string_or("").find("call this again with more time"), std::string_view::npos) << json.dump();
}

}  // namespace
}  // namespace collet::test
