#include "result.hpp"

#include <gtest/gtest.h>

#include "collet/json.hpp"

namespace code_exec {
namespace {

using collet::ExecResult;
using collet::Value;

ExecResult ended(std::int32_t outcome, int returncode) {
  ExecResult run;
  run.outcome = outcome;
  run.returncode = returncode;
  return run;
}

Value json_of(const Report& report) { return Value::parse(report.text).value(); }

TEST(CodeExecReport, BeginsWithTheThreeDocumentedKeys) {
  ExecResult run = ended(COLLET_EXEC_EXITED, 0);
  run.stdout_text = "\n hello \n\n";
  run.stderr_text = "warn\n";
  run.wall_us = 12'345;
  const Report report = report_of(run);
  EXPECT_TRUE(report.text.starts_with("{\n  \"returncode\": 0,\n  \"stdout\": \"hello\",\n  \"stderr\": \"warn\",\n  \"status\": \"ok\",\n"))
      << report.text;
  EXPECT_EQ(json_of(report)["wall_ms"].as_double(), 12.345);
  EXPECT_FALSE(report.is_error);
  EXPECT_FALSE(report.is_empty);
}

struct Ending {
  std::int32_t outcome;
  int returncode;
  const char* status;
  const char* phase;
  int shown_returncode;
  bool is_error;
};

class CodeExecEndings : public ::testing::TestWithParam<Ending> {};

TEST_P(CodeExecEndings, AreToldTruthfully) {
  const Ending& ending = GetParam();
  ExecResult run = ended(ending.outcome, ending.returncode);
  run.message = "the reason";
  const Report report = report_of(run);
  const Value json = json_of(report);
  EXPECT_EQ(json["status"].string_or(""), ending.status) << report.text;
  EXPECT_EQ(json["phase"].string_or(""), ending.phase) << report.text;
  EXPECT_EQ(json["returncode"].as_int64(), ending.shown_returncode) << report.text;
  EXPECT_EQ(report.is_error, ending.is_error) << report.text;
  if (ending.outcome != COLLET_EXEC_EXITED) {
    EXPECT_NE(json["stderr"].string_or("").find("the reason"), std::string_view::npos) << report.text;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, CodeExecEndings,
    ::testing::Values(Ending{COLLET_EXEC_EXITED, 0, "ok", "run", 0, false},
                      Ending{COLLET_EXEC_EXITED, 3, "error", "run", 3, false},
                      Ending{COLLET_EXEC_SIGNALLED, -11, "killed", "run", -11, false},
                      Ending{COLLET_EXEC_TIMEOUT, -2, "timeout", "run", -2, true},
                      Ending{COLLET_EXEC_TIMEOUT, -9, "timeout", "run", -2, true},
                      Ending{COLLET_EXEC_OOM, -9, "oom", "run", -9, true},
                      Ending{COLLET_EXEC_OUTPUT_LIMIT, -9, "output_limit", "run", -9, true},
                      Ending{COLLET_EXEC_CANCELLED, -9, "killed", "run", -9, true},
                      Ending{COLLET_EXEC_UNAVAILABLE, 0, "sandbox_unavailable", "start", -1, true},
                      Ending{COLLET_EXEC_CAPACITY, 0, "capacity", "queue", -1, true},
                      Ending{COLLET_EXEC_FAILED, 0, "error", "start", -1, true}));

TEST(CodeExecReport, SaysThatTimeIsUpUnderWhatTheProgramWrote) {
  ExecResult run = ended(COLLET_EXEC_TIMEOUT, -2);
  run.stdout_text = "partial\n";
  run.stderr_text = "before\n";
  run.message = "killed after 10 s";
  const Value json = json_of(report_of(run));
  EXPECT_EQ(json["stdout"].string_or(""), "partial");
  EXPECT_EQ(json["stderr"].string_or(""), "before\nError: Execution timed out: killed after 10 s");
}

TEST(CodeExecReport, EmptyMeansNothingPrintedAndNoValue) {
  EXPECT_TRUE(report_of(ended(COLLET_EXEC_EXITED, 0)).is_empty);
  EXPECT_FALSE(report_of(ended(COLLET_EXEC_EXITED, 1)).is_empty);
  EXPECT_FALSE(report_of(ended(COLLET_EXEC_TIMEOUT, -2)).is_empty);
  ExecResult value = ended(COLLET_EXEC_EXITED, 0);
  value.captured = "42";
  EXPECT_FALSE(report_of(value).is_empty);
  EXPECT_EQ(json_of(report_of(value))["result"].string_or(""), "42");
}

TEST(CodeExecReport, SaysWhenOutputWasLeftOut) {
  ExecResult run = ended(COLLET_EXEC_EXITED, 0);
  EXPECT_EQ(json_of(report_of(run))["truncated"].as_bool(), false);
  run.stderr_omitted_bytes = 1;
  EXPECT_EQ(json_of(report_of(run))["truncated"].as_bool(), true);
}

TEST(CodeExecReport, LaterTurnsSeeTheOutputWithoutTheFigures) {
  ExecResult run = ended(COLLET_EXEC_EXITED, 0);
  run.stdout_text = std::string(1999, 'x') + "\xC3\xA9" + std::string(500, 'y');
  const auto shorter = shorter_report(report_of(run).text);
  ASSERT_TRUE(shorter.has_value());
  const Value json = Value::parse(*shorter).value();
  EXPECT_EQ(json["returncode"].as_int64(), 0);
  EXPECT_EQ(json["stdout"].string_or(""), std::string(1999, 'x') + "\n[502 bytes left out]");
  EXPECT_FALSE(json.has("wall_ms"));
  EXPECT_EQ(shorter_report("not a report"), std::nullopt);
}

TEST(CodeExecReport, SaysWhenAValueWasCut) {
  struct Case {
    std::string captured;
    std::string shown;
    bool is_truncated;
  };
  const Case cases[] = {
      {"2\n42", "42", false},
      {"5\nab\xE2\x82", "ab\n[3 bytes omitted]\n", true},
      {"9\nab\xE2\x82\xAC", "ab\xE2\x82\xAC\n[4 bytes omitted]\n", true},
      {"4\n\xF0\x9F\x98", "\n[4 bytes omitted]\n", true},
      {"3\n", "\n[3 bytes omitted]\n", true},
      // What a program has written there by itself.
      {"42", "42", false},
      {"-1\nx", "-1\nx", false},
      {"99999999999999999999\nx", "99999999999999999999\nx", false},
      {"text\n", "text\n", false},
  };
  for (const auto& one : cases) {
    ExecResult run = ended(COLLET_EXEC_EXITED, 0);
    run.captured = one.captured;
    const Value json = json_of(report_of(run));
    EXPECT_EQ(json["result"].string_or(""), one.shown) << one.captured;
    EXPECT_EQ(json["truncated"].as_bool(), one.is_truncated) << one.captured;
  }
}

}  // namespace
}  // namespace code_exec
