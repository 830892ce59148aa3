// The provider and the scripted model server over real sockets.
#include "support/scripted_model.hpp"

#include <gtest/gtest.h>

#include <string>

#include "llm/openai.hpp"
#include "support/loopback_http.hpp"
#include "support/run_task.hpp"

namespace collet::llm {
namespace {

using testing::ScriptedModel;

constexpr std::string_view kScenarios = R"({"models": {
  "sum": {"turns": [
    {"content": "Let me add.", "tool_calls": [{"name": "add", "arguments": {"a": 2, "b": 3}}],
     "expect": {"tools": ["add"], "members": {"/temperature": 0.5}}},
    {"content": "It is 5, as you can see.", "chunks": 4, "expect": {"contains": ["\"tool_call_id\":\"call_0_0\""]}}]},
  "slow": {"turns": [{"content": "abcdef", "chunks": 6, "chunk_delay_ms": 1, "delay_ms": 1}]},
  "busy": {"turns": [{"status": 429, "headers": {"x-should-retry": "false"}, "body": {"error": {"message": "later"}}}]},
  "drops": {"turns": [{"content": "never whole", "chunks": 4, "drop_after_bytes": 500}]},
  "broken": {"turns": [{"malformed": true, "content": "x"}]},
  "fails": {"turns": [{"content": "x", "stream_error": {"message": "boom", "code": 500}}]},
  "thinks": {"turns": [{"reasoning": "hm", "content": "yes"}]},
  "echo": {"turns": [{"echo": true, "content": "you said: "}]}
}})";

struct Count : DeltaSink {
  int deltas = 0;
  boost::asio::awaitable<bool> on_delta(const Value&) override {
    ++deltas;
    co_return true;
  }
};

struct Scripted : ::testing::Test {
  std::string ask(const std::string& model, bool stream, const std::string& text = "add 2 and 3") {
    config::ModelSettings settings;
    settings.id = model;
    settings.base_url = server.base_url();
    settings.retries_max = 0;
    const auto provider = make_openai(settings, http);
    Message user;
    user.role = "user";
    user.content = Value(text);
    std::vector<Message> messages{user};
    for (int turn = 0; turn < 4; ++turn) {
      TurnRequest request;
      request.messages = messages;
      request.tools = {{"add", "Adds.", *Value::parse(R"({"type":"object"})"), {}}};
      request.options = json::object({{"temperature", 0.5}});
      auto answer = testing::run_task(io, provider->complete(std::move(request), stream ? &sink : nullptr, {}));
      if (!answer) return std::string(name(answer.error().code)) + ": " + answer.error().message;
      if (answer->tool_calls.empty()) return answer->reasoning + answer->content;
      messages.emplace_back();
      messages.back().role = "assistant";
      messages.back().content = Value(answer->content);
      messages.back().tool_calls = answer->tool_calls;
      messages.emplace_back();
      messages.back().role = "tool";
      messages.back().tool_call_id = answer->tool_calls[0].id;
      messages.back().content = "5";
    }
    return "no end";
  }

  ScriptedModel server{kScenarios};
  boost::asio::io_context io;
  testing::LoopbackHttp http{io};
  Count sink;
};

TEST_F(Scripted, AToolRoundWholeAndStreamed) {
  EXPECT_EQ(ask("sum", false), "It is 5, as you can see.");
  EXPECT_EQ(ask("sum", true), "It is 5, as you can see.");
  EXPECT_EQ(sink.deltas, 3 + 5);
  EXPECT_EQ(server.requests().size(), 4u);
}

TEST_F(Scripted, PiecesThatComeLate) { EXPECT_EQ(ask("slow", true), "abcdef"); }

TEST_F(Scripted, EveryFailureHasItsError) {
  EXPECT_EQ(ask("busy", false), "limit: model 'busy': its server answered 429: later");
  EXPECT_TRUE(ask("drops", true).starts_with("unavailable: model 'drops': closed in the middle")) << ask("drops", true);
  EXPECT_TRUE(ask("broken", true).starts_with("unavailable: model 'broken': a piece of its stream is no JSON"));
  EXPECT_TRUE(ask("broken", false).starts_with("unavailable: model 'broken': its answer is no JSON"));
  EXPECT_EQ(ask("fails", true), "unavailable: model 'fails': its server broke off: boom");
  EXPECT_EQ(ask("nobody", false), "not_found: model 'nobody': its server answered 404: no scenario named 'nobody'");
}

TEST_F(Scripted, ReasoningAndEcho) {
  EXPECT_EQ(ask("thinks", true), "hmyes");
  EXPECT_EQ(ask("echo", true, "grüß dich \"x\""), "you said: grüß dich \"x\"");
  EXPECT_EQ(ask("echo", false, "hi"), "you said: hi");
}

TEST_F(Scripted, EmbeddingsDependOnTheTextAlone) {
  config::ModelSettings settings;
  settings.id = "e";
  settings.base_url = server.base_url();
  const auto provider = make_openai(settings, http);
  const Value body = *Value::parse(R"({"input":["a","b","a"],"dimensions":4})");
  const auto answer = testing::run_task(io, provider->embed(body, {}));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  const Value data = (*answer)["data"];
  EXPECT_EQ(data.at(0)["embedding"].size(), 4u);
  EXPECT_EQ(data.at(0)["embedding"], data.at(2)["embedding"]);
  EXPECT_FALSE(data.at(0)["embedding"] == data.at(1)["embedding"]);
}

TEST(Scenarios, AMistakeInThemIsNamed) {
  const auto wrong = testing::parse_scenarios(R"({"models":{"m":{"turns":[{"contents":"x"}]}}})");
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().message, "model 'm': unknown member 'contents' of a scripted turn");
}

}  // namespace
}  // namespace collet::llm
