#include "api/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/sse.hpp"

namespace collet::api {
namespace {

const Envelope kEnvelope{"chatcmpl-1", "demo", "heroku-inf-ab12cd"};

// `created` is the clock's; everything else is compared to the letter.
std::string without_time(std::string json) {
  const auto at = json.find("\"created\":");
  const auto end = json.find(',', at);
  return json.replace(at, end - at, "\"created\":T");
}

TEST(Wire, WritesAnAssistantTurnWithCalls) {
  llm::ModelTurn turn;
  turn.content = "Let me add.";
  turn.tool_calls = {{"tooluse_01", "run", R"json({"code":"print(2+3)"})json"}};
  turn.finish_reason = "tool_calls";
  turn.usage = {210, 40, 250};
  EXPECT_EQ(without_time(completion_json(kEnvelope, turn, turn.usage)),
            R"json({"id":"chatcmpl-1","object":"chat.completion","created":T,"model":"demo","system_fingerprint":"heroku-inf-ab12cd","choices":[{"index":0,"message":{"role":"assistant","content":"Let me add.","refusal":null,"tool_calls":[{"id":"tooluse_01","type":"function","function":{"name":"run","arguments":"{\"code\":\"print(2+3)\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":210,"completion_tokens":40,"total_tokens":250}})json");
}

TEST(Wire, WritesAToolCompletionWithoutModel) {
  const agent::ToolCompleted done{"tooluse_01", "run", R"({"content":[],"isError":false})", false};
  EXPECT_EQ(without_time(tool_completion_json(kEnvelope, done)),
            R"({"id":"chatcmpl-1","object":"tool.completion","created":T,"system_fingerprint":"heroku-inf-ab12cd","choices":[{"index":0,"message":{"role":"tool","content":"Tool 'run' returned result: {\"content\":[],\"isError\":false}","refusal":null,"tool_call_id":"tooluse_01","name":"run"},"finish_reason":""}],"usage":{}})");
}

TEST(Wire, PutsUsageOnTheFinishChunk) {
  EXPECT_EQ(without_time(finish_chunk_json(kEnvelope, "stop", {5, 1, 6})),
            R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":T,"model":"demo","system_fingerprint":"heroku-inf-ab12cd","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}})");
}

TEST(Wire, KeepsUnknownMembersOfAnAdoptedAnswer) {
  const Value raw = *Value::parse(R"({"id":"up","object":"chat.completion","created":1,"model":"m","choices":[{"logprobs":null}],"service_tier":"x"})");
  EXPECT_EQ(without_time(adopt_completion_json(kEnvelope, raw)),
            R"({"id":"chatcmpl-1","object":"chat.completion","created":T,"model":"demo","system_fingerprint":"heroku-inf-ab12cd","choices":[{"logprobs":null}],"service_tier":"x"})");
}

TEST(Wire, FramesHaveNoSpaceAfterTheColons) {
  EXPECT_EQ(message_frame("{}"), "event:message\ndata:{}\n\n");
  EXPECT_EQ(kDoneFrame, "event:done\ndata:[DONE]\n\n");
}

TEST(Wire, IdsHaveTheDocumentedShape) {
  const Envelope envelope = make_envelope("m");
  EXPECT_THAT(envelope.id, ::testing::MatchesRegex("chatcmpl-[0-9a-f]+"));
  EXPECT_EQ(envelope.id.size(), 9u + 21u);
  EXPECT_THAT(envelope.fingerprint, ::testing::MatchesRegex("heroku-inf-[0-9a-f]+"));
}

}  // namespace
}  // namespace collet::api
