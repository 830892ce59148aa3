#include "plan.hpp"

#include "language.hpp"
#include "packages.hpp"

namespace code_exec {
namespace {

using collet::ExecRequest;
using collet::ExecResult;
using collet::Result;

constexpr int kCodeFd = 3;
constexpr int kCaptureFd = 4;
constexpr int kBootstrapFd = 5;

ExecRequest run_request(const Runtime& runtime) {
  ExecRequest request;
  request.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC", "MPLBACKEND=Agg", "MPLCONFIGDIR=/tmp"};
  request.roots = runtime.roots;
  request.files = true;
  return request;
}

void interpret(const Language& language, const Runtime& runtime, std::string code, ExecRequest& request) {
  request.argv = language.argv(runtime);
  request.inputs = {{kCodeFd, std::move(code), true}, {kBootstrapFd, language.bootstrap}};
  request.capture_fd = kCaptureFd;
}

/// The program sees what was installed.
Result<void> add_install(const Language& language, const Runtime& runtime, std::vector<std::string> packages, Plan& plan) {
  const std::string progress = "installing " + listed(packages);
  auto request = install_request(*language.installer, language.id, runtime, std::move(packages));
  if (!request) return request.error();
  plan.run.trees = {request->keep.key};
  plan.steps.push_back({*std::move(request), progress, [](const ExecResult& run) { return collet::install_report(run); }});
  return {};
}

}  // namespace

Result<Plan> make_plan(const Language& language, const Runtime& runtime, std::string code, std::vector<std::string> packages) {
  Plan plan;
  plan.run = run_request(runtime);
  if (!packages.empty()) {
    if (auto added = add_install(language, runtime, std::move(packages), plan); !added) return added.error();
  }
  if (language.compile == nullptr) {
    interpret(language, runtime, std::move(code), plan.run);
  } else if (auto added = language.compile(runtime, code, plan); !added) {
    return added.error();
  }
  return plan;
}

}  // namespace code_exec
