#include "agent/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/abi.h"
#include "transcript.hpp"

namespace collet::agent::testing {
namespace {

RunRequest request_with(const std::vector<ToolOption>& tools) {
  RunRequest request;
  request.caller.id = "dev";
  llm::Message question;
  question.role = "user";
  question.content = Value("hello");
  request.messages.push_back(question);
  for (const auto& tool : tools) request.tools.push_back(make_tool(tool));
  return request;
}

TEST(Machine, AnswersWithoutTools) {
  Machine machine(request_with({}));
  EXPECT_EQ(to_text(machine.start()), "ask\n");
  EXPECT_EQ(to_text(machine.feed(ModelAnswered{says("hi")})), "turn \"hi\" stop\nfinish\n");
  EXPECT_TRUE(machine.finished());
  EXPECT_EQ(machine.summary().usage.total_tokens, 15);
}

TEST(Machine, RunsAToolAndAsksAgain) {
  Machine machine(request_with({{.name = "echo"}}));
  (void)machine.start();
  EXPECT_EQ(to_text(machine.feed(ModelAnswered{wants({{"a", "echo", R"({"x":1})"}})})),
            "turn \"\" a:echo tool_calls\n"
            "queued a\n"
            "start a {\"x\":1}\n");
  EXPECT_EQ(to_text(machine.feed(ended(0, "one"))), "result a {one}\nask\n");
  EXPECT_EQ(to_text(machine.feed(ModelAnswered{says("done")})), "turn \"done\" stop\nfinish\n");
  EXPECT_EQ(machine.summary().usage.total_tokens, 28 + 15);
  EXPECT_EQ(machine.summary().tool_calls, 1);
}

TEST(Machine, EmitsParallelResultsInCallOrder) {
  Machine machine(request_with({{.name = "echo"}}));
  (void)machine.start();
  EXPECT_EQ(to_text(machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}, {"b", "echo", "{}"}, {"c", "echo", "{}"}})})),
            "turn \"\" a:echo b:echo c:echo tool_calls\n"
            "queued a\nqueued b\nqueued c\nstart a {}\nstart b {}\nstart c {}\n");
  EXPECT_EQ(to_text(machine.feed(ended(2, "third"))), "");
  EXPECT_EQ(to_text(machine.feed(ended(0, "first"))), "result a {first}\n");
  EXPECT_EQ(to_text(machine.feed(ended(1, "second"))), "result b {second}\nresult c {third}\nask\n");
  const auto turn = machine.turn_request();
  ASSERT_EQ(turn.messages.size(), 5u);
  EXPECT_EQ(turn.messages[2].tool_call_id, "a");
  EXPECT_EQ(turn.messages[4].content.string_or(""), "third");
}

TEST(Machine, StartsNoMoreThanTheParallelLimit) {
  RunRequest request = request_with({{.name = "echo", .calls_max = 9}});
  request.limits.parallel_calls_max = 2;
  Machine machine(std::move(request));
  (void)machine.start();
  EXPECT_EQ(to_text(machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}, {"b", "echo", "{}"}, {"c", "echo", "{}"}})})),
            "turn \"\" a:echo b:echo c:echo tool_calls\n"
            "queued a\nqueued b\nqueued c\nstart a {}\nstart b {}\n");
  EXPECT_EQ(to_text(machine.feed(ended(1, "two"))), "start c {}\n");
  EXPECT_EQ(to_text(machine.feed(ended(0, "one"))), "result a {one}\nresult b {two}\n");
  EXPECT_EQ(to_text(machine.feed(ended(2, "three"))), "result c {three}\nask\n");
}

TEST(Machine, TellsTheModelOfAnUnknownTool) {
  Machine machine(request_with({{.name = "echo"}}));
  (void)machine.start();
  const std::string text = to_text(machine.feed(ModelAnswered{wants({{"a", "ecko", "{}"}})}));
  EXPECT_THAT(text, ::testing::HasSubstr("refuse a tool.unknown\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("There is no tool named \\\"ecko\\\". Available tools: echo."));
  EXPECT_THAT(text, ::testing::EndsWith("ask\n"));
  EXPECT_TRUE(machine.turn_request().messages.back().is_error);
}

