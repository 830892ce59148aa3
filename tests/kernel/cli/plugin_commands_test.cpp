// collet commands, and what plugins add to the command line.
#include "kernel/cli/command_fixture.hpp"

namespace collet::cli {
namespace {

constexpr const char* kCommands =
    R"({"commands":[{"name":"greet-all","namespace":"demo","description":"Greets people.","plugin":"greeter","instance":"greeter","needs_app":false,)"
    R"("input_schema":{"type":"object","properties":{"people_named":{"type":"array","items":{"type":"string"},"description":"Who."},)"
    R"("loud":{"type":"boolean"},"times":{"type":"integer","default":1},"json":{"type":"object"}},"required":["people_named"]}},)"
    R"({"name":"login","namespace":"demo","description":"Logs in.","plugin":"greeter","instance":"a","needs_app":true,"input_schema":{"type":"object"}},)"
    R"({"name":"login","namespace":"demo","description":"Logs in.","plugin":"greeter","instance":"b","needs_app":true,"input_schema":{"type":"object"}}]})";
constexpr const char* kDone = R"({"content":[{"type":"text","text":"Hello\n"}],"isError":false,"duration_ms":1})";

using PluginCommands = CommandTest;

TEST_F(PluginCommands, AreListed) {
  http_.answers = {FakeAnswer::json(kCommands), FakeAnswer::json(kCommands), FakeAnswer::json(R"({"commands":[]})")};
  EXPECT_EQ(run({"commands"}), 0) << err_;
  EXPECT_EQ(out_,
            "COMMAND                PLUGIN   DESCRIPTION\n"
            "collet demo greet-all  greeter  Greets people.\n"
            "collet demo login      greeter  Logs in.\n");
  EXPECT_EQ(run({"commands", "--json"}), 0);
  EXPECT_EQ(*Value::parse(out_), *Value::parse(kCommands));
  EXPECT_EQ(run({"commands"}), 0);
  EXPECT_EQ(out_, "no plugin offers a command to this key\n");
  EXPECT_EQ(seen_.settings.auth.keys.at(0).commands, std::vector<std::string>{"*"}) << "the command line is the operator's";
}

TEST_F(PluginCommands, TakeOptionsFromTheSchema) {
  http_.answers = {FakeAnswer::json(kCommands), FakeAnswer::json(kDone)};
  EXPECT_EQ(run({"demo", "greet-all", "--people-named", "Ann", "--people-named", "7", "--loud", "--times", "3", "--argument-json", R"({"a":1})"}), 0) << err_;
  EXPECT_EQ(out_, "Hello\n");
  EXPECT_EQ(http_.requests.at(1).url, "http://127.0.0.1:4711/v1/commands/call");
  EXPECT_EQ(body(1).dump(), R"({"name":"demo/greet-all","arguments":{"people_named":["Ann","7"],"loud":true,"times":3,"json":{"a":1}}})");

  http_.requests.clear();
  http_.answers = {FakeAnswer::json(kCommands), FakeAnswer::json(kDone)};
  EXPECT_EQ(run({"demo", "greet-all", "--people-named", "Ann", "--no-loud", "--times", "many", "--json"}), 0) << err_;
  EXPECT_EQ(body(1).dump(), R"({"name":"demo/greet-all","arguments":{"people_named":["Ann"],"loud":false,"times":"many"}})") << "the server says what is wrong";
  EXPECT_EQ(out_, std::string(kDone) + "\n");
}

TEST_F(PluginCommands, NameTheInstanceWhereThereAreSeveral) {
  http_.answers = {FakeAnswer::json(kCommands), FakeAnswer::json(kDone)};
  EXPECT_EQ(run({"demo", "login", "b", "--app", "shop"}), 0) << err_;
  EXPECT_EQ(body(1).dump(), R"({"name":"demo/login","arguments":{},"instance":"b","runtime_params":{"target_app_name":"shop"}})");
  for (const auto& words : {std::vector<const char*>{"demo", "login"}, {"demo", "login", "c", "--app", "shop"}, {"demo", "login", "a"}}) {
    http_.answers = {FakeAnswer::json(kCommands)};
    EXPECT_EQ(run(words), 2);
    EXPECT_NE(err_, "");
  }
}

TEST_F(PluginCommands, SayWhatThereIs) {
  http_.answers = {FakeAnswer::json(kCommands)};
  EXPECT_EQ(run({"demo", "greet-all", "--help"}), 0);
  for (const char* const part : {"Greets people.", "--people-named", "REQUIRED", "Who.", "--no-loud", "--times NUMBER=1", "--argument-json JSON"}) {
    EXPECT_NE(out_.find(part), std::string::npos) << part << "\n" << out_;
  }
  http_.answers = {FakeAnswer::json(kCommands)};
  EXPECT_EQ(run({"demo", "greet"}), 2);
  EXPECT_TRUE(err_.starts_with("collet demo knows no command \"greet\"")) << err_;
  http_.answers = {FakeAnswer::json(kCommands)};
  EXPECT_EQ(run({"demmo", "login"}), 2);
  EXPECT_TRUE(err_.starts_with("collet knows no command \"demmo\"; did you mean \"demo\"?\n")) << err_;
  http_.answers = {FakeAnswer::json(kCommands)};
  EXPECT_EQ(run({"demo", "greet-all"}), 2);
  EXPECT_NE(err_.find("--people-named is required"), std::string::npos) << err_;
}

TEST_F(PluginCommands, FailWithTheServersWords) {
  http_.answers = {FakeAnswer::json(kCommands), FakeAnswer::json(R"({"content":[{"type":"text","text":"no such app"}],"isError":true,"duration_ms":1})")};
  EXPECT_EQ(run({"demo", "greet-all", "--people-named", "Ann"}), 1);
  EXPECT_EQ(err_, "collet: no such app\n");
  start_error_ = Error{Errc::unavailable, "no port"};
  EXPECT_EQ(run({"demo", "greet-all"}), 1);
  EXPECT_EQ(err_, "collet: cannot start a server: no port\n");
}

}  // namespace
}  // namespace collet::cli
