#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "kernel/cli/command_fixture.hpp"

namespace collet::cli {
namespace {

using Commands = CommandTest;

TEST_F(Commands, ToolsPrintsTables) {
  http_.answers = {FakeAnswer::json(kTools), FakeAnswer::json(kTools)};
  EXPECT_EQ(run({"tools"}), 0) << err_;
  EXPECT_EQ(out_,
            "TOOL        PLUGIN  EFFECTS        DESCRIPTION\n"
            "one         demo    runs_code      First.\n"
            "notes/find  mcp     -              Finds\n"
            "sql         db      reads,secrets  Needs an app\n"
            "\n"
            "PLUGIN  VERSION  STATE    FILE, AND WHY IT IS NOT SERVING\n"
            "demo    1.0.0    serving  /p/demo.so\n"
            "?                refused  /p/bad.so: no manifest\n");
  for (const auto& model : seen_.settings.models) EXPECT_NE(model.provider, "embedded");
  EXPECT_EQ(run({"tools", "--json"}), 0);
  EXPECT_EQ(*Value::parse(out_), *Value::parse(kTools));
}

TEST_F(Commands, CallRunsOneTool) {
  http_.answers = {FakeAnswer::json(R"({"content":[{"type":"text","text":"{\"returncode\":3,\"stdout\":\"a\\n\",\"stderr\":\"b\"}"}],"isError":false,"duration_ms":38.2})")};
  http_.answers.push_back(http_.answers.front());
  EXPECT_EQ(run({"call", "one", "--json"}), 1) << "the program failed";
  http_.requests.clear();
  EXPECT_EQ(run({"call", "one", R"({"code":"x"})", "--app", "my-app"}), 1) << "the program failed";
  EXPECT_EQ(out_, "a\n");
  EXPECT_EQ(err_, "b\n");
  EXPECT_EQ(http_.requests.at(0).url, "http://127.0.0.1:4711/v1/tools/call");
  EXPECT_EQ(body(0).dump(), R"({"name":"one","arguments":{"code":"x"},"runtime_params":{"target_app_name":"my-app"}})");

  http_.answers = {FakeAnswer::json(R"({"content":[{"type":"text","text":"{\"returncode\":3,\"stdout\":\"\",\"stderr\":\"\"}"}],"isError":false})")};
  EXPECT_EQ(run({"call", "one"}), 1);
  EXPECT_EQ(err_, "returncode 3\n") << "silence would look like success";

  const auto has_embedded = [this] { return std::ranges::any_of(seen_.settings.models, [](const auto& model) { return model.provider == "embedded"; }); };
  http_.answers = {FakeAnswer::json(R"({"content":[{"type":"text","text":"fine"}],"isError":false,"duration_ms":1})")};
  http_.answers.push_back(http_.answers.front());
  EXPECT_EQ(run({"call", "one"}), 0) << err_;
  EXPECT_EQ(out_, "fine\n");
  EXPECT_FALSE(has_embedded());
  EXPECT_EQ(run({"call", "one", "--with-model"}), 0) << err_;
  EXPECT_TRUE(has_embedded()) << "for tools that ask one themselves";

  http_.answers = {FakeAnswer::json(R"({"content":[{"type":"text","text":"no"}],"isError":true,"duration_ms":1})")};
  EXPECT_EQ(run({"call", "one", "--json"}), 1);
  EXPECT_EQ(out_, R"({"content":[{"type":"text","text":"no"}],"isError":true,"duration_ms":1})" "\n");
}

TEST_F(Commands, CallChecksItsArgumentsFirst) {
  EXPECT_EQ(run({"call", "one", "{code}"}), 2);
  EXPECT_NE(err_.find("the arguments are not JSON: "), std::string::npos) << err_;
  EXPECT_EQ(run({"call", "one", "[1]"}), 2);
  EXPECT_EQ(err_, "collet: the arguments: expected a JSON object, got array\n");
  EXPECT_EQ(run({"call", "one", "--params", "7"}), 2);
  EXPECT_EQ(err_, "collet: --params: expected a JSON object, got number\n");
  EXPECT_EQ(seen_.starts, 0);
}

TEST_F(Commands, ServeMakesAKeyOnceAndWritesThePort) {
  const std::string port_file = folder_.path() + "/port";
  EXPECT_EQ(run({"serve", "--listen", "127.0.0.1:0", "--port-file", port_file.c_str(), "--no-model"}), 0) << err_;
  const std::string key = seen_.settings.auth.keys.at(0).key;
  EXPECT_EQ(out_, "collet listens on http://127.0.0.1:4711\nconfiguration: built-in\nAPI key, made now and not shown again: " + key +
                      "\nAPI key: kept in " + folder_.path() + "/collet/api_key\n");
  std::ifstream in(port_file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "4711\n");
  EXPECT_EQ(seen_.settings.server.listen, "127.0.0.1:0");
  EXPECT_TRUE(seen_.settings.models.empty());
  EXPECT_EQ(seen_.settings.state_dir, folder_.path() + "/collet");

  EXPECT_EQ(run({"serve"}), 0);
  EXPECT_EQ(seen_.settings.auth.keys.at(0).key, key);
  EXPECT_EQ(out_.find(key), std::string::npos) << out_;

  EXPECT_EQ(run({"serve", "--port-file", "/nonexistent/port"}), 1);
  EXPECT_EQ(err_, "collet: cannot write the port file /nonexistent/port\n");
  EXPECT_EQ(seen_.stops, 1);
}