TEST(Machine, NamesThePathOfAWrongArgument) {
  Machine machine(request_with({{.name = "echo", .schema = R"({"type":"object","properties":{"n":{"type":"integer"}}})"}}));
  (void)machine.start();
  const std::string text = to_text(machine.feed(ModelAnswered{wants({{"a", "echo", R"({"n":"x"})"}})}));
  EXPECT_THAT(text, ::testing::HasSubstr("refuse a tool.arguments\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("/n"));
  EXPECT_THAT(text, ::testing::HasSubstr("integer"));
}

TEST(Machine, RefusesArgumentsThatAreNoJson) {
  Machine machine(request_with({{.name = "echo"}}));
  (void)machine.start();
  const std::string text = to_text(machine.feed(ModelAnswered{wants({{"a", "echo", "{oops"}})}));
  EXPECT_THAT(text, ::testing::HasSubstr("are not valid JSON"));
}

TEST(Machine, MergesPinnedArgumentsOverTheModels) {
  Machine machine(request_with({{.name = "query", .pinned = R"({"db":"GREEN"})"}}));
  (void)machine.start();
  EXPECT_THAT(to_text(machine.feed(ModelAnswered{wants({{"a", "query", R"({"db":"RED","q":1})"}})})),
              ::testing::HasSubstr(R"(start a {"db":"GREEN","q":1})"));
}

TEST(Machine, ChecksArgumentsWithThePinnedOnesIn) {
  RunRequest request = request_with({{.name = "query", .pinned = R"({"db":"GREEN"})"}});
  request.tools[0].offer.whole = *Schema::compile(*Value::parse(
      R"({"type":"object","required":["db"],"if":{"properties":{"db":{"const":"GREEN"}}},"then":{"required":["q"]}})"));
  Machine machine(std::move(request));
  (void)machine.start();
  const std::string refused = to_text(machine.feed(ModelAnswered{wants({{"a", "query", "{}"}})}));
  EXPECT_THAT(refused, ::testing::HasSubstr("refuse a tool.arguments\n"));
  EXPECT_THAT(to_text(machine.feed(ModelAnswered{wants({{"b", "query", R"({"q":1})"}})})),
              ::testing::HasSubstr(R"(start b {"q":1,"db":"GREEN"})"));
}

TEST(Machine, RefusesArgumentsThatAreNoObject) {
  Machine machine(request_with({{.name = "echo", .schema = "{}"}}));
  (void)machine.start();
  EXPECT_THAT(to_text(machine.feed(ModelAnswered{wants({{"a", "echo", "[1]"}})})),
              ::testing::HasSubstr("must be a JSON object, got array"));
}

TEST(Machine, WithdrawsAToolWhoseCallsAreUsedUp) {
  Machine machine(request_with({{.name = "echo", .calls_max = 1}, {.name = "other"}}));
  (void)machine.start();
  const std::string text = to_text(machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}, {"b", "echo", "{}"}})}));
  EXPECT_THAT(text, ::testing::HasSubstr("start a {}\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("refuse b runtime_params.max_calls\n"));
  EXPECT_THAT(to_text(machine.feed(ended(0, "one"))), ::testing::HasSubstr("The limit of 1 calls of \\\"echo\\\" is reached"));
  const auto turn = machine.turn_request();
  ASSERT_EQ(turn.tools.size(), 1u);
  EXPECT_EQ(turn.tools[0].name, "other");
}

TEST(Machine, DeniesByPolicyAndNamesTheRule) {
  RunRequest request = request_with({{.name = "psql", .flags = COLLET_TOOL_NEEDS_APP}, {.name = "echo"}});
  request.caller.tools = {"p*"};
  Machine machine(std::move(request));
  (void)machine.start();
  const std::string text = to_text(machine.feed(ModelAnswered{wants({{"a", "psql", "{}"}, {"b", "echo", "{}"}})}));
  EXPECT_THAT(text, ::testing::HasSubstr("refuse a tool.needs_app\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("refuse b auth.keys.tools\n"));
}

TEST(Machine, EndsWhenTheTurnsAreUsedUp) {
  RunRequest request = request_with({{.name = "echo", .calls_max = 9}});
  request.limits.turns_max = 2;
  Machine machine(std::move(request));
  (void)machine.start();
  (void)machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}})});
  (void)machine.feed(ended(0, "one"));
  const std::string text = to_text(machine.feed(ModelAnswered{wants({{"b", "echo", "{}"}})}));
  EXPECT_THAT(text, ::testing::HasSubstr("failed limit: the run used all its model turns (limits.turns_max = 2)"));
  EXPECT_THAT(text, ::testing::EndsWith("finish\n"));
}

