#include "llm/openai_answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace collet::llm {
namespace {

/// Feeds chunks, each given as its `delta` (or, with "choices" in it, whole).
struct Feed {
  explicit Feed(TurnRequest asked = {}) : request(std::move(asked)), names(request, false), builder(request, names) {}

  std::vector<std::string> chunks(const std::vector<const char*>& texts) {
    std::vector<std::string> seen;
    for (const auto* text : texts) {
      const Value json = *Value::parse(text);
      const Value choice = json::object({{"index", 0}, {"delta", json}});
      auto delta = builder.absorb(json.has("choices") ? json : json::object({{"choices", json::array({choice})}}));
      seen.push_back(!delta ? "error: " + delta.error().message : delta->is_null() ? "-" : delta->dump());
    }
    return seen;
  }

  TurnRequest request;
  NameMap names;
  TurnBuilder builder;
};

std::string calls_of(const ModelTurn& turn) {
  std::string out;
  for (const auto& call : turn.tool_calls) out += call.id + " " + call.name + " " + call.arguments + "\n";
  return out;
}

TEST(OpenAiAnswer, TextUsageAndFinish) {
  Feed feed;
  const auto seen = feed.chunks({R"({"role":"assistant","content":""})", R"({"content":"Hel"})", R"({"content":"lo"})",
                                 R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})",
                                 R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}})"});
  EXPECT_EQ(seen, (std::vector<std::string>{R"({"role":"assistant","content":""})", R"({"content":"Hel"})",
                                            R"({"content":"lo"})", "-", "-"}));
  const ModelTurn turn = feed.builder.take();
  EXPECT_EQ(turn.content, "Hello");
  EXPECT_EQ(turn.finish_reason, "stop");
  EXPECT_EQ(turn.usage.total_tokens, 5);
}

TEST(OpenAiAnswer, CallsAreGatheredByIndex) {
  Feed feed;
  feed.chunks({R"({"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]})",
               R"({"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]})",
               R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]})",
               R"({"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]})"});
  EXPECT_EQ(calls_of(feed.builder.take()), "a f {\"x\":1}\nb g {}\n");
}

TEST(OpenAiAnswer, CallsWithoutIndexesAreToldApartById) {
  Feed feed;
  const auto seen = feed.chunks({R"({"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]})",
                                 R"({"tool_calls":[{"id":"b","function":{"name":"f","arguments":"{}"}}]})"});
  EXPECT_EQ(calls_of(feed.builder.take()), "a f {}\nb f {}\n");
  EXPECT_EQ(seen[1],
            R"({"tool_calls":[{"id":"b","function":{"name":"f","arguments":"{}"},"index":1,"type":"function"}]})");
}

TEST(OpenAiAnswer, OneIndexForAllIsToldApartById) {
  Feed feed;
  feed.chunks({R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})",
               R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]})"});
  EXPECT_EQ(calls_of(feed.builder.take()), "a f {}\nb g {}\n");
}

TEST(OpenAiAnswer, AMissingOrUsedIdIsReplacedEverywhere) {
  TurnRequest request;
  Message said;
  said.role = "assistant";
  said.tool_calls.push_back({"call_0", "f", "{}"});
  request.messages.push_back(said);
  Feed feed(std::move(request));
  const auto seen = feed.chunks({R"({"tool_calls":[{"index":0,"id":"call_0","function":{"name":"f","arguments":"{}"}}]})",
                                 R"({"tool_calls":[{"index":1,"function":{"name":"g","arguments":"{}"}}]})"});
  const ModelTurn turn = feed.builder.take();
  ASSERT_EQ(turn.tool_calls.size(), 2u);
  EXPECT_NE(turn.tool_calls[0].id, "call_0");
  EXPECT_NE(seen[0].find(turn.tool_calls[0].id), std::string::npos) << seen[0];
  EXPECT_NE(seen[1].find(turn.tool_calls[1].id), std::string::npos) << seen[1];
}