TEST_F(Commands, ABadConfigFileIsExitCodeTwo) {
  const std::string file = folder_.write("c.yaml", "limits: {turns_max: many}\nnope: 1\n");
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"config", "check", file.c_str()}, {"serve", "--config", file.c_str()}, {"ask", "x", "--config", file.c_str()}, {"tools", "--config", file.c_str()},
           {"doctor", "--config", file.c_str()}}) {
    EXPECT_EQ(run(arguments), 2) << arguments[0];
    EXPECT_NE(err_.find(file + ":1: limits.turns_max: expected a whole number"), std::string::npos) << err_;
    EXPECT_NE(err_.find(file + ":2: nope: unknown key"), std::string::npos) << err_;
  }
  const std::string good = folder_.write("g.yaml", "auth: {keys: [{id: a, key: hunter2}]}\n");
  EXPECT_EQ(run({"config", "check", good.c_str()}), 0) << err_;
  EXPECT_EQ(out_, good + ": ok (2 models, 6 aliases, 1 app, 0 agents, 1 key, 4 sizes)\n");
  EXPECT_EQ(run({"config", "check", good.c_str(), "--json"}), 0);
  EXPECT_EQ(out_.find("hunter2"), std::string::npos);
  const ScopedEnv named("COLLET_CONFIG", file.c_str());
  EXPECT_EQ(run({"config", "check"}), 2);
}

TEST_F(Commands, ConfigSchemaIsJson) {
  EXPECT_EQ(run({"config", "schema"}), 0);
  const auto schema = Value::parse(out_);
  ASSERT_TRUE(schema);
  EXPECT_EQ((*schema)["properties"]["limits"]["properties"]["turns_max"]["default"], Value(24));
}

TEST_F(Commands, DoctorSaysWhatToDo) {
  checks_ = {{"user namespaces", true, "made one", ""}, {"seccomp", false, "EPERM", "run with the default profile off"}};
  EXPECT_EQ(run({"doctor"}), 1);
  EXPECT_EQ(out_,
            "ok      user namespaces  made one\n"
            "FAILED  seccomp          EPERM\n"
            "        to do: run with the default profile off\n"
            "\n1 of 2 checks failed\n");
  checks_.pop_back();
  EXPECT_EQ(run({"doctor", "--json"}), 0);
  EXPECT_EQ((*Value::parse(out_))["ok"], Value(true));
}

TEST_F(Commands, PluginInspect) {
  EXPECT_EQ(run({"plugin", "inspect", "demo.so"}), 0);
  EXPECT_EQ(out_, "id: demo\ntools:\n  - one\n  - two\n");
  EXPECT_EQ(run({"plugin", "inspect", "bad.so"}), 1);
  EXPECT_EQ(err_, "collet: bad.so: no manifest\n");
}

TEST_F(Commands, ModelCommands) {
  EXPECT_EQ(run({"model", "pull"}), 1);
  EXPECT_EQ(err_, "collet: this build has no embedded model\n");
  hooks_.model.pull = [](const config::ModelSettings& model, const PullProgressFn& progress) -> Result<Value> {
    EXPECT_EQ(model.id, "local");
    EXPECT_TRUE(progress({"downloading", "weights", "", 50, 200}));
    EXPECT_TRUE(progress({"downloading", "weights", "trying the next source", 100, 200}));
    return json::object({{"directory", "/models"}});
  };
  EXPECT_EQ(run({"model", "pull"}), 0) << err_;
  EXPECT_EQ(out_, "downloading weights: 25 % of 200 B\ntrying the next source\ndirectory: /models\n");
  EXPECT_EQ(run({"model", "pull", "other"}), 2);
  EXPECT_EQ(err_, "collet: there is no embedded model \"other\" in the configuration\n");
  hooks_.model.build_runtime = [](const config::ModelSettings&, const PullProgressFn& progress) -> Result<Value> {
    EXPECT_TRUE(progress({.step = "building", .file = "the runtime", .percent = 30}));
    return json::object({{"runtime", "built"}});
  };
  EXPECT_EQ(run({"model", "build-runtime"}), 0) << err_;
  EXPECT_EQ(out_, "building the runtime: 30 %\nruntime: built\n");
  hooks_.model.status = [](const config::ModelSettings&) -> Result<Value> { return json::object({{"complete", false}}); };
  EXPECT_EQ(run({"model", "status", "--json"}), 1) << "something is missing";
  hooks_.model.remove = [](const config::ModelSettings&) -> Result<Value> { return json::object({{"bytes", 7}}); };
  EXPECT_EQ(run({"model", "remove"}), 0);
  EXPECT_EQ(out_, "bytes: 7\n");
}

