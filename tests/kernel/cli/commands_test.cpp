// Whole commands against a server that a test writes down beforehand.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/run.hpp"
#include "kernel/config/temp_folder.hpp"
#include "support/fake_http.hpp"

namespace collet::cli {
namespace {

using test::ScopedEnv;
using test::TempFolder;
using collet::testing::FakeAnswer;
using collet::testing::FakeHttp;

// Lends the one FakeHttp to every Client of a command.
class Lent : public base::HttpClient {
 public:
  explicit Lent(FakeHttp& http, std::function<void()> on_open) : http_(http), on_open_(std::move(on_open)) {}
  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override {
    if (on_open_) on_open_();
    return http_.open(std::move(request));
  }

 private:
  FakeHttp& http_;
  std::function<void()> on_open_;
};

struct Seen {
  config::Settings settings;
  int starts = 0, stops = 0, waits = 0;
};

class FakeServer : public RunningServer {
 public:
  explicit FakeServer(Seen& seen) : seen_(seen) {}
  std::uint16_t port() const override { return 4711; }
  std::string url() const override { return "http://127.0.0.1:4711"; }
  std::string key() const override { return seen_.settings.auth.keys.at(0).key; }
  void request_stop() override { ++seen_.stops; }
  int wait() override {
    ++seen_.waits;
    return 0;
  }

 private:
  Seen& seen_;
};

class Commands : public ::testing::Test {
 protected:
  Commands() {
    hooks_.make_http_client = [this](boost::asio::io_context&) { return std::make_unique<Lent>(http_, on_open_); };
    hooks_.start_server = [this](config::Settings settings) -> Result<std::unique_ptr<RunningServer>> {
      if (start_error_) return *start_error_;
      seen_.settings = std::move(settings);
      ++seen_.starts;
      return std::unique_ptr<RunningServer>(std::make_unique<FakeServer>(seen_));
    };
    hooks_.doctor_checks = [this](const config::Settings&) { return checks_; };
    hooks_.inspect_plugin = [](const std::string& path) -> Result<Value> {
      if (path == "bad.so") return Error{Errc::invalid, "no manifest"};
      return json::object({{"id", "demo"}, {"tools", json::array({"one", "two"})}});
    };
    hooks_.dialect = {"/v1/agents/demo", "demo_tool", "space_tool"};
  }

  int run(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "collet");
    char* out = nullptr;
    char* err = nullptr;
    std::size_t out_size = 0, err_size = 0;
    hooks_.out = open_memstream(&out, &out_size);
    hooks_.err = open_memstream(&err, &err_size);
    const int code = cli::run(static_cast<int>(arguments.size()), arguments.data(), hooks_);
    fclose(hooks_.out);
    fclose(hooks_.err);
    out_.assign(out, out_size);
    err_.assign(err, err_size);
    free(out);
    free(err);
    return code;
  }

  [[nodiscard]] Value body(std::size_t request) const {
    return Value::parse(http_.requests.at(request).body).value_or({});
  }
  [[nodiscard]] std::string header(std::size_t request, std::string_view name) const {
    return std::string(base::find_header(http_.requests.at(request).headers, name));
  }

  const TempFolder folder_;
  const ScopedEnv url_{"COLLET_URL", nullptr}, key_{"COLLET_API_KEY", nullptr}, config_{"COLLET_CONFIG", nullptr};
  const ScopedEnv state_{"XDG_STATE_HOME", folder_.path().c_str()};
  FakeHttp http_;
  std::function<void()> on_open_;
  std::optional<Error> start_error_;
  std::vector<DoctorCheck> checks_;
  Seen seen_;
  Hooks hooks_;
  std::string out_, err_;
};

const char* const kTools =
    R"({"tools":[{"name":"one","namespace":"","description":"First. Then more.\nAnd more.","plugin":"demo","effects":["runs_code"]},)"
    R"({"name":"find","namespace":"notes","description":"Finds","plugin":"mcp","effects":[]},)"
    R"({"name":"sql","namespace":"","description":"Needs an app","plugin":"db","needs_app":true,"effects":["reads","secrets"]}],)"
    R"("plugins":[{"file":"/p/demo.so","id":"demo","version":"1.0.0","instance":"demo","state":"serving","reason":"","tools":["one"]},)"
    R"({"file":"/p/bad.so","id":"","version":"","instance":"","state":"refused","reason":"no manifest","tools":[]}]})";
const char* const kModels = R"([{"model_id":"emb","type":["text-to-embedding"]},{"model_id":"local","type":["text-to-text"]}])";

std::string frame(const std::string& name, const std::string& data) { return "event:" + name + "\ndata:" + data + "\n\n"; }

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

TEST_F(Commands, AskShowsTheRunOfAServerOfItsOwn) {
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

TEST_F(Commands, AskPassesEveryOptionOn) {
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

TEST_F(Commands, AskJsonAndQuiet) {
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

TEST_F(Commands, AskTellsWhatWentWrong) {
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

TEST_F(Commands, CtrlCCancelsTheRun) {
  FakeAnswer answer = FakeAnswer::stream({good_run()[1]});
  answer.hangs = true;
  http_.answers = {std::move(answer)};
  on_open_ = [] { raise(SIGINT); };
  EXPECT_EQ(run({"ask", "x", "--model", "m", "--no-tools"}), 1);
  EXPECT_EQ(http_.cancels, 1);
  EXPECT_EQ(err_, "collet: cancelled\n");
  EXPECT_EQ(seen_.stops, 1);
}

TEST_F(Commands, TheStoredKeyGoesToThisMachineOnly) {
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

  http_.answers = {FakeAnswer::json(R"({"content":[{"type":"text","text":"fine"}],"isError":false,"duration_ms":1})")};
  EXPECT_EQ(run({"call", "one"}), 0) << err_;
  EXPECT_EQ(out_, "fine\n");

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
           {}, {"nope"}, {"ask"}, {"ask", "x", "--nope"}, {"ask", "x", "--ttl", "0"}, {"ask", "x", "--ttl", "ten"}, {"ask", "  "},
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
