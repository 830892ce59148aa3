// Commands in real boxes, through the real host: what arrives of an argument, and
// what is left of what a command does.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collet/abi.h"
#include "plugins/real_boxes.hpp"

namespace collet::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RunCommandBox : private Boxes, public PluginHostTest {
 protected:
  RunCommandBox() {
    fs::create_directories(app_ + "/bin");
    fs::create_directories(tools_ + "/bin");
    program(app_ + "/bin/args", "for a in \"$@\"; do printf '[%s]' \"$a\"; done");
    program(tools_ + "/bin/runtime", "echo \"runtime of the app runs $1\"");
    std::ofstream(app_ + "/notes.txt") << "kept\n";
    ::chmod(app_.c_str(), 0700);
    settings_.sizes["standard-1x"] = config::SizeSettings{};
    auto& app = settings_.apps["shop"];
    app.root = app_;
    app.roots = {tools_};
    app.config_vars = {{"DATABASE_URL", "postgres://shop"}, {"COLOUR", "deep blue"}, {"LANG", "C"}};
    load(COLLET_RUN_COMMAND_FOLDER);
  }
  ~RunCommandBox() override {
    host_->shutdown();
    settle();
    fs::remove_all(app_);
    fs::remove_all(tools_);
  }
  sandbox::Sandbox& box() override { return *box_; }
  void SetUp() override { ASSERT_EQ(box_->unavailable_reason(), ""); }

  static std::string folder() {
    std::string name = "/var/tmp/collet-command-XXXXXX";
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    ::chmod(name.c_str(), 0755);
    return name;
  }
  static void program(const std::string& path, const std::string& script) {
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    ::chmod(path.c_str(), 0755);
  }
  static plugin::CallFacts facts_for(const std::string& cmd) {
    const Value text = json::object({{"type", "string"}});
    const Value parameters = json::object({{"properties", json::object({{"v", Value()}, {"w", text}})}});
    plugin::CallFacts facts;
    facts.size = "standard-1x";
    facts.app = "shop";
    facts.tool_params = json::object({{"cmd", cmd}, {"description", "x"}, {"parameters", parameters}});
    return facts;
  }
  Value run(const std::string& cmd, const Value& arguments = json::object(Members{})) {
    const auto outcome = call("dyno_run_command", arguments.dump(), facts_for(cmd));
    if (outcome.contents.empty()) ADD_FAILURE() << show(outcome);
    return outcome.contents.empty() ? Value() : Value::parse(outcome.contents[0].data).value_or(Value());
  }
  std::string out(const std::string& cmd, const Value& arguments = json::object(Members{})) {
    const Value json = run(cmd, arguments);
    EXPECT_EQ(json["returncode"].as_int64(), 0) << json.dump(true);
    return std::string(json["stdout"].string_or("?"));
  }

  std::string app_ = folder();
  std::string tools_ = folder();
};

TEST_F(RunCommandBox, RunsInTheAppWithItsEnvironmentAndItsPrograms) {
  EXPECT_EQ(out("pwd; echo $HOME; cat notes.txt; args one 'two three'"), "/app\n/app\nkept\n[one][two three]");
  EXPECT_EQ(out("echo $DATABASE_URL $COLOUR $LANG; env | grep -c ^LANG="), "postgres://shop deep blue C\n1");
  EXPECT_EQ(out(tools_ + "/bin/runtime it; touch " + tools_ + "/x 2>/dev/null || echo read-only"), "runtime of the app runs it\nread-only");
  EXPECT_THAT(out("env | cut -d= -f1 | sort | tr '\\n' ' '"), "COLOUR DATABASE_URL HOME LANG PATH PWD");
}

TEST_F(RunCommandBox, TheAppFolderIsWritableAndStaysAsItIs) {
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(out("echo more >> notes.txt; mkdir -p tmp/cache; echo x > tmp/cache/y; cat notes.txt tmp/cache/y; rm -r bin; ls"),
              "kept\nmore\nx\nnotes.txt\ntmp");
  }
  EXPECT_TRUE(fs::exists(app_ + "/bin/args"));
  EXPECT_FALSE(fs::exists(app_ + "/tmp"));
  EXPECT_EQ(fs::file_size(app_ + "/notes.txt"), 5u);
}

