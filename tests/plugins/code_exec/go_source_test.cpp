#include "go_source.hpp"

#include <gtest/gtest.h>

namespace code_exec {
namespace {

std::string source_of(std::string_view code) { return go_program(code).source; }

/// The program on lines of its own, without what imports leave at its end.
std::string program(std::string_view code) {
  const std::string text = source_of(code);
  return text.substr(0, text.find("\nvar _ = "));
}

TEST(GoSource, LeavesAWholeProgramAlone) {
  for (const char* code : {"package main\n\nfunc main() {}\n", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(1) }",
                           "// Says hello.\npackage main\nimport f \"fmt\"\nfunc main() { f.Println(1) }", "package", "package main"}) {
    EXPECT_EQ(source_of(code), code);
  }
}

TEST(GoSource, ImportsWhatAWholeProgramForgot) {
  EXPECT_EQ(source_of("package main\nimport \"fmt\"\nfunc main() { fmt.Println(strings.ToUpper(\"a\")) }\n"),
            "package main; import \"strings\"; \nimport \"fmt\"\nfunc main() { fmt.Println(strings.ToUpper(\"a\")) }\n\nvar _ = strings.Join\n");
}

TEST(GoSource, PutsStatementsIntoMain) {
  EXPECT_EQ(source_of("x := 1\nfmt.Println(x)"), "package main; import \"fmt\"; \nfunc main() {\n//line ./main.go:1:1\nx := 1\nfmt.Println(x)\n}\n\nvar _ = fmt.Print\n");
  EXPECT_EQ(source_of(""), "package main; \nfunc main() {\n}\n");
  EXPECT_EQ(source_of("\xEF\xBB\xBF// nothing\n"), "package main; \nfunc main() {\n}\n");
  EXPECT_EQ(program("\n  if x := 1; x > 0 {\n}"), "package main; \nfunc main() {\n//line ./main.go:2:3\nif x := 1; x > 0 {\n}\n}\n");
}

TEST(GoSource, TakesDeclarationsOut) {
  EXPECT_EQ(program("import \"os\"\ntype T struct{ a int }\nfunc (t T) get() int { return t.a }\nvar n = 1\nprintln(n)\nfunc twice(a int) int { return 2 * a }\nvar m = 2\nprintln(m); func() { println(3) }()\nos.Exit(0)"),
            "package main; "
            "\n//line ./main.go:1:1\nimport \"os\"\n"
            "\n//line ./main.go:2:1\ntype T struct{ a int }\n"
            "\n//line ./main.go:3:1\nfunc (t T) get() int { return t.a }\n"
            "\n//line ./main.go:4:1\nvar n = 1\n"
            "\n//line ./main.go:6:1\nfunc twice(a int) int { return 2 * a }\n"
            "\nfunc main() {"
            "\n//line ./main.go:5:1\nprintln(n)\n"
            "\n//line ./main.go:7:1\nvar m = 2\nprintln(m); func() { println(3) }()\nos.Exit(0)"
            "\n}\n");
}

TEST(GoSource, KnowsAFunctionFromACallOfOne) {
  for (const char* code : {"func() { println(1) }()", "func(a int) int { return a }(1)", "func(a int) (int, error) { return a, nil }(1)",
                           "func(a int) func(int) int { return nil }(1)", "func(a T) p.T { return a }(1)"}) {
    EXPECT_EQ(program(code), std::string("package main; \nfunc main() {\n//line ./main.go:1:1\n") + code + "\n}\n");
  }
  for (const char* code : {"func f() {}", "func (t *T) f() {}", "func f[A any](a A) {}", "func (t T[A]) f() {}"}) {
    EXPECT_EQ(program(code), std::string("package main; \n//line ./main.go:1:1\n") + code + "\nfunc main() {\n}\n");
  }
}

TEST(GoSource, KeepsAMainThatIsThere) {
  EXPECT_EQ(program("import \"os\"\n\nfunc main() { os.Exit(0) }"), "package main; \n//line ./main.go:1:1\nimport \"os\"\n\nfunc main() { os.Exit(0) }\n");
}

TEST(GoSource, IsNotFooledByTextAndComments) {
  for (const char* code : {"x := \"fmt.Println\"", "x := `a\nfunc main() {\nstrings.Join`", "// os.Exit(1)\nx := '\"'", "x := '\\''\n/* fmt.Println\n*/",
                           "x.fmt.Println()", "fmt := 1", "x := \"not closed\nfunc"}) {
    EXPECT_EQ(source_of(code).find("import"), std::string::npos) << code;
    EXPECT_NE(source_of(code).find("\nfunc main() {\n//line ./main.go:"), std::string::npos) << code;
  }
}

TEST(GoSource, ImportsOnlyWhatTheNameStandsFor) {
  const auto imports = [](std::string_view code, std::string_view path) { return source_of(code).find("\"" + std::string(path) + "\"; ") != std::string::npos; };
  EXPECT_TRUE(imports("rand.Intn(3)", "math/rand"));
  EXPECT_FALSE(imports("import \"math/rand/v2\"\nrand.IntN(3)", "math/rand"));
  EXPECT_FALSE(imports("import (\n\t\"crypto/rand\"\n)\nrand.Read(x)", "math/rand"));
  EXPECT_TRUE(imports("import rnd \"crypto/rand\"\nrand.Intn(1)", "math/rand"));
  EXPECT_FALSE(imports("type list struct{}\nlist.Add()", "container/list"));
  EXPECT_FALSE(imports("var (\n\ta int\n\tlist T\n)\nlist.Add()", "container/list"));
  EXPECT_TRUE(imports("list := list.New()", "container/list"));
  EXPECT_FALSE(imports("time.now()", "time"));
  EXPECT_TRUE(imports("func f(d time.Duration) {}", "time"));
}

TEST(GoSource, KnowsWhatTheCommonPackagesDo) {
  for (const char* code : {"fmt.Println(1)", "import \"fmt\"", "package main\nimport (\n\tx \"math/big\"\n\t. \"text/template\"\n)\n", "x := \"net/http\"", "import \"github.com/google/uuid\""}) {
    EXPECT_TRUE(go_program(code).is_common) << code;
  }
  for (const char* code : {"import \"net/http\"", "package main\nimport (\n\t\"fmt\"\n\t_ \"embed\"\n)\n", "import `go/ast`"}) {
    EXPECT_FALSE(go_program(code).is_common) << code;
  }
}

}  // namespace
}  // namespace code_exec
