#include "plan.hpp"

#include "language.hpp"

namespace code_exec {
namespace {

using collet::ExecRequest;
using collet::Result;

constexpr int kCodeFd = 3;
constexpr int kCaptureFd = 4;
constexpr int kBootstrapFd = 5;

ExecRequest run_request(const Runtime& runtime) {
  ExecRequest request;
  request.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"};
  request.roots = runtime.roots;
  request.files = true;
  return request;
}

void interpret(const Language& language, const Runtime& runtime, std::string code, ExecRequest& request) {
  Start start = language.start(code, !request.trees.empty());
  request.argv = language.argv(runtime);
  request.inputs = {{kCodeFd, std::move(code), true, start.may_fork}, {kBootstrapFd, std::move(start.bootstrap)}};
  request.capture_fd = kCaptureFd;
}

}  // namespace

Result<Plan> make_plan(const Language& language, const Runtime& runtime, std::string code, const std::string& installed) {
  Plan plan;
  plan.run = run_request(runtime);
  if (!installed.empty()) plan.run.trees = {installed};
  if (language.compile == nullptr) {
    interpret(language, runtime, std::move(code), plan.run);
  } else if (auto added = language.compile(runtime, code, plan); !added) {
    return added.error();
  }
  return plan;
}

}  // namespace code_exec
