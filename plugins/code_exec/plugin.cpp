// Runs code that a model wrote, in the kernel's sandbox.
#include <algorithm>
#include <map>
#include <utility>

#include "artifacts.hpp"
#include "collet/exec_report.hpp"
#include "collet/plugin.hpp"
#include "install.hpp"
#include "language.hpp"
#include "plan.hpp"
#include "result.hpp"

namespace code_exec {
namespace {

using namespace collet;

constexpr std::size_t kPackagesMax = 64;
constexpr std::size_t kCachePlace = 1;  // of ExecRequest::trees, shown at /cache

struct Offered {
  const Language* language = nullptr;
  Runtime runtime;
  bool starts_ahead = true;  ///< The host may keep boxes ready for it.
};

/// The operator's interpreter, else the newest that is installed.
Result<Runtime> choose_runtime(const Language& language, const Host& host) {
  const auto configured = host.exec_runtime(language.id);
  if (configured) {
    const Args args(*configured, "/sandbox/runtimes/" + std::string(language.id));
    auto interpreter = args.string("interpreter");
    if (!interpreter) return interpreter.error();
    auto roots = args.strings("roots");
    if (!roots) return roots.error();
    Runtime runtime{*std::move(interpreter), "", *std::move(roots), true};
    language.complete_runtime(runtime);
    return runtime;
  }
  auto found = language.find_runtime();
  if (!found) return Error{Errc::not_found, "nothing that runs " + std::string(language.id) + " is installed"};
  return *std::move(found);
}

/// The name of a session; "": that of the agent run.
std::optional<std::string> session_of(const Value& tool_params) {
  const Value session = tool_params["session"];
  if (const auto name = session.as_string()) return std::string(*name);
  return session.as_bool().value_or(false) ? std::optional<std::string>("") : std::nullopt;
}

}  // namespace

class CodeExec {
 public:
  static Result<std::unique_ptr<CodeExec>> create(Host host, const Value& config) {
    const Args args(config);
    auto wanted = args.strings("languages");
    if (!wanted) return wanted.error();
    auto plugin = std::make_unique<CodeExec>();
    plugin->live_output_ = config["live_output"].as_bool().value_or(true);
    std::string missing;
    for (const Language& language : languages()) {
      const bool is_wanted = wanted->empty() || std::ranges::find(*wanted, language.id) != wanted->end();
      if (!is_wanted) continue;
      auto runtime = choose_runtime(language, host);
      if (runtime) {
        const bool starts_ahead = config["warm"][language.id].as_bool().value_or(true);
        plugin->offered_.emplace(language.tool, Offered{&language, *std::move(runtime), starts_ahead});
      } else {
        missing += (missing.empty() ? "" : "; ") + runtime.error().message;
      }
    }
    if (plugin->offered_.empty()) {
      return Error{Errc::unavailable, missing + "; install one or name it under sandbox.runtimes"};
    }
    if (!missing.empty()) host.log_warn("a language is not offered", {{"why", missing}});
    return plugin;
  }

  std::vector<ToolSpec> tools() const {
    std::vector<ToolSpec> out;
    for (const auto& [name, offered] : offered_) out.push_back(tool_of(*offered.language, offered.runtime));
    return out;
  }

  void start(Call call, std::string_view tool, const Args& args) {
    const auto offered = offered_.find(tool);
    if (offered == offered_.end()) return call.fail({Errc::not_found, "no tool " + std::string(tool)});
    auto code = args.string("code");
    if (!code) return call.fail(code.error());
    const auto packages = args.strings("packages");
    if (!packages) return call.fail(packages.error());
    const auto go_on = [this, &offered = offered->second, code = *std::move(code)](Call begun, const std::string& installed) {
      auto plan = make_plan(*offered.language, offered.runtime, code, installed);
      if (plan) plan->run.session = session_of(begun.info().tool_params);
      carry_out(std::move(begun), offered, std::move(plan));
    };
    if (packages->empty()) return go_on(std::move(call), "");
    if (auto fine = check_packages(offered->second, args, *packages); !fine) return call.fail(fine.error());
    install_first(std::move(call), *offered->second.language, offered->second.runtime, *std::move(packages), go_on);
  }