// What a model, or whoever has fed it, may try.
std::vector<std::string> hostile_values() {
  return {"'; touch /app/x; '", "\"; touch /app/x; \"", "$(touch /app/x)", "`touch /app/x`", "a\ntouch /app/x\n", "\n", " ", "",
          "--help", "-rf", "-", "--", "*", "~", "?", "[a-z]*", "{w}", "{v}", "${COLLET_ARG_W}", "$COLLET_ARG_W", "$HOME", "\\", "\\\\n", "\\'",
          "a b  c", "\ttab\t", ";", "&", "&& touch /app/x", "| tee /app/x", "> /app/x", "< /etc/passwd", "#", "!", "!!", "!(x)", "%s%n", "=",
          "caf\xC3\xA9 \xF0\x9F\x98\x80 \xE2\x80\xAE", "\x01\x7F\x1B[31m", "() { :; }; touch /app/x", "a=b", std::string(100'000, 'x')};
}

TEST_F(RunCommandBox, EveryValueArrivesAsOneWord) {
  for (const auto& value : hostile_values()) {
    const Value arguments = json::object({{"v", value}, {"w", "SECOND"}});
    const Value expected = json::object({{"argv", json::array({Value("a"), Value(value), Value("--o=" + value), Value("<" + value + ">"), Value(value + "SECOND"), Value("z")})},
                                         {"env", value}, {"stdin", arguments}, {"made", false}});
    const std::string seen = out("exec python3 -c 'import json, os, sys\n"
                                 "print(json.dumps({\"argv\": sys.argv[1:], \"env\": os.environ[\"COLLET_ARG_V\"], \"stdin\": json.load(sys.stdin),\n"
                                 "  \"made\": os.path.exists(\"/app/x\")})[:70000])' a {v} --o={v} \"<{v}>\" \"$(printf '%s.' {v} | sed '$s/.$//')\"{w} z",
                                 arguments);
    if (value.size() > 1000) {
      EXPECT_THAT(seen, HasSubstr("[\"a\", \"" + value.substr(0, 40'000))) << "of " << value.size() << " bytes";
      continue;
    }
    // $( ) takes line ends from the end of what it reads, so these differ there.
    if (value.ends_with('\n')) {
      EXPECT_THAT(seen, HasSubstr("\"made\": false")) << value;
      continue;
    }
    EXPECT_EQ(Value::parse(seen).value_or(Value()).dump(), expected.dump()) << value;
  }
}

TEST_F(RunCommandBox, LineEndsAtTheEndArriveToo) {
  EXPECT_EQ(out("args {v} \"{v}\" | od -An -c | tr -d ' \\n'", json::object({{"v", "a\n"}})), "[a\\n][a\\n]");
}

TEST_F(RunCommandBox, WhatWasNotGivenIsAnEmptyWord) {
  EXPECT_EQ(out("set -u; args {v} x; echo; echo ${COLLET_ARG_V-unset}"), "[][x]\nunset");
  EXPECT_EQ(out("args {v}", json::object({{"v", json::array({Value(1), Value("a b")})}})), "[[1,\"a b\"]]");
}

TEST_F(RunCommandBox, OutputComesWhileItRuns) {
  Pending pending = start("dyno_run_command", "{}", facts_for("echo so far; sleep 60"));
  ASSERT_EQ(pending.first_progress.wait_for(kPatience), std::future_status::ready);
  pending.call->cancel({Errc::cancelled, "enough"});
  wait(pending);
  settle();
  EXPECT_EQ(pending.progress->at(0).text, "so far\n");
}

TEST_F(RunCommandBox, EndsAreToldAsOfAnyRun) {
  const Value failed = run("echo bad >&2; exit 7");
  EXPECT_EQ(failed["returncode"].as_int64(), 7);
  EXPECT_EQ(failed["stderr"].string_or(""), "bad");
  EXPECT_EQ(failed["status"].string_or(""), "error");
  EXPECT_EQ(run("no-such-program")["returncode"].as_int64(), 127);
  EXPECT_EQ(run("kill -9 $$")["signal"].as_int64(), 9);
  auto facts = facts_for("echo so far; sleep 60");
  facts.timeout_ms = 500;
  const auto late = call("dyno_run_command", "{}", facts);
  EXPECT_TRUE(late.is_error);
  EXPECT_THAT(show(late), HasSubstr("\"status\": \"timeout\""));
}

TEST_F(RunCommandBox, HasNoNetwork) {
  EXPECT_EQ(out("python3 -c 'import socket\ntry: socket.create_connection((\"1.1.1.1\", 80), 1)\nexcept OSError: print(\"none\")'"), "none");
}

}  // namespace
}  // namespace collet::test
