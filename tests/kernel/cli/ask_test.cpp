#include <signal.h>

#include "kernel/cli/command_fixture.hpp"

namespace collet::cli {
namespace {

using AskCommand = CommandTest;

std::vector<std::string> good_run() {
  return {
      ": keepalive\n\n",
      frame("message", R"({"id":"c","object":"chat.completion","model":"local","choices":[{"index":0,"message":{"role":"assistant","content":"","tool_calls":[{"id":"t1","type":"function","function":{"name":"one","arguments":"{\"code\":\"print(5)\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":20,"completion_tokens":4,"total_tokens":24}})"),
      frame("tool", R"({"object":"tool.event","kind":"finished","tool_call_id":"t1","name":"one","elapsed_ms":12})"),
      frame("message", R"({"object":"tool.completion","choices":[{"index":0,"message":{"role":"tool","content":"Tool 'one' returned result: {\"content\":[{\"type\":\"text\",\"text\":\"{\\\"returncode\\\":0,\\\"stdout\\\":\\\"5\\\",\\\"stderr\\\":\\\"\\\"}\"}],\"isError\":false}","tool_call_id":"t1","name":"one"},"finish_reason":""}],"usage":{}})"),
      frame("message", R"({"object":"chat.completion","model":"local","choices":[{"index":0,"message":{"role":"assistant","content":"It is 5."},"finish_reason":"stop"}],"usage":{"prompt_tokens":30,"completion_tokens":5,"total_tokens":35}})"),
      frame("done", "[DONE]"),
  };
}

// Times differ from run to run.
std::string without_times(std::string text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') continue;
    std::size_t end = i;
    while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
    if (text.compare(end, 3, " ms") == 0) text.replace(i, end + 3 - i, "T");
    else if (text.compare(end, 3, " s,") == 0 || text.compare(end, 3, " s:") == 0) text.replace(i, end + 2 - i, "T");
    else i = end;
  }
  return text;
}

TEST_F(AskCommand, ShowsTheRunOfAServerOfItsOwn) {
  http_.answers = {FakeAnswer::json(kTools), FakeAnswer::json(kModels), FakeAnswer::stream(good_run())};
  EXPECT_EQ(run({"ask", "What is 2+3?"}), 0) << err_;
  EXPECT_EQ(without_times(out_),
            "[turn 1] T, 20 + 4 tokens\n"
            "  -> one\n"
            "     | print(5)\n"
            "  <- one: ok, T, returncode 0\n"
            "     5\n"
            "\n"
            "[answer] T, 30 + 5 tokens\n"
            "It is 5.\n"
            "\n"
            "done in T: 2 turns, 1 tool call, 50 + 9 tokens, model local\n");
  EXPECT_EQ(err_, "");
  EXPECT_EQ(http_.requests.at(2).url, "http://127.0.0.1:4711/v1/agents/demo");
  EXPECT_EQ(header(2, "Authorization"), "Bearer " + seen_.settings.auth.keys.at(0).key);
  EXPECT_EQ(body(2).dump(),
            R"({"model":"local","messages":[{"role":"user","content":"What is 2+3?"}],"tools":[{"type":"demo_tool","name":"one"},{"type":"space_tool","name":"notes/find"}],"events":"all"})");
  EXPECT_EQ(seen_.settings.server.listen, "127.0.0.1:0");
  EXPECT_EQ(seen_.settings.auth.keys.size(), 1u);
  EXPECT_EQ(seen_.stops, 1);
  EXPECT_EQ(seen_.waits, 1);
}

TEST_F(AskCommand, PassesEveryOptionOn) {
  const ScopedEnv url("COLLET_URL", "http://example.test:8080//"), key("COLLET_API_KEY", "secret");
  http_.answers = {FakeAnswer::stream(good_run())};
  http_.answers[0].header("x-collet-warning", "ttl_seconds: 300 is above 120; 120 is used");
  EXPECT_EQ(run({"ask", "--tool", "one", "--tool", "notes/find", "--model", "big", "--app", "my-app", "--size", "standard-2x", "--ttl", "300",
                 "--max-calls", "2", "--system", "Be brief.", "--params", R"({"a":1})", "Hello"}), 0) << err_;
  EXPECT_EQ(seen_.starts, 0);
  EXPECT_EQ(http_.requests.at(0).url, "http://example.test:8080/v1/agents/demo");
  EXPECT_EQ(header(0, "Authorization"), "Bearer secret");
  const std::string params = R"("runtime_params":{"target_app_name":"my-app","dyno_size":"standard-2x","ttl_seconds":300,"max_calls":2,"tool_params":{"a":1}}})";
  EXPECT_EQ(body(0).dump(), R"({"model":"big","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hello"}],"tools":[{"type":"demo_tool","name":"one",)" +
                                params + R"(,{"type":"space_tool","name":"notes/find",)" + params + R"(],"events":"all"})");
  EXPECT_EQ(err_, "note: ttl_seconds: 300 is above 120; 120 is used\n");
}

