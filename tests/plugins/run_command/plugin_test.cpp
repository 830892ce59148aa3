// The built plugin in the fake host.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"

namespace collet::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kDeclared = R"json({"cmd": "greet {who} --times={times}", "description": "Greets somebody", "parameters": {
  "type": "object", "properties": {"who": {"type": "string"}, "times": {"type": "integer"}, "more": {}}, "required": ["who"]}})json";

class RunCommand : public ::testing::Test {
 protected:
  RunCommand() : host_(FakeHost::load(COLLET_RUN_COMMAND)) {
    host_->app_root = "/srv/shop";
    host_->on_exec = [this](const ExecRequest& request) {
      seen_ = request;
      ++runs_;
      return answer_;
    };
    answer_.outcome = COLLET_EXEC_EXITED;
  }
  FakeResult call(const std::string& tool_params, const std::string& arguments = "{}") {
    FakeCallOptions options;
    options.app = "shop";
    options.tool_params = tool_params;
    return host_->call("dyno_run_command", arguments, options);
  }
  std::string refusal(const std::string& tool_params, std::string_view hint = "a hint") {
    const auto spec = host_->specialize("dyno_run_command", tool_params, hint);
    return spec ? "no error" : spec.error().message;
  }

  ExecRequest seen_;
  ExecResult answer_;
  int runs_ = 0;
  std::unique_ptr<FakeHost> host_;
};

TEST_F(RunCommand, DescribesItselfTruthfully) {
  const auto tools = host_->tools();
  ASSERT_EQ(tools.size(), 1u) << host_->create_error();
  EXPECT_EQ(tools[0].name, "dyno_run_command");
  EXPECT_EQ(tools[0].effects, COLLET_EFFECT_RUNS_PROGRAMS | COLLET_EFFECT_READS | COLLET_EFFECT_SECRETS | COLLET_EFFECT_NETWORK);
  EXPECT_TRUE(tools[0].needs_app);
  EXPECT_FALSE(tools[0].idempotent);
  EXPECT_THAT(tools[0].description, HasSubstr("No network"));
}

TEST_F(RunCommand, ShowsTheModelWhatTheRequestDeclares) {
  const auto declared = host_->specialize("dyno_run_command", kDeclared, "from the tool object");
  ASSERT_TRUE(declared.ok()) << declared.error().message;
  EXPECT_EQ(declared->description, "Greets somebody") << "tool_params come first";
  const Value schema = Value::parse(declared->input_schema).value();
  EXPECT_TRUE(schema["properties"].has("who"));
  EXPECT_EQ(schema["required"].dump(), R"(["who"])");
  const auto plain = host_->specialize("dyno_run_command", R"({"cmd": "ls"})", "from the tool object");
  ASSERT_TRUE(plain.ok()) << plain.error().message;
  EXPECT_EQ(plain->description, "from the tool object");
  EXPECT_EQ(plain->input_schema, R"({"type":"object","properties":{},"additionalProperties":false})");
}

TEST_F(RunCommand, NamesWhatIsWrongBeforeAnyModelIsAsked) {
  EXPECT_EQ(refusal("{}"), "/tool_params/cmd: required, the command to run");
  EXPECT_EQ(refusal(R"({"cmd": "ls"})", ""), "/tool_params/description: required, what the command does");
  EXPECT_THAT(refusal(R"({"cmd": " \n"})"), HasSubstr("/tool_params/cmd: is empty"));
  EXPECT_THAT(refusal(R"({"cmd": "ls \u0000"})"), HasSubstr("/tool_params/cmd: holds a NUL"));
  EXPECT_THAT(refusal(R"({"cmd": "ls {dir}"})"), HasSubstr("/tool_params/cmd: {dir} names no parameter; none is declared"));
  EXPECT_THAT(refusal(R"({"cmd": "ls", "parameters": {"type": "array"}})"), HasSubstr("/tool_params/parameters/type: expected \"object\""));
  EXPECT_THAT(refusal(R"({"cmd": "ls", "parameters": {"properties": []}})"), HasSubstr("/tool_params/parameters/properties: expected an object"));
  EXPECT_THAT(refusal(R"({"cmd": "ls", "parameters": {"properties": {"": {}}}})"), HasSubstr("needs a name"));
  EXPECT_THAT(refusal(R"({"cmd": "ls", "parameters": {"properties": {"a-b": {}, "A_b": {}}}})"),
              HasSubstr("/tool_params/parameters/properties/A_b: reaches the command as COLLET_ARG_A_B, and so does \"a-b\""));
}

