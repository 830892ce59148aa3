#include "go_build.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "bootstrap.hpp"
#include "go_imports.hpp"
#include "go_source.hpp"

namespace code_exec {
namespace {

namespace fs = std::filesystem;
using collet::Errc;
using collet::Error;
using collet::ExecRequest;
using collet::ExecResult;
using collet::Result;

constexpr int kCodeFd = 3;
constexpr std::uint32_t kDaySeconds = 86'400;
constexpr const char* kProgram = "/packages/main";

/// A shell script of ours in a box with the toolchain.
ExecRequest script_request(const Runtime& runtime, const char* script, std::vector<std::string> arguments) {
  ExecRequest request;
  request.argv = {"/bin/sh", "-c", script, "sh"};
  request.argv.insert(request.argv.end(), arguments.begin(), arguments.end());
  request.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/work", "TMPDIR=/tmp"};
  request.roots = runtime.roots;
  // Everything that decides what comes out but the program.
  request.keep.key = runtime.interpreter + "\n" + go_release(runtime);
  for (std::size_t i = 2; i < request.argv.size(); ++i) request.keep.key += "\n" + request.argv[i];
  return request;
}

collet::ExecReport standard_library_failed(const ExecResult& run) {
  const bool is_late = run.outcome == COLLET_EXEC_TIMEOUT;
  return collet::install_report(run, is_late ? "The Go standard library has to be compiled once, which takes a minute or two; call this again with more time"
                                             : "The Go standard library cannot be compiled; the Go toolchain of this host must be whole");
}

/// Most programs do not wait for all of it.
Step standard_library(const Runtime& runtime, bool is_common) {
  std::vector<std::string> arguments = is_common ? common_packages() : std::vector<std::string>{"std"};
  arguments.insert(arguments.begin(), runtime.interpreter);
  Step step{script_request(runtime, kGoStandardLibrary, std::move(arguments)), standard_library_failed};
  step.request.keep.label = std::string(is_common ? "go: common packages of " : "go: the standard library of ") + runtime.version;
  return step;
}

Step program(const Runtime& runtime, std::string source, std::vector<std::string> trees) {
  const bool has_modules = !trees.front().empty();
  const std::string root = prefix_of(runtime.interpreter);
  Step step{has_modules ? script_request(runtime, kGoBuildModules, {runtime.interpreter})
                        : script_request(runtime, kGoBuild, {root, go_tools(root)}),
            collet::compile_report};
  step.request.keep.key += "\n" + trees.front() + "\n" + source;
  if (has_modules) step.request.keep.seconds_max = kDaySeconds;  // as long as modules without a version
  step.request.keep.label = "go: a program";
  step.request.trees = std::move(trees);
  step.request.inputs = {{kCodeFd, std::move(source)}};
  return step;
}

}  // namespace

std::string go_release(const Runtime& runtime) {
  std::ifstream file(prefix_of(without_links(runtime.interpreter)) + "/VERSION");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string go_tools(const std::string& root) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root + "/pkg/tool", error)) {
    const bool is_whole = fs::exists(entry.path() / "compile", error) && fs::exists(entry.path() / "link", error);
    if (is_whole && entry.path().filename().string().starts_with("linux_")) return entry.path().string();
  }
  return "";
}

Result<void> compile_go(const Runtime& runtime, std::string_view code, Plan& plan) {
  const std::string root = prefix_of(runtime.interpreter);
  if (go_tools(root).empty()) return Error{Errc::not_found, "no compiler at " + root + "/pkg/tool/linux_*; install the Go toolchain again"};
  const std::string modules = plan.run.trees.empty() ? "" : plan.run.trees.front();
  GoProgram made = go_program(code);
  plan.steps.push_back(standard_library(runtime, made.is_common && modules.empty()));
  plan.steps.push_back(program(runtime, std::move(made.source), {modules, plan.steps.back().request.keep.key}));
  plan.run.argv = {kProgram};
  plan.run.trees = {plan.steps.back().request.keep.key};
  return {};
}

}  // namespace code_exec
