// Runs as transcripts: events in, the very text out.
#include "cli/timeline.hpp"

#include <gtest/gtest.h>

namespace collet::cli {
namespace {

struct Step {
  std::int64_t at_ms;
  std::string data;
};

std::string transcript(const std::vector<Step>& steps, std::int64_t end_ms, TimelineOptions options = {}) {
  Timeline timeline(options);
  std::string out;
  for (const Step& step : steps) {
    const auto data = Value::parse(step.data);
    EXPECT_TRUE(data) << step.data;
    if (data) out += timeline.on_event(*data, step.at_ms);
  }
  return out + timeline.end(end_ms);
}

std::string turn(const std::string& content, const std::string& calls, const std::string& usage = R"({"prompt_tokens":210,"completion_tokens":40})") {
  return R"({"object":"chat.completion","model":"local","choices":[{"index":0,"message":{"role":"assistant","content":)" +
         json::quote(content) + R"(,"refusal":null)" + (calls.empty() ? "" : ",\"tool_calls\":[" + calls + "]") +
         R"(},"finish_reason":")" + (calls.empty() ? "stop" : "tool_calls") + R"("}],"usage":)" + usage + "}";
}

std::string call(const std::string& id, const std::string& name, const std::string& arguments) {
  return R"({"id":")" + id + R"(","type":"function","function":{"name":")" + name + R"(","arguments":)" + json::quote(arguments) + "}}";
}

std::string event(const std::string& kind, const std::string& id, const std::string& more = "") {
  return R"({"object":"tool.event","kind":")" + kind + R"(","tool_call_id":")" + id + R"(","name":"t")" + more + "}";
}

std::string result(const std::string& id, const std::string& name, const std::string& text, bool is_error = false) {
  const std::string content = "Tool '" + name + "' returned result: {\"content\":[{\"type\":\"text\",\"text\":" + json::quote(text) +
                              "}],\"isError\":" + (is_error ? "true}" : "false}");
  return R"({"object":"tool.completion","choices":[{"index":0,"message":{"role":"tool","content":)" + json::quote(content) +
         R"(,"tool_call_id":")" + id + R"(","name":")" + name + R"("},"finish_reason":""}],"usage":{}})";
}

TEST(Timeline, ShowsTurnCodeResultAndAnswer) {
  EXPECT_EQ(transcript({{2100, turn("Let me add these.", call("a", "code_exec_python", R"({"code":"x = 2\nprint(x+3)\n"})"))},
                        {2110, event("queued", "a")},
                        {2120, event("started", "a")},
                        {2158, event("finished", "a", R"(,"elapsed_ms":38)")},
                        {2160, result("a", "code_exec_python", "{\n  \"returncode\": 0,\n  \"stdout\": \"5\",\n  \"stderr\": \"\"\n}")},
                        {3560, turn("The sum is 5.", "", R"({"prompt_tokens":300,"completion_tokens":9})")}},
                       3600),
            "[turn 1] 2.1 s, 210 + 40 tokens\n"
            "  Let me add these.\n"
            "  -> code_exec_python\n"
            "     | x = 2\n"
            "     | print(x+3)\n"
            "  <- code_exec_python: ok, 38 ms, returncode 0\n"
            "     5\n"
            "\n"
            "[answer] 1.4 s, 300 + 9 tokens\n"
            "The sum is 5.\n"
            "\n"
            "done in 3.6 s: 2 turns, 1 tool call, 510 + 49 tokens, model local\n");
}

TEST(Timeline, ShowsLiveOutputOnce) {
  EXPECT_EQ(transcript({{100, turn("", call("a", "t", R"({"code":"..."})"))},
                        {110, event("started", "a")},
                        {120, event("output", "a", R"(,"stream":"stdout","text":"one\ntw")")},
                        {130, event("output", "a", R"(,"stream":"stdout","text":"o\nthr")")},
                        {135, event("output", "a", R"(,"stream":"stderr","text":"oops\n")")},
                        {140, event("finished", "a", R"(,"elapsed_ms":30)")},
                        {150, result("a", "t", R"({"returncode":1,"stdout":"one\ntwo\nthr","stderr":"oops\n"})")}},
                       200),
            "[turn 1] 100 ms, 210 + 40 tokens\n"
            "  -> t\n"
            "     | ...\n"
            "     one\n"
            "     two\n"
            "     thr\n"
            "     oops\n"
            "  <- t: failed, 30 ms, returncode 1\n"
            "\n"
            "done in 200 ms: 1 turn, 1 tool call, 210 + 40 tokens, model local\n");
}

TEST(Timeline, NamesTheCallWhileSeveralRun) {
  EXPECT_EQ(transcript({{100, turn("", call("a", "one", "{}") + "," + call("b", "two", R"({"n":7,"q":"x"})"))},
                        {120, event("output", "b", R"(,"text":"from two\n")")},
                        {130, event("progress", "a", R"(,"text":"half way","done":1,"total":2)")},
                        {131, event("progress", "a", R"(,"text":"half way","done":1,"total":2)")},
                        {140, result("a", "one", "plain text")},
                        {150, result("b", "two", R"({"returncode":0,"stdout":"from two","stderr":""})")}},
                       200),
            "[turn 1] 100 ms, 210 + 40 tokens\n"
            "  -> one\n"
            "  -> two\n"
            "     n: 7\n"
            "     q: x\n"
            "     two from two\n"
            "     half way\n"
            "  <- one: ok, 40 ms\n"
            "     plain text\n"
            "  <- two: ok, 50 ms, returncode 0\n"
            "\n"
            "done in 200 ms: 1 turn, 2 tool calls, 210 + 40 tokens, model local\n");
}

TEST(Timeline, TellsFailuresApart) {
  EXPECT_EQ(transcript({{10, turn("", call("a", "t", "{}") + "," + call("b", "t", "{}") + "," + call("c", "t", "{not json"))},
                        {11, event("denied", "a", R"(,"text":"rule max_calls")")},
                        {20, result("a", "t", "the limit of 3 calls is reached", true)},
                        {30, result("b", "t", R"({"returncode":-2,"stdout":"","stderr":"time is up","status":"timeout"})")},
                        {40, result("c", "t", "/code: expected a string, got 12", true)}},
                       50),
            "[turn 1] 10 ms, 210 + 40 tokens\n"
            "  -> t\n"
            "  -> t\n"
            "  -> t\n"
            "     | {not json\n"
            "  <- t: denied, 10 ms\n"
            "     the limit of 3 calls is reached\n"
            "  <- t: timeout, 20 ms, returncode -2\n"
            "     time is up\n"
            "  <- t: failed, 30 ms\n"
            "     /code: expected a string, got 12\n"
            "\n"
            "done in 50 ms: 1 turn, 3 tool calls (2 failed), 210 + 40 tokens, model local\n");
}

TEST(Timeline, ShowsTheErrorOfARun) {
  Timeline timeline({});
  EXPECT_EQ(timeline.on_event(*Value::parse(R"({"object":"agent.error","message":"upstream failed","error":{"code":500}})"), 5),
            "error: upstream failed\n");
  EXPECT_TRUE(timeline.failed());
  EXPECT_EQ(timeline.end(7), "\nfailed in 7 ms: 0 turns, 0 tool calls\n");
}

TEST(Timeline, SaysWhatItWaitsFor) {
  Timeline timeline({});
  EXPECT_EQ(timeline.waiting(2100), "thinking 2.1 s");
  (void)timeline.on_event(*Value::parse(turn("", call("a", "one", "{}") + "," + call("b", "two", "{}"))), 3000);
  EXPECT_EQ(timeline.waiting(3500), "running one, two 500 ms");
  (void)timeline.on_event(*Value::parse(result("a", "one", "x")), 3600);
  EXPECT_EQ(timeline.waiting(4000), "running two 1.0 s");
  (void)timeline.on_event(*Value::parse(result("b", "two", "x")), 5000);
  EXPECT_EQ(timeline.waiting(5200), "thinking 200 ms");
}

TEST(Timeline, CutsWhatIsTooLong) {
  std::string many;
  for (int i = 0; i < 6; ++i) many += "line\n";
  TimelineOptions options;
  options.code_lines_max = 2;
  options.output_lines_max = 3;
  options.line_bytes_max = 10;
  EXPECT_EQ(transcript({{1, turn("", call("a", "t", Value(json::object({{"code", many}})).dump()))},
                        {2, result("a", "t", many + std::string(30, 'x'))}},
                       3, options),
            "[turn 1] 1 ms, 210 + 40 tokens\n"
            "  -> t\n"
            "     | line\n"
            "     | line\n"
            "     | (4 more lines)\n"
            "  <- t: ok, 1 ms\n"
            "     line\n"
            "     line\n"
            "     line\n"
            "     (4 more lines)\n"
            "\n"
            "done in 3 ms: 1 turn, 1 tool call, 210 + 40 tokens, model local\n");
}

TEST(Timeline, CutsLiveOutputAndSaysSo) {
  TimelineOptions options;
  options.output_lines_max = 2;
  EXPECT_EQ(transcript({{1, turn("", call("a", "t", "{}"))},
                        {2, event("output", "a", R"(,"text":"1\n2\n3\n4\n")")},
                        {3, result("a", "t", R"({"returncode":0,"stdout":"1\n2\n3\n4","stderr":""})")}},
                       4, options),
            "[turn 1] 1 ms, 210 + 40 tokens\n"
            "  -> t\n"
            "     1\n"
            "     2\n"
            "     (2 more lines)\n"
            "  <- t: ok, 2 ms, returncode 0\n"
            "\n"
            "done in 4 ms: 1 turn, 1 tool call, 210 + 40 tokens, model local\n");
}

TEST(Timeline, LetsNoTextSteerTheTerminal) {
  const std::string out = transcript({{1, turn("\x1b[2Jhidden", call("a", "t", R"({"code":"\u001b]0;title\u0007"})"))},
                                      {2, result("a", "t", "red \x1b[31m \xC2\x9B" "31m \r end")}}, 3);
  EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
  EXPECT_EQ(out.find("\xC2\x9B"), std::string::npos) << out;
  EXPECT_NE(out.find("^[[2Jhidden"), std::string::npos) << out;
  EXPECT_NE(out.find("^M end"), std::string::npos) << out;
}

TEST(Timeline, ColoursAndSignsOnATerminal) {
  TimelineOptions options;
  options.paint.on = true;
  options.unicode = true;
  const std::string out = transcript({{1, turn("", call("a", "t", R"({"code":"a\nb"})"))}, {2, result("a", "t", "x")}}, 3, options);
  EXPECT_NE(out.find("\x1b[36m▸ t\x1b[0m\n"), std::string::npos) << out;
  EXPECT_NE(out.find("     │ \x1b[2ma\x1b[0m\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\x1b[32m✓ t: ok\x1b[0m"), std::string::npos) << out;
}

TEST(Timeline, OutlivesOddEvents) {
  Timeline timeline({});
  for (const char* odd : {"{}", "[]", "null", "7", R"({"object":"chat.completion"})", R"({"object":"tool.completion"})",
                          R"({"object":"tool.event","kind":"output","tool_call_id":"nobody","text":"x"})",
                          R"({"object":"chat.completion","choices":[{"message":{"content":null,"tool_calls":[{}]}}]})",
                          R"({"object":"tool.completion","choices":[{"message":{"tool_call_id":7,"content":"Tool 'x' returned result: {"}}]})"}) {
    (void)timeline.on_event(*Value::parse(odd), 1);
  }
  EXPECT_FALSE(timeline.failed());
}

}  // namespace
}  // namespace collet::cli