TEST_F(AskCommand, JsonAndQuiet) {
  http_.answers = {FakeAnswer::stream(good_run()), FakeAnswer::stream(good_run())};
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools", "--json"}), 0) << err_;
  std::size_t lines = 0;
  for (std::size_t at = 0, end; (end = out_.find('\n', at)) != std::string::npos; at = end + 1, ++lines) {
    EXPECT_TRUE(Value::parse(std::string_view(out_).substr(at, end - at))) << out_.substr(at, end - at);
  }
  EXPECT_EQ(lines, 4u);
  EXPECT_EQ(body(0)["tools"].size(), 0u);
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools", "--quiet"}), 0) << err_;
  EXPECT_EQ(out_, "It is 5.\n");
}

TEST_F(AskCommand, TellsWhatWentWrong) {
  http_.answers = {FakeAnswer::json(R"({"error":{"code":400,"message":"tools[0].name: there is no tool nope","type":"invalid_request_error"}})", 400)};
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--tool", "nope"}), 1);
  EXPECT_EQ(err_, "collet: 400: tools[0].name: there is no tool nope\n");

  http_.answers = {FakeAnswer::stream({frame("error", R"({"object":"agent.error","message":"upstream failed","error":{"code":500,"message":"upstream failed"}})"), frame("done", "[DONE]")})};
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools"}), 1);
  EXPECT_EQ(without_times(out_), "\nfailed in T: 0 turns, 0 tool calls\n");
  EXPECT_EQ(err_, "error: upstream failed\n") << "a pipe carries answers";

  http_.answers = {FakeAnswer::stream({frame("error", R"({"object":"agent.error","message":"upstream failed"})"), frame("done", "[DONE]")})};
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools", "-q"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(err_, "error: upstream failed\n");

  http_.answers = {FakeAnswer::stream({good_run()[1]})};
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools"}), 1);
  EXPECT_EQ(err_, "collet: the stream broke off before the run had ended\n");

  http_.answers = {FakeAnswer::failure({Errc::unavailable, "connection refused"})};
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools"}), 1);
  EXPECT_EQ(err_, "collet: no answer from http://127.0.0.1:4711: connection refused\n");

  start_error_ = Error{Errc::unavailable, "no room"};
  EXPECT_EQ(run({"ask", "x"}), 1);
  EXPECT_EQ(err_, "collet: cannot start a server: no room\n");
}

TEST_F(AskCommand, CtrlCCancelsTheRun) {
  FakeAnswer answer = FakeAnswer::stream({good_run()[1]});
  answer.hangs = true;
  http_.answers = {std::move(answer)};
  on_open_ = [] { raise(SIGINT); };
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools"}), 1);
  EXPECT_EQ(http_.cancels, 1);
  EXPECT_EQ(err_, "collet: cancelled\n");
  EXPECT_EQ(seen_.stops, 1);
}

TEST_F(AskCommand, TheStoredKeyGoesToThisMachineOnly) {
  std::filesystem::create_directories(folder_.path() + "/collet");
  const std::string file = folder_.write("collet/api_key", "stored\n");
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  for (const auto& [url, expected] : {std::pair{"http://127.0.0.1:1", "Bearer stored"}, {"http://localhost", "Bearer stored"},
                                      {"http://127.0.0.1.evil.test", ""}, {"https://example.test", ""}}) {
    const ScopedEnv variable("COLLET_URL", url);
    http_.requests.clear();
    http_.answers = {FakeAnswer::json(kTools)};
    EXPECT_EQ(run({"tools"}), 0) << err_;
    EXPECT_EQ(header(0, "Authorization"), expected) << url;
  }
}

}  // namespace
}  // namespace collet::cli
