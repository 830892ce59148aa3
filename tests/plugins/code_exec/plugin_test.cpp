// The built plugin in the fake host.
#include <algorithm>

#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"

namespace collet::testing {
namespace {

class CodeExec : public ::testing::Test {
 protected:
  CodeExec() : host_(FakeHost::load(COLLET_CODE_EXEC)) {
    host_->on_exec = [this](const ExecRequest& request) {
      seen_ = request;
      return answer_;
    };
    answer_.outcome = COLLET_EXEC_EXITED;
  }
  ToolSpec tool(std::string_view name) {
    for (auto& tool : host_->tools()) {
      if (tool.name == name) return tool;
    }
    ADD_FAILURE() << "no tool " << name << ": " << host_->create_error();
    return {};
  }
  std::string input(int fd) const {
    for (const auto& entry : seen_.inputs) {
      if (entry.fd == fd) return entry.data;
    }
    return "nothing at " + std::to_string(fd);
  }

  ExecRequest seen_;
  std::vector<ExecRequest> asked_;
  ExecResult answer_;
  std::unique_ptr<FakeHost> host_;
};

// The interpreters of all languages are part of the test set-up (scripts/deps --tests).
// code_exec_go is there too; it compiles first.
constexpr const char* kTools[] = {"code_exec_node", "code_exec_python", "code_exec_ruby"};

TEST_F(CodeExec, DescribesItselfTruthfully) {
  ASSERT_EQ(host_->tools().size(), std::size(kTools) + 1) << host_->create_error();
  for (const char* name : kTools) {
    const ToolSpec spec = tool(name);
    EXPECT_EQ(spec.effects, COLLET_EFFECT_RUNS_CODE | COLLET_EFFECT_NETWORK) << name;
    EXPECT_EQ(spec.blocking, false);
    EXPECT_NE(spec.description.find("; no network. "), std::string::npos) << spec.description;
    EXPECT_GE(spec.examples.size(), 2u);
  }
  EXPECT_TRUE(tool("code_exec_python").description.starts_with("Runs a Python 3.")) << tool("code_exec_python").description;
  EXPECT_TRUE(tool("code_exec_ruby").description.starts_with("Runs a Ruby ")) << tool("code_exec_ruby").description;
  EXPECT_TRUE(tool("code_exec_node").description.starts_with("Runs a Node.js ")) << tool("code_exec_node").description;
}

TEST_F(CodeExec, ASessionIsWhatTheToolParamsSay) {
  const auto session_with = [&](const std::string& tool_params) {
    FakeCallOptions options;
    options.tool_params = tool_params;
    const FakeResult result = host_->call("code_exec_python", R"({"code": "1"})", options);
    EXPECT_TRUE(result.ok) << result.error.message;
    return seen_.session;
  };
  EXPECT_EQ(session_with("{}"), std::nullopt);
  EXPECT_EQ(session_with(R"({"session": false})"), std::nullopt);
  EXPECT_EQ(session_with(R"({"session": true})"), "");
  EXPECT_EQ(session_with(R"({"session": "mine"})"), "mine");
}

TEST_F(CodeExec, TheModelIsToldWhatASessionKeeps) {
  const auto description = [&](const std::string& tool_params, std::string_view hint) { return host_->specialize("code_exec_ruby", tool_params, hint)->description; };
  EXPECT_EQ(description("{}", ""), "") << "as it is";
  EXPECT_EQ(description("{}", "Be brief."), tool("code_exec_ruby").description + "\nBe brief.");
  const std::string kept = description(R"({"session": "mine"})", "");
  EXPECT_NE(kept.find("Files in /work, where a program starts, are there again in the next call"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("Nothing is kept"), std::string::npos) << kept;
}

TEST_F(CodeExec, SendsTheCodeByDescriptor) {
  answer_.stdout_text = "hi\n";
  for (const char* name : kTools) {
    const auto result = host_->call(name, R"json({"code":"print('hi')"})json");
    EXPECT_TRUE(result.ok) << result.text();
    EXPECT_TRUE(result.text().starts_with("{\n  \"returncode\": 0,\n  \"stdout\": \"hi\",\n  \"stderr\": \"\"")) << result.text();
    EXPECT_EQ(input(3), "print('hi')");
    EXPECT_EQ(seen_.capture_fd, 4);
    for (const auto& argument : seen_.argv) EXPECT_EQ(argument.find("print('hi')"), std::string::npos) << argument;
    EXPECT_TRUE(seen_.argv.at(0).starts_with("/usr/")) << seen_.argv.at(0);
    EXPECT_EQ(seen_.env, (std::vector<std::string>{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"}));
    EXPECT_FALSE(seen_.app_env) << "config vars are not for a model's code";
    for (const auto& root : seen_.roots) EXPECT_TRUE(root == "/bin" || root.starts_with("/usr") || root.starts_with("/lib")) << root;
  }
}

TEST_F(CodeExec, CompilesWhatIsNotInterpreted) {
  std::vector<ExecRequest> boxes;
  int returncode = 0;
  host_->on_exec = [&](const ExecRequest& request) {
    boxes.push_back(request);
    answer_.returncode = boxes.size() == 2 ? returncode : 0;
    return answer_;
  };
  EXPECT_TRUE(host_->call("code_exec_go", R"json({"code":"fmt.Println(1)"})json").ok);
  ASSERT_EQ(boxes.size(), 3u);
  EXPECT_NE(boxes[0].keep.key, "");
  EXPECT_EQ(boxes[1].trees, (std::vector<std::string>{"", boxes[0].keep.key}));
  EXPECT_NE(boxes[1].inputs.at(0).data.find("func main() {"), std::string::npos);
  EXPECT_EQ(boxes[2].argv, std::vector<std::string>{"/packages/main"});
  EXPECT_EQ(boxes[2].trees, std::vector<std::string>{boxes[1].keep.key});
  EXPECT_EQ(boxes[2].keep.key, "");
  for (const auto& box : boxes) EXPECT_TRUE(box.hosts.empty());

  boxes.clear();
  returncode = 1;
  answer_.stderr_text = "./main.go:1:1: no";
  const auto failed = host_->call("code_exec_go", R"json({"code":"fmt.Println(1)"})json");
  EXPECT_EQ(boxes.size(), 2u);
  EXPECT_FALSE(failed.end.is_error) << "what the compiler says is a result";
  EXPECT_NE(failed.text().find("\"phase\": \"compile\""), std::string::npos) << failed.text();
}

TEST_F(CodeExec, SaysThatTheStandardLibraryTakesTime) {
  answer_.outcome = COLLET_EXEC_TIMEOUT;
  const auto result = host_->call("code_exec_go", R"json({"code":"fmt.Println(1)"})json");
  EXPECT_TRUE(result.end.is_error);
  EXPECT_NE(result.text().find("has to be compiled once"), std::string::npos) << result.text();
  EXPECT_NE(result.text().find("\"phase\": \"install\""), std::string::npos) << result.text();
}

TEST_F(CodeExec, RefusesBadArguments) {
  for (const std::string name : kTools) {
    EXPECT_EQ(host_->call(name, R"json({"code":12})json").text(), "error: /code: expected a string, got 12");
    EXPECT_EQ(host_->call(name, "{}").text(), "error: /code: required, a string");
    EXPECT_TRUE(host_->call(name, R"json({"code":"1","packages":[]})json").ok);
    EXPECT_TRUE(host_->call(name, R"json({"code":"1","packages":null})json").ok);
  }
}

TEST_F(CodeExec, InstallsFirstAndShowsTheProgramWhatWasInstalled) {
  host_->on_exec = [this](const ExecRequest& request) {
    asked_.push_back(request);
    ExecResult result = answer_;
    if (asked_.size() == 1) result.stdout_text = "https://index.example/simple\nfiles.example:443\n";
    return result;
  };
  ASSERT_TRUE(host_->call("code_exec_python", R"json({"code":"1","packages":["b==2","a","b==2"]})json").ok);
  ASSERT_EQ(asked_.size(), 3u) << "the client's default index, the install, the program";
  const ExecRequest& install = asked_[1];
  EXPECT_EQ(install.hosts, (std::vector<std::string>{"index.example:443", "files.example:443"}));
  EXPECT_EQ(install.keep.label, "python: a, b==2");
  EXPECT_EQ(install.keep.seconds_max, 86'400u) << "a newer \"a\" may come";
  EXPECT_EQ(std::vector<std::string>(install.argv.end() - 3, install.argv.end()), (std::vector<std::string>{"--", "a", "b==2"}));
  EXPECT_EQ(asked_[2].trees, std::vector<std::string>{install.keep.key});
  EXPECT_TRUE(asked_[2].hosts.empty());
  ASSERT_TRUE(host_->call("code_exec_python", R"json({"code":"1","packages":["b==2"]})json").ok);
  ASSERT_EQ(asked_.size(), 5u) << "the client is asked once";
  EXPECT_EQ(asked_[3].keep.seconds_max, 0u);
}

TEST_F(CodeExec, AFailedInstallIsToldInTheInstallersWords) {
  answer_.returncode = 3;
  answer_.stderr_text = "no such thing\n";
  const auto result = host_->call("code_exec_node", R"json({"code":"1","packages":["x"]})json");
  EXPECT_TRUE(result.end.is_error);
  EXPECT_NE(result.text().find("\"returncode\": 3"), std::string::npos) << result.text();
  EXPECT_NE(result.text().find("\"Dependency install failed: no such thing\""), std::string::npos) << result.text();
  EXPECT_NE(result.text().find("\"phase\": \"install\""), std::string::npos) << result.text();
}

TEST_F(CodeExec, SetsTheFlagsOfTheResult) {
  EXPECT_TRUE(host_->call("code_exec_python", R"json({"code":"pass"})json").end.is_empty);
  answer_.returncode = 1;
  answer_.stderr_text = "Traceback";
  const auto failed = host_->call("code_exec_python", R"json({"code":"1/0"})json");
  EXPECT_FALSE(failed.end.is_error) << "a program's own failure is its result, not the tool's";
  answer_.outcome = COLLET_EXEC_TIMEOUT;
  EXPECT_TRUE(host_->call("code_exec_python", R"json({"code":"while 1: pass"})json").end.is_error);
}

TEST_F(CodeExec, PassesOnWhyTheSandboxIsUnavailable) {
  answer_.outcome = COLLET_EXEC_UNAVAILABLE;
  answer_.message = "clone3: EPERM; run as root or allow user namespaces";
  const auto result = host_->call("code_exec_python", R"json({"code":"1"})json");
  EXPECT_TRUE(result.end.is_error);
  EXPECT_NE(result.text().find("\"sandbox_unavailable\""), std::string::npos) << result.text();
  EXPECT_NE(result.text().find("allow user namespaces"), std::string::npos) << result.text();
}

TEST_F(CodeExec, UsesTheOperatorsInterpreter) {
  host_->runtimes["python"] = R"json({"interpreter":"/opt/py/bin/python3.99","roots":["/opt/py","/usr"]})json";
  EXPECT_NE(tool("code_exec_python").description.find("Python 3.99"), std::string::npos) << tool("code_exec_python").description;
  host_->call("code_exec_python", R"json({"code":"1"})json");
  EXPECT_EQ(seen_.argv.at(0), "/opt/py/bin/python3.99");
  EXPECT_EQ(seen_.roots, (std::vector<std::string>{"/opt/py", "/usr"}));
  EXPECT_EQ(std::ranges::count(seen_.argv, "-S"), 0) << "its packages need `site`";
}

TEST_F(CodeExec, OtherLanguagesToo) {
  host_->runtimes["ruby"] = R"json({"interpreter":"/opt/rb/bin/ruby9.8","roots":["/opt/rb"]})json";
  host_->runtimes["node"] = R"json({"interpreter":"/opt/js/bin/node","roots":[]})json";
  EXPECT_TRUE(tool("code_exec_ruby").description.starts_with("Runs a Ruby 9.8 program")) << tool("code_exec_ruby").description;
  EXPECT_TRUE(tool("code_exec_node").description.starts_with("Runs a Node.js (JavaScript or TypeScript) program")) << tool("code_exec_node").description;
  host_->call("code_exec_ruby", R"json({"code":"1"})json");
  EXPECT_EQ(seen_.argv.at(0), "/opt/rb/bin/ruby9.8");
  EXPECT_EQ(seen_.roots, std::vector<std::string>{"/opt/rb"});
  host_->call("code_exec_node", R"json({"code":"1"})json");
  EXPECT_EQ(seen_.argv.at(0), "/opt/js/bin/node");
  EXPECT_EQ(std::ranges::count(seen_.roots, "/usr"), 1) << "the C library is there";
}

TEST_F(CodeExec, LiveOutputIsAnOption) {
  host_->call("code_exec_python", R"json({"code":"1"})json");
  EXPECT_TRUE(seen_.live_output);
  FakeHost::Options options;
  options.config = R"json({"live_output":false})json";
  const auto quiet = FakeHost::load(COLLET_CODE_EXEC, options);
  quiet->on_exec = host_->on_exec;
  quiet->call("code_exec_python", R"json({"code":"1"})json");
  EXPECT_FALSE(seen_.live_output);
}

TEST_F(CodeExec, ALanguageIsStartedAheadUnlessItIsNotToBe) {
  FakeHost::Options options;
  options.config = R"json({"warm":{"ruby":false,"node":true}})json";
  const auto partly = FakeHost::load(COLLET_CODE_EXEC, options);
  partly->on_exec = host_->on_exec;
  for (const std::string name : kTools) {
    partly->call(name, R"json({"code":"1"})json");
    EXPECT_EQ(std::ranges::count_if(seen_.inputs, &ExecRequest::Input::late), name == "code_exec_ruby" ? 0 : 1) << name;
    EXPECT_EQ(std::ranges::count_if(seen_.inputs, &ExecRequest::Input::fork), name == "code_exec_python" ? 1 : 0) << name;
  }
}

TEST_F(CodeExec, WhatAProgramNamesIsImportedAhead) {
  struct Case {
    const char* code;
    const char* start;
  };
  for (const auto& [code, start] : {Case{"print(1)", "_collet(())\n"}, Case{"import numpy as np", "_collet(('numpy', ))\n"},
                                    Case{"mynumpy = numpy_like = 1", "_collet(())\n"},
                                    Case{"from pandas import DataFrame; import matplotlib.pyplot", "_collet(('pandas', 'matplotlib.pyplot', ))\n"}}) {
    host_->call("code_exec_python", R"json({"code":")json" + std::string(code) + "\"}");
    EXPECT_TRUE(input(5).ends_with(start)) << code << "\n" << input(5).substr(input(5).size() - 80);
  }
}

// What a model installs is imported in no process that other runs are copied from.
TEST_F(CodeExec, PackagesThatAreImportedAheadAreNotCopied) {
  answer_.stdout_text = "https://index.example/simple\nfiles.example:443\n";  // what the client says of its index
  for (const auto& [code, copies] : {std::pair("import numpy", 0), std::pair("print(1)", 1)}) {
    host_->call("code_exec_python", R"json({"packages":["numpy"],"code":")json" + std::string(code) + "\"}");
    EXPECT_EQ(std::ranges::count_if(seen_.inputs, &ExecRequest::Input::fork), copies) << code;
    EXPECT_EQ(std::ranges::count_if(seen_.inputs, &ExecRequest::Input::late), 1) << code;
  }
}

TEST_F(CodeExec, WithoutTheSandboxServiceItSaysWhatIsMissing) {
  FakeHost::Options options;
  options.services = {"log"};
  const auto host = FakeHost::load(COLLET_CODE_EXEC, options);
  EXPECT_EQ(host->call("code_exec_python", R"json({"code":"1"})json").text(),
            "error: this plugin was not granted the host service \"exec\"; its manifest must ask for it under \"capabilities\"");
}

}  // namespace
}  // namespace collet::testing
