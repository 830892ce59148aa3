#include "llm/planner.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "kernel/llm/planner_tools.hpp"
#include "llm/planner_prompts.hpp"
#include "support/run_task.hpp"

namespace collet::llm {
namespace {

/// Says what the test wrote down, and remembers what it was asked.
class FakeModel : public Provider {
 public:
  struct Asked {
    std::vector<Message> messages;
    Value options;
    bool streamed;
    std::int64_t deadline_ms;
    std::size_t tools;
  };
  std::deque<std::string> says;
  std::vector<Asked> asked;

  boost::asio::awaitable<Result<ModelTurn>> complete(TurnRequest request, DeltaSink* deltas, base::CancelToken) override {
    asked.push_back({request.messages, request.options, deltas != nullptr, request.deadline_ms, request.tools.size()});
    if (says.empty()) co_return Error{Errc::unavailable, "nothing to say"};
    ModelTurn turn;
    turn.content = says.front();
    says.pop_front();
    const Value whole = json::object({{"content", turn.content}});
    if (deltas) {
      const bool wanted = co_await deltas->on_delta(whole);
      if (!wanted) co_return Error{Errc::cancelled, "nobody listens"};
    }
    turn.finish_reason = "stop";
    turn.usage = {10, 1, 11};
    co_return turn;
  }
  boost::asio::awaitable<Result<Value>> embed(Value body, base::CancelToken) override { co_return body; }
};

struct Deltas : DeltaSink {
  std::vector<Value> seen;
  boost::asio::awaitable<bool> on_delta(const Value& delta) override {
    seen.push_back(delta);
    co_return true;
  }
};

struct PlannerTest : ::testing::Test {
  PlannerTest() {
    auto owned = std::make_unique<FakeModel>();
    inner = owned.get();
    planned = make_planned(std::move(owned), book);
  }

  /// One turn, told in one line.
  std::string turn(DeltaSink* sink = nullptr) {
    TurnRequest request;
    request.messages = messages;
    request.tools = tools;
    request.tool_choice = tool_choice;
    request.options = json::object({{"temperature", 0.7}});
    request.deadline_ms = 60'000;
    request.memory = remembers ? &memory : nullptr;
    auto answer = testing::run_task(planned->complete(std::move(request), sink, {}));
    if (!answer) return std::string(name(answer.error().code)) + ": " + answer.error().message;
    usage = answer->usage;
    if (answer->tool_calls.empty()) return "says " + answer->content + " [" + answer->finish_reason + "]";
    const ToolCall& call = answer->tool_calls[0];
    messages.push_back(calling(call.id, call.name, call.arguments));
    last_id = call.id;
    return "calls " + call.name + " " + call.arguments + " [" + answer->finish_reason + "]";
  }
  void answer_call(const std::string& text, bool is_error = false, bool is_empty = false) {
    messages.push_back(result(last_id, text, is_error, is_empty));
  }