TEST(Machine, CapsTheNumberOfToolCalls) {
  RunRequest request = request_with({{.name = "echo", .calls_max = 9}});
  request.limits.tool_calls_max = 1;
  Machine machine(std::move(request));
  (void)machine.start();
  EXPECT_THAT(to_text(machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}, {"b", "echo", "{}"}})})),
              ::testing::HasSubstr("refuse b limits.tool_calls_max\n"));
}

TEST(Machine, EndsWhenTheOutputIsTooLong) {
  RunRequest request = request_with({{.name = "echo"}});
  request.limits.run_output_bytes_max = 10;
  Machine machine(std::move(request));
  (void)machine.start();
  (void)machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}})});
  EXPECT_THAT(to_text(machine.feed(ended(0, "more than ten bytes"))),
              ::testing::HasSubstr("failed limit: the run's output is over limits.run_output_bytes_max = 10"));
}

TEST(Machine, AbandonsOnCancellationWithoutAWord) {
  Machine machine(request_with({{.name = "echo"}}));
  (void)machine.start();
  (void)machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}})});
  EXPECT_EQ(to_text(machine.feed(Stopped{{Errc::cancelled, "gone"}})), "abandon gone\nfinish\n");
  EXPECT_EQ(to_text(machine.feed(ended(0, "late"))), "");
}

TEST(Machine, SaysWhyWhenTheDeadlinePasses) {
  Machine machine(request_with({}));
  (void)machine.start();
  EXPECT_EQ(to_text(machine.feed(Stopped{{Errc::timeout, "too long"}})),
            "abandon too long\nfailed timeout: too long\nfinish\n");
}

TEST(Machine, ReportsAFailingModel) {
  Machine machine(request_with({}));
  (void)machine.start();
  EXPECT_EQ(to_text(machine.feed(ModelFailed{{Errc::unavailable, "no connection"}})),
            "failed unavailable: no connection\nfinish\n");
}

TEST(Machine, StopsForTheCallersOwnFunctions) {
  RunRequest request = request_with({{.name = "echo"}});
  llm::ToolSpec mine;
  mine.name = "mine";
  request.client_tools.push_back(mine);
  Machine machine(std::move(request));
  (void)machine.start();
  EXPECT_EQ(to_text(machine.feed(ModelAnswered{wants({{"a", "mine", "{}"}})})),
            "turn \"\" a:mine tool_calls\nfinish\n");
}

TEST(Machine, ForcesAToolOnTheFirstTurnOnly) {
  RunRequest request = request_with({{.name = "echo"}});
  request.tool_choice = Value("required");
  Machine machine(std::move(request));
  (void)machine.start();
  EXPECT_EQ(machine.turn_request().tool_choice.string_or(""), "required");
  (void)machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}})});
  (void)machine.feed(ended(0, "one"));
  EXPECT_TRUE(machine.turn_request().tool_choice.is_null());
}

TEST(Machine, ShortensAResultOnceTheModelHasReadIt) {
  Machine machine(request_with({{.name = "echo", .calls_max = 9}}));
  (void)machine.start();
  (void)machine.feed(ModelAnswered{wants({{"a", "echo", "{}"}})});
  CallEnded end = ended(0, "a long text");
  end.later_text = "short";
  (void)machine.feed(std::move(end));
  EXPECT_EQ(machine.turn_request().messages[2].content.string_or(""), "a long text");
  (void)machine.feed(ModelAnswered{wants({{"b", "echo", "{}"}})});
  (void)machine.feed(ended(0, "two"));
  EXPECT_EQ(machine.turn_request().messages[2].content.string_or(""), "short");
}

}  // namespace
}  // namespace collet::agent::testing