TEST(OpenAiAnswer, NamesAreOursAgainInTheDeltasToo) {
  TurnRequest request;
  request.tools = {{"notes/find", "", Value(), {}}};
  Feed feed(std::move(request));
  const auto seen = feed.chunks({R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"notes__find","arguments":""}}]})"});
  EXPECT_NE(seen[0].find("notes/find"), std::string::npos) << seen[0];
  EXPECT_EQ(feed.builder.take().tool_calls[0].name, "notes/find");
}

TEST(OpenAiAnswer, AlmostJsonIsRepairedButNotHalfACall) {
  Feed whole;
  whole.chunks({R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{'x': True,"}}]})"});
  EXPECT_EQ(calls_of(whole.builder.take()), "a f {\"x\":true}\n");
  Feed cut;
  cut.chunks({R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\": \"rm -r /tm"}}]})",
              R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})"});
  const ModelTurn turn = cut.builder.take();
  EXPECT_EQ(turn.finish_reason, "length");
  EXPECT_EQ(turn.tool_calls[0].arguments, "{\"x\": \"rm -r /tm");
}

TEST(OpenAiAnswer, FinishReasonOfACallIsToolCalls) {
  Feed feed;
  feed.chunks({R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})",
               R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"});
  EXPECT_EQ(feed.builder.take().finish_reason, "tool_calls");
}

TEST(OpenAiAnswer, ReasoningInItsThreeSpellings) {
  Feed feed;
  feed.chunks({R"({"reasoning_content":"a"})", R"({"reasoning":"b"})", R"({"reasoning":{"thinking":"c"}})"});
  EXPECT_EQ(feed.builder.take().reasoning, "abc");
}

TEST(OpenAiAnswer, ReasoningThatComesInTwoFormsCountsOnce) {
  Feed feed;
  feed.chunks({R"({"reasoning_content":"a","reasoning":"a"})", R"({"reasoning_content":"","reasoning":{"thinking":"b"}})"});
  EXPECT_EQ(feed.builder.take().reasoning, "ab");
}

TEST(OpenAiAnswer, UnknownMembersOfADeltaReachTheSink) {
  Feed feed;
  EXPECT_EQ(feed.chunks({R"({"content":"x","annotations":[1]})"})[0], R"({"content":"x","annotations":[1]})");
}

TEST(OpenAiAnswer, TooManyCallsAreAnError) {
  Feed feed;
  std::string last;
  for (int i = 0; i < 200; ++i) {
    const std::string text = R"({"tool_calls":[{"index":)" + std::to_string(i) + R"(,"function":{"name":"f"}}]})";
    last = feed.chunks({text.c_str()})[0];
  }
  EXPECT_EQ(last, "error: more than 128 tool calls in one turn");
}

TEST(OpenAiAnswer, AWholeAnswer) {
  Feed feed;
  const Value body = *Value::parse(R"({"choices":[{"message":{"role":"assistant","content":null,"reasoning_content":"hm",
    "tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":{"x":1}}}]},"finish_reason":"tool_calls"}],
    "usage":{"prompt_tokens":1,"completion_tokens":2}})");
  ASSERT_TRUE(feed.builder.absorb_whole(body).ok());
  const ModelTurn turn = feed.builder.take();
  EXPECT_EQ(calls_of(turn), "a f {\"x\":1}\n");
  EXPECT_EQ(turn.content, "");
  EXPECT_EQ(turn.reasoning, "hm");
  EXPECT_EQ(turn.usage.total_tokens, 3);
  EXPECT_EQ(turn.raw, body);
}

TEST(OpenAiAnswer, AWholeAnswerWithoutChoicesIsRefused) {
  Feed feed;
  const auto taken = feed.builder.absorb_whole(*Value::parse(R"({"result":"hi"})"));
  ASSERT_FALSE(taken.ok());
  EXPECT_EQ(taken.error().code, Errc::unavailable);
}

}  // namespace
}  // namespace collet::llm