  std::shared_ptr<ExampleBook> book = std::make_shared<ExampleBook>();
  FakeModel* inner = nullptr;
  std::unique_ptr<Provider> planned;
  std::vector<Message> messages{message("user", "How warm is Oslo, and what time is it?")};
  std::vector<ToolSpec> tools = two_tools();
  Value tool_choice;
  bool remembers = true;
  std::shared_ptr<void> memory;
  std::string last_id;
  Usage usage;
};

const std::string kTwoSteps =
    R"({"plan": ["weather: weather of Oslo", "clock: the time"]})";
const std::string kOneStep = R"({"plan": ["weather: weather of Oslo"]})";
const std::string kOslo = R"({"city": "Oslo"})";

TEST_F(PlannerTest, AChainReadsLikeThis) {
  inner->says = {kTwoSteps, kOslo, "3 degrees at noon."};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  EXPECT_EQ(usage.total_tokens, 22) << "planning and writing the call both count";
  answer_call("3 degrees");
  EXPECT_EQ(turn(), "calls clock {} [tool_calls]");
  answer_call("noon");
  EXPECT_EQ(turn(), "says 3 degrees at noon. [stop]");
  ASSERT_EQ(inner->asked.size(), 3u) << "a plan, one call with arguments, the answer";
  const auto& last = inner->asked[2].messages;
  EXPECT_EQ(transcript(last, last.size() - 5), R"(user: How warm is Oslo, and what time is it?

Next: weather: weather of Oslo
assistant: {"city": "Oslo"}
user: Result of weather:
3 degrees

Next: clock: the time
No variable and no file holds the result above: write its values out.
assistant: {}
user: Result of clock:
noon

Now answer in plain text and state the names and values found. The request was: How warm is Oslo, and what time is it?
)");
}

TEST_F(PlannerTest, ConstrainsThePlanAndTheCallButNotTheAnswer) {
  inner->says = {kOneStep, kOslo, "3."};
  turn();
  answer_call("3");
  turn();
  const auto schema = [&](int i) { return inner->asked[i].options["response_format"]["json_schema"]["schema"]; };
  EXPECT_EQ(inner->asked[0].options["temperature"], Value(0));
  EXPECT_EQ(schema(0)["properties"]["plan"]["items"]["pattern"], Value(R"(^(weather|clock): [^"\\\n]{1,100}$)"));
  EXPECT_EQ(schema(0)["properties"]["plan"]["minItems"], Value(0));
  EXPECT_EQ(schema(1).dump(), R"({"type":"object","required":["city"],)"
                              R"("properties":{"city":{"type":"string"}},"additionalProperties":false})");
  EXPECT_EQ(inner->asked[2].options.dump(), R"({"temperature":0.7})");
  for (const auto& asked : inner->asked) {
    EXPECT_EQ(asked.tools, 0u);
    EXPECT_GT(asked.deadline_ms, 0);
    EXPECT_LE(asked.deadline_ms, 60'000);
  }
}

TEST_F(PlannerTest, AnEmptyPlanIsOrdinaryChat) {
  messages = {message("system", "Be kind."), message("user", "Hello!")};
  inner->says = {R"({"plan": []})", "Hi!"};
  EXPECT_EQ(turn(), "says Hi! [stop]");
  EXPECT_EQ(transcript(inner->asked[1].messages), "system: Be kind.\nuser: Hello!\n");
  EXPECT_EQ(inner->asked[1].options.dump(), R"({"temperature":0.7})");
  messages.erase(messages.begin());
  memory.reset();
  inner->says = {R"({"plan": []})", "Hi!"};
  turn();
  EXPECT_EQ(transcript(inner->asked[3].messages),
            "system: You are a helpful assistant. Answer in the language of the request.\nuser: Hello!\n");
}

TEST_F(PlannerTest, WithoutMemoryThePlanIsMadeAgainAndFollowedOn) {
  remembers = false;
  inner->says = {kTwoSteps, kOslo, kTwoSteps, kTwoSteps, "3 degrees at noon."};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  answer_call("3 degrees");
  EXPECT_EQ(turn(), "calls clock {} [tool_calls]");
  answer_call("noon");
  EXPECT_EQ(turn(), "says 3 degrees at noon. [stop]");
}

TEST_F(PlannerTest, AFailureIsCorrectedTwiceThenAnswered) {
  inner->says = {kTwoSteps, R"({"city": "Osl"})", kOslo,
                 R"({"city": "Oslo, NO"})", "It cannot be found."};
  turn();
  answer_call("unknown city", true);
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  answer_call("unknown city", true);
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo, NO"} [tool_calls])");
  answer_call("unknown city", true);
  EXPECT_EQ(turn(), "says It cannot be found. [stop]");
}

TEST_F(PlannerTest, ACorrectionThatCorrectsNothingIsSkipped) {
  inner->says = {kOneStep, kOslo, kOslo, "No luck."};
  turn();
  answer_call("unknown city", true);
  EXPECT_EQ(turn(), "says No luck. [stop]");
}

TEST_F(PlannerTest, RepeatedAndSenselessCallsAreSkipped) {
  inner->says = {R"({"plan": ["weather: a", "weather: b", "weather: c", "clock: d"]})",
                 kOslo, kOslo, "I would rather not.", "Done."};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  answer_call("3");
  EXPECT_EQ(turn(), "calls clock {} [tool_calls]");
}

TEST_F(PlannerTest, AnAnswerThatLoopsIsCut) {
  const std::string loop(2'000, 'o');
  inner->says = {R"({"plan": []})", loop};
  EXPECT_EQ(turn(), "says " + loop + " [length]");
}

TEST_F(PlannerTest, ACallThatLoopsIsSkipped) {
  inner->says = {kOneStep, R"({"city": ")" + std::string(2'000, 'o'), "I cannot tell."};
  EXPECT_EQ(turn(), "says I cannot tell. [stop]");
}

TEST_F(PlannerTest, APlanWithNoUsableStepIsChat) {
  inner->says = {kOneStep, "garbage", "Hello."};
  EXPECT_EQ(turn(), "says Hello. [stop]");
}

TEST_F(PlannerTest, AToolThatIsWithdrawnMeanwhileIsNotCalled) {
  inner->says = {kTwoSteps, kOslo, "3 degrees."};
  turn();
  answer_call("3 degrees");
  const auto before = inner->asked[1].messages[0].content;
  tools = {};
  EXPECT_EQ(turn(), "says 3 degrees. [stop]");
  EXPECT_EQ(inner->asked[2].messages[0].content, before) << "the cached prefix must stay";
}

TEST_F(PlannerTest, ToolChoices) {
  tool_choice = "none";
  inner->says = {"No tools."};
  EXPECT_EQ(turn(), "says No tools. [stop]");

  tool_choice = "required";
  inner->says = {kOneStep, kOslo};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  EXPECT_EQ(inner->asked[1].options["response_format"]["json_schema"]["schema"]["properties"]["plan"]["minItems"], Value(1));

  messages.resize(1);
  memory.reset();
  tool_choice = *Value::parse(R"({"type":"function","function":{"name":"clock"}})");
  EXPECT_EQ(turn(), "calls clock {} [tool_calls]");
  EXPECT_EQ(inner->asked.size(), 3u) << "a named tool needs neither plan nor arguments here";
}

TEST_F(PlannerTest, CallsAndAnswersReachTheSink) {
  inner->says = {kOneStep, kOslo, "3 degrees."};
  Deltas sink;
  turn(&sink);
  ASSERT_EQ(sink.seen.size(), 1u) << "plans are not for the caller's eyes";
  EXPECT_EQ(sink.seen[0]["tool_calls"].at(0)["function"].dump(), R"({"name":"weather","arguments":"{\"city\":\"Oslo\"}"})");
  EXPECT_EQ(sink.seen[0]["tool_calls"].at(0)["id"], Value(last_id));
  answer_call("3 degrees");
  turn(&sink);
  ASSERT_EQ(sink.seen.size(), 2u);
  EXPECT_EQ(sink.seen[1]["content"], Value("3 degrees."));
}

TEST_F(PlannerTest, ErrorsOfTheModelAreTheTurnsErrors) {
  EXPECT_EQ(turn(), "unavailable: nothing to say");
  inner->says = {kOneStep};
  EXPECT_EQ(turn(), "unavailable: nothing to say");
}

TEST_F(PlannerTest, InstructionsReachTheAnswer) {
  messages.insert(messages.begin(), message("system", "Talk like a pirate."));
  inner->says = {kOneStep, kOslo, "Arr."};
  turn();
  answer_call("3 degrees");
  turn();
  const std::string said(inner->asked[2].messages.back().content.string_or(""));
  EXPECT_NE(said.find("Follow these instructions: Talk like a pirate."), std::string::npos) << said;
}

boost::asio::awaitable<bool> warm(Provider& inner, ExampleBook& book, std::vector<ToolSpec> tools) {
  co_await prewarm(inner, book, std::move(tools));
  co_return true;
}

TEST_F(PlannerTest, PrewarmAsksWhatTurnsWillAsk) {
  inner->says = {"{", "{", kOneStep, kOslo};
  testing::run_task(warm(*inner, *book, tools));
  turn();
  ASSERT_EQ(inner->asked.size(), 4u) << "nothing but the two: a third conversation would push one out";
  const std::size_t pairs[][2] = {{0, 2}, {1, 3}};  // planning, writing a call
  for (const auto& [warmed, used] : pairs) {
    const auto head = [&](std::size_t i) {
      const auto& all = inner->asked[i].messages;
      return transcript(std::vector<Message>(all.begin(), all.end() - 1));
    };
    EXPECT_EQ(head(warmed), head(used));
    EXPECT_GT(inner->asked[warmed].messages.size(), 3u);
  }
}

TEST_F(PlannerTest, AToolWithoutExamplesGetsOneFromTheModelOnce) {
  tools = {weather_tool(), notes_tool()};
  inner->says = {R"({"request": "Where is the milk?", "task": "find milk", "arguments": {"text": "milk"}})", kOneStep, kOslo};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  const auto shown = [&](std::size_t i) { return transcript(inner->asked[i].messages); };
  EXPECT_NE(shown(1).find("user: Where is the milk?"), std::string::npos) << shown(1);
  EXPECT_NE(shown(2).find(R"(assistant: {"text": "milk"})"), std::string::npos) << shown(2);

  messages.resize(1);
  memory.reset();
  inner->asked.clear();
  inner->says = {kOneStep, kOslo};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  EXPECT_NE(shown(0).find("user: Where is the milk?"), std::string::npos) << "it was not kept";

  auto other = std::make_unique<FakeModel>();
  inner = other.get();
  planned = make_planned(std::move(other), book);
  messages.resize(1);
  memory.reset();
  inner->says = {kOneStep, kOslo};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])") << "another thread's provider wrote it again";
}

TEST_F(PlannerTest, WhatAModelNeedsForPlansGoesWithPlansOnly) {
  auto other = std::make_unique<FakeModel>();
  inner = other.get();
  planned = make_planned(std::move(other), book, {json::object({{"logit_bias", json::array({"x"})}})});
  inner->says = {kOneStep, kOslo};
  EXPECT_EQ(turn(), R"(calls weather {"city":"Oslo"} [tool_calls])");
  ASSERT_EQ(inner->asked.size(), 2u);
  EXPECT_EQ(inner->asked[0].options["logit_bias"].dump(), R"(["x"])");
  EXPECT_EQ(inner->asked[0].options["max_tokens"], Value(200)) << "merged, not put in place of the rest";
  EXPECT_FALSE(inner->asked[1].options.has("logit_bias"));
}

TEST_F(PlannerTest, EmbeddingsPassThrough) {
  const auto answer = testing::run_task(planned->embed(Value("x"), {}));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(*answer, Value("x"));
}

}  // namespace
}  // namespace collet::llm