TEST_F(Commands, PackagesAreListedAndPruned) {
  const Value set = json::object({{"label", "language: a, b"}, {"bytes", 2'500'000}, {"files", 12}, {"made_at_s", 0}, {"used_at_s", 86'400}, {"key", "k"}});
  hooks_.packages.list = [&](const config::Settings&) { return json::array(std::vector<Value>{set}); };
  std::uint64_t kept = 1;
  hooks_.packages.prune = [&](const config::Settings&, std::uint64_t bytes_max) {
    kept = bytes_max;
    return json::array(std::vector<Value>{});
  };
  EXPECT_EQ(run({"packages", "list"}), 0) << err_;
  EXPECT_TRUE(out_.starts_with("SIZE    FILES  LAST USED         WHAT\n2.5 MB  12     1970-01-0")) << out_;
  EXPECT_TRUE(out_.ends_with("  language: a, b\n1 set, 2.5 MB\n")) << out_;
  EXPECT_EQ(run({"packages", "list", "--json"}), 0);
  EXPECT_EQ((*Value::parse(out_)).at(0)["label"], Value("language: a, b"));
  EXPECT_EQ(run({"packages", "prune"}), 0);
  EXPECT_EQ(out_, "nothing to delete\n");
  EXPECT_EQ(kept, 0u);
  EXPECT_EQ(run({"packages", "prune", "--keep", "2GB"}), 0) << err_;
  EXPECT_EQ(kept, 2'147'483'648u);
  EXPECT_EQ(run({"packages", "prune", "--keep", "lots"}), 2);
  EXPECT_EQ(run({"packages", "warm", "tool"}), 2) << "of what?";
}

TEST_F(Commands, TheWrongWordIsNamed) {
  EXPECT_EQ(run({"serv"}), 2);
  EXPECT_TRUE(err_.starts_with("collet knows no command \"serv\"; did you mean \"serve\"?\n")) << err_;
  EXPECT_EQ(run({"config", "chekc"}), 2);
  EXPECT_TRUE(err_.starts_with("collet config knows no command \"chekc\"; did you mean \"check\"?\n")) << err_;
  EXPECT_EQ(run({"ask", "--quite"}), 2);
  EXPECT_TRUE(err_.starts_with("collet ask knows no option \"--quite\"; did you mean \"--quiet\"?\n")) << err_;
  EXPECT_EQ(run({"ask", "x", "--ttl", "ten"}), 2);
  EXPECT_NE(err_.find("expected a whole number of at least 1, got \"ten\""), std::string::npos) << err_;
}

TEST_F(Commands, BadUsageIsExitCodeTwo) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {}, {"ask"}, {"ask", "x", "--nope"}, {"ask", "x", "--ttl", "0"}, {"ask", "x", "--ttl", "ten"}, {"ask", "  "},
           {"ask", "x", "--json", "--quiet"}, {"ask", "x", "--no-tools", "--tool", "y"}, {"call"}, {"config"}, {"completion", "tcsh"}, {"plugin", "inspect"}}) {
    EXPECT_EQ(run(arguments), 2) << (arguments.empty() ? "(nothing)" : arguments[0]);
    EXPECT_NE(err_, "");
    EXPECT_EQ(out_, "");
  }
  EXPECT_EQ(seen_.starts, 0);
}

TEST_F(Commands, HelpHasExamples) {
  for (const auto& arguments : std::vector<std::vector<const char*>>{
           {"serve", "--help"}, {"ask", "--help"}, {"tools", "--help"}, {"call", "--help"}, {"config", "--help"}, {"config", "check", "--help"},
           {"doctor", "--help"}, {"plugin", "inspect", "--help"}, {"model", "pull", "--help"}, {"completion", "--help"}}) {
    EXPECT_EQ(run(arguments), 0) << arguments[0];
    EXPECT_NE(out_.find("Examples:\n  "), std::string::npos) << out_;
  }
  EXPECT_EQ(run({"--help"}), 0);
  for (const char* command : {"serve", "ask", "tools", "call", "config", "doctor", "plugin", "model", "version", "completion"}) {
    EXPECT_NE(out_.find(std::string("  ") + command), std::string::npos) << command;
  }
}

TEST_F(Commands, VersionAndCompletion) {
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_EQ(out_.find("collet "), 0u);
  const std::string version = out_;
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(out_, version);
  EXPECT_EQ(run({"completion", "bash"}), 0);
  for (const char* word : {"--port-file", "inspect", "schema", "--max-calls"}) EXPECT_NE(out_.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace collet::cli
