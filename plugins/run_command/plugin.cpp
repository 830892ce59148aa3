// Runs a command that the caller of the API has set, in a copy of the target app.
#include <filesystem>
#include <utility>

#include "arguments.hpp"
#include "collet/exec_report.hpp"
#include "collet/plugin.hpp"
#include "command.hpp"

namespace run_command {
namespace {

using namespace collet;

constexpr const char* kTool = "dyno_run_command";

constexpr const char* kDescription =
    "Runs a pre-set command of the target app and returns its exit code, stdout and stderr. The command works in a fresh copy of "
    "the app's folder, with the app's config vars as its environment; what it writes is thrown away afterwards. No network but the hosts that the operator named for the app.";

// Anything goes: what a request declares comes through specialize.
constexpr const char* kInputSchema = R"({"type": "object"})";

// `cmd` and `description` are required. specialize says so, by the name of the
// field, and takes the description from the tool object as well.
constexpr const char* kConfigSchema = R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "cmd": {"type": "string", "maxLength": 65536,
            "description": "Required. The command, run by /bin/sh -c in /app. {name} stands for an argument, as one word."},
    "description": {"type": "string", "maxLength": 16384,
                    "description": "Required here or on the tool object. What the command does, for the model."},
    "parameters": {"type": "object", "description": "JSON Schema of the arguments. Left out: the command takes none."}
  }
})";

// The app's own programs first. The interpreters of the host are those below /usr.
constexpr const char* kPath = "PATH=/app/bin:/app/.venv/bin:/app/node_modules/.bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

std::vector<std::string> system_roots() {
  std::vector<std::string> roots = {"/usr", "/lib", "/lib64", "/bin"};
  std::error_code error;
  std::erase_if(roots, [&](const std::string& root) { return !std::filesystem::exists(root, error); });
  return roots;
}

ToolSpec tool() {
  ToolSpec spec;
  spec.name = kTool;
  spec.title = "Run a command of the app";
  spec.description = kDescription;
  spec.input_schema = kInputSchema;
  spec.config_schema = kConfigSchema;
  spec.effects = COLLET_EFFECT_RUNS_PROGRAMS | COLLET_EFFECT_READS | COLLET_EFFECT_SECRETS | COLLET_EFFECT_NETWORK;
  spec.exposure = COLLET_EXPOSES_PRIVATE_DATA;
  spec.needs_app = true;
  return spec;
}

void finish(Call& call, const ExecResult& run) {
  const ExecReport report = exec_report(run);
  if (const auto told = call.text(report.text); !told) return call.fail(told.error());
  call.finish(exec_end(run, report));
}

}  // namespace

class RunCommand {
 public:
  RunCommand(Host, const Value& config) : live_output_(config["live_output"].as_bool().value_or(true)), roots_(system_roots()) {}

  std::vector<ToolSpec> tools() const { return {tool()}; }

  Result<Specialized> specialize(const SpecializeRequest& request) const {
    auto command = read_command(request.tool_params);
    if (!command) return command.error();
    std::string description(request.tool_params["description"].string_or(request.hint));
    if (description.empty()) return Error{Errc::invalid, "/tool_params/description: required, what the command does"};
    return Specialized{std::move(description), command->schema.dump()};
  }

  void start(Call call, std::string_view, const Args& args) {
    const CallInfo info = call.info();
    const auto root = call.app_root();
    if (!root) return call.fail({root.error().code, "app " + info.app + " has no folder to run commands in; set apps." + info.app + ".root"});
    auto command = read_command(info.tool_params);
    if (!command) return call.fail(command.error());
    auto variables = variables_of(command->parameters, args.json());
    if (!variables) return call.fail(variables.error());
    const auto begun = call.exec(request_for(*std::move(command), *std::move(variables), args.json()),
                                 [call](const ExecResult& run) mutable { finish(call, run); });
    if (!begun) call.fail(begun.error());
  }

  std::optional<std::string> redact(std::string_view, std::string_view result) const { return shorter_exec_report(result); }

 private:
  ExecRequest request_for(Command command, std::vector<std::string> variables, const Value& arguments) const {
    ExecRequest request;
    request.argv = {"/bin/sh", "-c", std::move(command.script)};
    request.env = std::move(variables);
    request.env.insert(request.env.end(), {kPath, "HOME=/app", "LANG=C.UTF-8"});
    request.roots = roots_;
    request.inputs = {{0, arguments.dump() + "\n"}};
    request.app_root = request.app_env = request.app_scratch = request.app_network = true;
    request.live_output = live_output_;
    return request;
  }

  bool live_output_;
  std::vector<std::string> roots_;
};

}  // namespace run_command

COLLET_PLUGIN(run_command::RunCommand, R"({
  "id": "run_command",
  "version": "0.1.0",
  "description": "Runs pre-set commands of the target app, in a sandbox",
  "license": "Apache-2.0",
  "status": "stable",
  "capabilities": ["exec", "app"],
  "requires": ["collet.exec/1", "collet.app/1"],
  "config_schema": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "live_output": {
        "type": "boolean",
        "default": true,
        "description": "Show output to watchers while the command runs."
      }
    }
  }
})")