TEST_F(RunCommand, HandsArgumentsOverInThreeWays) {
  answer_.stdout_text = "hi\n";
  const auto result = call(kDeclared, R"json({"who": "it's $(me)", "times": 2, "undeclared": 1})json");
  EXPECT_THAT(result.text(), HasSubstr("\"returncode\": 0,\n  \"stdout\": \"hi\""));
  EXPECT_EQ(seen_.argv, (std::vector<std::string>{"/bin/sh", "-c", "greet \"${COLLET_ARG_WHO-}\" --times=\"${COLLET_ARG_TIMES-}\""}));
  EXPECT_THAT(seen_.env, Contains("COLLET_ARG_WHO=it's $(me)"));
  EXPECT_THAT(seen_.env, Contains("COLLET_ARG_TIMES=2"));
  for (const auto& entry : seen_.env) EXPECT_THAT(entry, Not(HasSubstr("MORE="))) << "was not given";
  EXPECT_THAT(seen_.env, Not(Contains("COLLET_ARG_UNDECLARED=1")));
  ASSERT_EQ(seen_.inputs.size(), 1u);
  EXPECT_EQ(seen_.inputs[0].fd, 0);
  EXPECT_EQ(seen_.inputs[0].data, "{\"who\":\"it's $(me)\",\"times\":2,\"undeclared\":1}\n");
}

TEST_F(RunCommand, ValuesThatAreNoTextGoAsJson) {
  call(kDeclared, R"json({"who": "", "times": -3, "more": {"a": [1, null, "\u0000"]}})json");
  EXPECT_THAT(seen_.env, Contains("COLLET_ARG_WHO="));
  EXPECT_THAT(seen_.env, Contains("COLLET_ARG_TIMES=-3"));
  EXPECT_THAT(seen_.env, Contains(R"(COLLET_ARG_MORE={"a":[1,null,"\u0000"]})"));
  call(kDeclared, R"({"more": true})");
  EXPECT_THAT(seen_.env, Contains("COLLET_ARG_MORE=true"));
}

TEST_F(RunCommand, WhatNoCommandCanReceiveIsRefused) {
  EXPECT_THAT(call(kDeclared, R"({"who": "a\u0000b"})").text(), HasSubstr("error: /who: holds a NUL character"));
  EXPECT_THAT(call(kDeclared, R"({"who": ")" + std::string(140'000, 'x') + "\"}").text(), HasSubstr("/who: has 140000 bytes"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(RunCommand, RunsInAWritableCopyWithTheAppsEnvironment) {
  call(R"({"cmd": "ls"})");
  EXPECT_TRUE(seen_.app_root && seen_.app_scratch && seen_.app_env && seen_.app_network && seen_.live_output);
  EXPECT_THAT(seen_.roots, Contains("/usr"));
  EXPECT_THAT(seen_.env, Contains("HOME=/app"));
  EXPECT_TRUE(std::ranges::any_of(seen_.env, [](const auto& e) { return e.starts_with("PATH=/app/bin:/app/.venv/bin:/app/node_modules/.bin:"); }));
}

TEST_F(RunCommand, AnAppWithoutAFolderIsToldSo) {
  host_->app_root = "";
  EXPECT_EQ(call(R"({"cmd": "ls"})").text(), "error: app shop has no folder to run commands in; set apps.shop.root");
}

TEST_F(RunCommand, ACommandsOwnFailureIsItsResult) {
  answer_.returncode = 3;
  EXPECT_FALSE(call(R"({"cmd": "ls"})").end.is_error);
  answer_.outcome = COLLET_EXEC_TIMEOUT;
  EXPECT_TRUE(call(R"({"cmd": "ls"})").end.is_error);
}

}  // namespace
}  // namespace collet::testing
