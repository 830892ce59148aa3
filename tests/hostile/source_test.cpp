// Sources that are none, or that no parser likes. Class 30.
#include <ostream>

#include "hostile/box_test.hpp"

namespace collet::sandbox {
namespace {

struct Source {
  const char* name;
  std::string code;
  bool may_crash = false;  ///< A parser that overflows its stack hurts nobody else.
};
void PrintTo(const Source& source, std::ostream* out) { *out << source.name; }

std::string repeated(const std::string& piece, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += piece;
  return text;
}

class SourceTest : public BoxTest, public testing::WithParamInterface<Source> {};

TEST_P(SourceTest, RunsOrFailsCleanly) {
  const std::vector<std::string> interpreters[] = {
      {"/usr/bin/python3", "-I", "-S", "/proc/self/fd/3"}, {"/usr/bin/ruby", "--disable=gems", "/proc/self/fd/3"},
      {"/usr/bin/node", "-e", "eval(require('fs').readFileSync(3, 'utf8'))"}, {"/bin/sh", "/proc/self/fd/3"}};
  for (const auto& argv : interpreters) {
    BoxSpec spec = python(GetParam().code);
    spec.argv = argv;
    spec.timeout_ms = 10'000;
    const auto result = run(std::move(spec));
    const bool crashed = result.outcome == Outcome::signalled || result.outcome == Outcome::oom;
    EXPECT_TRUE(result.outcome == Outcome::exited || (GetParam().may_crash && crashed)) << argv[0] << describe(result);
    EXPECT_LT(result.stderr_text.size(), 70'000u);
  }
  EXPECT_EQ(run(shell("echo fine")).stdout_text, "fine\n");
  std::printf("attempts: 4\n");
}

INSTANTIATE_TEST_SUITE_P(Sources, SourceTest, testing::Values(
    Source{"Empty", ""}, Source{"OneByte", "\n"}, Source{"Nuls", std::string(1000, '\0')}, Source{"ANulInside", std::string("x=1\0y=2\n", 8)},
    Source{"Carriage", "x=1\r\ny=2\r\n"}, Source{"OldLineEnds", "x=1\ry=2\r"}, Source{"Mark", "\xEF\xBB\xBFx=1\n"}, Source{"WideMark", std::string("\xFF\xFEx\0=\0001\0\n\0", 10)},
    Source{"NoUtf8", "x='\xff\xfe\x80'\n"}, Source{"Surrogates", "x='\xed\xa0\x80'\n"}, Source{"TurnedAround", "x=1 # \xE2\x80\xAE 2=x\n"},
    Source{"Coding", "# -*- coding: utf-7 -*-\nx='+AHg-'\n"}, Source{"RawEscape", "# coding: raw_unicode_escape\n#\\u000aimport os\n"},
    Source{"Megabytes", "x='" + std::string(4 << 20, 'y') + "'\n"}, Source{"ManyLines", repeated("x=1\n", 20'000)}, Source{"OneLongLine", repeated("x=1;", 10'000) + "\n"},
    Source{"Brackets", repeated("(", 100'000) + repeated(")", 100'000), true}, Source{"Lists", "x=" + repeated("[", 100'000) + repeated("]", 100'000), true},
    Source{"Signs", "x=" + repeated("-", 100'000) + "1\n", true}, Source{"Dots", "x" + repeated(".x", 100'000) + "\n", true},
    Source{"Indents", [] { std::string text; for (int i = 0; i < 500; ++i) text += std::string(static_cast<std::size_t>(i), ' ') + "if 1:\n"; return text; }()},
    Source{"OpenString", "x='" + std::string(1 << 20, 'y')}, Source{"LargeNumber", "x=" + std::string(200'000, '9') + "\n"}, Source{"EndMark", "__END__\n\x04\x1a\n"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace collet::sandbox
