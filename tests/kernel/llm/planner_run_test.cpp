#include "llm/planner_run.hpp"

#include <gtest/gtest.h>

#include "kernel/llm/planner_tools.hpp"

namespace collet::llm::planning {
namespace {

std::string open_steps(const Progress& progress) {
  std::string out;
  for (const auto& step : progress.open) out += step.tool + ": " + step.task + "\n";
  return out;
}

const std::vector<Step> kPlan = {{"weather", "get the weather of Oslo"}, {"clock", "get the time"}};

TEST(PlannerRun, ReadsTheRequestAndWhatCameBefore) {
  const auto run = read_run({message("system", "Be brief."), message("user", "How warm is Oslo?"), calling("1", "weather", "{}"),
                            result("1", "3 degrees"), message("assistant", "3 degrees."), message("user", "And the time?"),
                            calling("2", "clock", "{}"), result("2", "noon", false, true)});
  EXPECT_EQ(run.instructions, "Be brief.");
  EXPECT_EQ(run.request, "And the time?");
  ASSERT_EQ(run.earlier.size(), 1u);
  EXPECT_EQ(run.earlier[0].request, "How warm is Oslo?");
  EXPECT_EQ(run.earlier[0].tools, (std::vector<std::string>{"weather"}));
  EXPECT_EQ(run.earlier[0].answer, "3 degrees.");
  ASSERT_EQ(run.made.size(), 1u);
  EXPECT_EQ(run.made[0].result, "noon");
  EXPECT_TRUE(run.made[0].empty);
}

TEST(PlannerRun, ResultsFindTheirCallsById) {
  const auto run = read_run({message("user", "x"), calling("1", "a", "{}"), calling("2", "b", "{}"), result("2", "two"), result("1", "one")});
  ASSERT_EQ(run.made.size(), 2u);
  EXPECT_EQ(run.made[0].result, "one");
  EXPECT_EQ(run.made[1].result, "two");
}

struct Case {
  const char* what;
  std::vector<Message> since;  // after the user's message
  std::string open;
};

class Follow : public ::testing::TestWithParam<Case> {};

TEST_P(Follow, WhatMayBeDoneNext) {
  std::vector<Message> messages{message("user", "How warm is Oslo and what time is it?")};
  messages.insert(messages.end(), GetParam().since.begin(), GetParam().since.end());
  const Progress progress = follow(read_run(messages), kPlan, two_tools());
  EXPECT_EQ(open_steps(progress), GetParam().open) << GetParam().what;
}

const std::string kCorrect = "weather: that call failed, write a corrected one\n";
const std::string kOslo = R"({"city":"Oslo"})";

INSTANTIATE_TEST_SUITE_P(
    PlannerRun, Follow,
    ::testing::Values(
        Case{"at the start the whole plan", {}, "weather: get the weather of Oslo\nclock: get the time\n"},
        Case{"after one call the rest", {calling("1", "weather", kOslo), result("1", "3")}, "clock: get the time\n"},
        Case{"after all of them nothing",
             {calling("1", "weather", kOslo), result("1", "3"), calling("2", "clock", "{}"), result("2", "noon")},
             ""},
        Case{"a step that was skipped stays skipped", {calling("2", "clock", "{}"), result("2", "noon")}, ""},
        Case{"a failure is corrected, and nothing else", {calling("1", "weather", kOslo), result("1", "no", true)}, kCorrect},
        Case{"twice",
             {calling("1", "weather", kOslo), result("1", "no", true), calling("2", "weather", kOslo), result("2", "no", true)},
             kCorrect},
        Case{"but not three times",
             {calling("1", "weather", kOslo), result("1", "no", true), calling("2", "weather", kOslo), result("2", "no", true),
              calling("3", "weather", kOslo), result("3", "no", true)},
             ""},
        Case{"a corrected call lets the plan go on",
             {calling("1", "weather", kOslo), result("1", "no", true), calling("2", "weather", kOslo), result("2", "3")},
             "clock: get the time\n"},
        Case{"an empty result may be corrected or left",
             {calling("1", "weather", kOslo), result("1", "", false, true)},
             "weather: that call printed nothing, write a corrected one that prints the value\nclock: get the time\n"},
        Case{"a tool without arguments cannot be corrected",
             {calling("1", "weather", kOslo), result("1", "3"), calling("2", "clock", "{}"), result("2", "no", true)},
             ""},
        Case{"six calls are enough",
             {calling("1", "weather", "{}"), calling("2", "weather", "{}"), calling("3", "weather", "{}"),
              calling("4", "weather", "{}"), calling("5", "weather", "{}"), calling("6", "weather", "{}")},
             ""}),
    [](const auto& info) { return std::to_string(info.index); });

TEST(PlannerRun, AWithdrawnToolIsPassedOver) {
  const auto run = read_run({message("user", "x")});
  EXPECT_EQ(open_steps(follow(run, kPlan, {clock_tool()})), "clock: get the time\n");
}

TEST(PlannerRun, TheConversationOfTheSteps) {
  const auto run = read_run({message("user", "How warm is Oslo?"), calling("1", "weather", R"({"city":"Osl"})"),
                            result("1", "unknown city", true), calling("2", "weather", kOslo), result("2", "3 degrees")});
  EXPECT_EQ(transcript(follow(run, kPlan, two_tools()).conversation),
            R"(user: How warm is Oslo?

Next: weather: get the weather of Oslo
assistant: {"city": "Osl"}
user: Result of weather:
unknown city

Next: weather: that call failed, write a corrected one
No variable and no file holds the result above: write its values out.
assistant: {"city": "Oslo"}
)");
}

TEST(PlannerRun, KnowsARepeatedCall) {
  const auto run = read_run({message("user", "x"), calling("1", "weather", R"({"city" : "Oslo"})")});
  EXPECT_TRUE(is_repeated(run, "weather", *Value::parse(kOslo)));
  EXPECT_FALSE(is_repeated(run, "weather", *Value::parse(R"({"city":"Rome"})")));
  EXPECT_FALSE(is_repeated(run, "clock", *Value::parse(kOslo)));
}

TEST(PlannerRun, WithoutTools) {
  auto said = calling("2", "clock", "{}");
  said.content = "Let me see.";
  EXPECT_EQ(transcript(without_tools({message("user", "x"), calling("1", "weather", "{}"), result("1", "3"), said,
                                      result("2", "noon"), message("assistant", "Noon.")})),
            "user: x\nassistant: Let me see.\nassistant: Noon.\n");
}

}  // namespace
}  // namespace collet::llm::planning