  Result<Specialized> specialize(const SpecializeRequest& request) const {
    const auto offered = offered_.find(request.tool);
    const Files files = session_of(request.tool_params) ? Files::kept : Files::thrown_away;
    if (offered == offered_.end() || (files == Files::thrown_away && request.hint.empty())) return Specialized{};
    std::string description = description_of(*offered->second.language, offered->second.runtime, files);
    if (!request.hint.empty()) description.append("\n").append(request.hint);
    return Specialized{std::move(description), ""};
  }

  std::optional<std::string> redact(std::string_view, std::string_view result) { return shorter_report(result); }

 private:
  static Result<void> check_packages(const Offered& offered, const Args& args, const std::vector<std::string>& packages) {
    const Installer* installer = offered.language->installer;
    if (packages.size() > kPackagesMax) {
      return args.error("packages", "has " + std::to_string(packages.size()) + " entries; at most " + std::to_string(kPackagesMax) + " are allowed");
    }
    for (std::size_t i = 0; i < packages.size(); ++i) {
      const std::string fault = installer->fault(packages[i]);
      if (!fault.empty()) return Error{Errc::invalid, "/packages/" + std::to_string(i) + ": \"" + packages[i].substr(0, 200) + "\" is no package name; " + fault};
    }
    return {};
  }

  void carry_out(Call call, const Offered& offered, Result<Plan> plan) const {
    if (!plan) return call.fail(plan.error());
    plan->run.live_output = live_output_;
    for (auto& input : plan->run.inputs) {
      input.late = input.late && offered.starts_ahead;
      input.fork = input.fork && offered.starts_ahead;
    }
    for (Step& step : plan->steps) step.request.live_output = live_output_;
    take_step(std::move(call), offered, std::make_shared<const Plan>(*std::move(plan)), 0);
  }

  /// Then the next one, and after the last the program.
  static void take_step(Call call, const Offered& offered, std::shared_ptr<const Plan> plan, std::size_t at) {
    if (at == plan->steps.size()) return run(std::move(call), offered, {plan, &plan->run});
    const auto begun = call.exec(plan->steps[at].request, [call, &offered, plan, at](const ExecResult& made) mutable {
      if (went_well(made)) take_step(std::move(call), offered, std::move(plan), at + 1);
      else finish(call, made, plan->steps[at].failed(made));
    });
    if (!begun) call.fail(begun.error());
  }

  /// @param session what an earlier run of the same call was told of it; 0: there was none.
  static void run(Call call, const Offered& offered, std::shared_ptr<const ExecRequest> request, std::uint32_t session = 0) {
    const auto begun = call.exec(*request, [call, &offered, request, session](ExecResult result) mutable {
      if (session != 0) result.session = session;
      const Need* need = offered.language->need;
      const bool is_needed = need != nullptr && result.captured == need->marker && request->trees.size() <= kCachePlace;
      if (is_needed) run_with(std::move(call), offered, *need, *request, result.session);
      else finish(call, result, report_of(result, publish_files(call, result)));
    });
    if (!begun) call.fail(begun.error());
  }

  static void run_with(Call call, const Offered& offered, const Need& need, ExecRequest request, std::uint32_t session) {
    install_first(std::move(call), *offered.language, offered.runtime, {std::string(need.package)},
                  [&offered, request = std::move(request), session](Call begun, const std::string& key) mutable {
                    request.trees.resize(kCachePlace + 1);
                    request.trees[kCachePlace] = key;
                    run(std::move(begun), offered, std::make_shared<const ExecRequest>(std::move(request)), session);
                  });
  }

  std::map<std::string, Offered, std::less<>> offered_;  ///< By tool name.
  bool live_output_ = true;
};

}  // namespace code_exec

COLLET_PLUGIN(code_exec::CodeExec, R"({
  "id": "code_exec",
  "version": "0.1.0",
  "description": "Runs code that a model wrote, in a sandbox",
  "license": "Apache-2.0",
  "status": "stable",
  "capabilities": ["exec", "blob"],
  "requires": ["collet.exec/1", "collet.blob/1"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "languages": {
        "type": "array",
        "items": {"enum": ["python", "ruby", "node", "go"]},
        "description": "Offer only these; left out: every one that is installed here."
      },
      "warm": {
        "type": "object",
        "additionalProperties": false,
        "properties": {"python": {"type": "boolean"}, "ruby": {"type": "boolean"}, "node": {"type": "boolean"}},
        "description": "Language to false: no box is started ahead for it, each call starts its own."
      },
      "live_output": {
        "type": "boolean",
        "default": true,
        "description": "Show output to watchers while the program runs."
      }
    }
  }
})")
