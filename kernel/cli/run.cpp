#include "cli/run.hpp"

#include <algorithm>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/console.hpp"
#include "cli/parse.hpp"
#include "collet/abi.h"
#include "config/load.hpp"

namespace collet::cli {
namespace {

// The options of all commands, and which command it was.
struct Parsed {
  ServeOptions serve;
  AskOptions ask;
  CallOptions call;
  ToolsOptions tools, commands;
  ConfigOptions config, doctor;
  PluginOptions plugin;
  ModelOptions model;
  PackagesOptions packages;
  std::string shell;
  std::function<int(Console&)> command;
};

CLI::App* add(CLI::App& parent, const std::string& name, const std::string& help, const std::string& examples) {
  CLI::App* command = parent.add_subcommand(name, help);
  if (!examples.empty()) command->footer("Examples:\n" + examples);
  return command;
}

CLI::Validator above_zero() {
  return {[](const std::string& text) {
            const auto number = Value::parse(text);
            const bool fits = number && number->is_integer() && number->as_int64().value_or(0) > 0;
            return fits ? std::string() : "expected a whole number of at least 1, got \"" + base::shorten(text, 40) + "\"";
          },
          ""};
}

void add_config(CLI::App* command, std::string& file) {
  command->add_option("--config", file, "Config file of the server started for this command")->type_name("FILE");
}

void add_params(CLI::App* command, ToolParams& params) {
  command->add_option("--app", params.app, "Target app of the tools")->type_name("NAME");
  command->add_option("--size", params.size, "Box size, an entry of sizes:")->type_name("SIZE");
  command->add_option("--ttl", params.ttl_seconds, "Time limit of a call, seconds")->type_name("SECONDS")->check(above_zero());
  command->add_option("--params", params.params, "tool_params: fixed settings of the tools, a JSON object")->type_name("JSON");
}

void add_serve(CLI::App& app, Parsed& p, const Hooks& hooks) {
  CLI::App* serve = add(app, "serve", "Run the server",
                        "  collet serve\n  collet serve --config config.yaml\n  collet serve --listen 127.0.0.1:0 --port-file port\n\n"
                        "Stops gracefully on Ctrl-C or SIGTERM; at once on the second.");
  serve->add_option("--config", p.serve.config_file, "Config file; else $COLLET_CONFIG, else built-in defaults")->type_name("FILE");
  serve->add_option("--listen", p.serve.listen, "Address in place of server.listen; port 0 picks one")->type_name("HOST:PORT");
  serve->add_option("--port-file", p.serve.port_file, "File that gets the port once the server is ready")->type_name("FILE");
  serve->add_flag("--no-model", p.serve.no_model, "Leave out the embedded models");
  serve->callback([&] { p.command = [&](Console& c) { return run_serve(p.serve, hooks, c); }; });
}

void add_ask(CLI::App& app, Parsed& p, const Hooks& hooks) {
  CLI::App* ask = add(app, "ask", "Ask a question and watch the model use its tools",
                      "  collet ask \"What is the 50th prime number?\"\n  collet ask \"Sum up the orders\" --tool NAME --app my-app\n"
                      "  git diff | collet ask - --system \"Review this change\" --no-tools\n  collet ask \"...\" --json | jq .object\n\n"
                      "Asks the server at $COLLET_URL (key $COLLET_API_KEY), or starts one for this run.");
  ask->add_option("question", p.ask.prompt, "The question; - reads standard input")->required()->type_name("TEXT");
  ask->add_option("--tool", p.ask.tools, "Tool to offer, again for more; default: all of the server's")->type_name("NAME")->allow_extra_args(false);
  ask->add_flag("--no-tools", p.ask.no_tools, "Offer no tool")->excludes("--tool");
  ask->add_option("--model", p.ask.model, "Model, alias or agent; default: the server's first")->type_name("ID");
  ask->add_option("--system", p.ask.system, "System message")->type_name("TEXT");
  add_params(ask, p.ask.params);
  ask->add_option("--max-calls", p.ask.params.max_calls, "Calls of each tool")->type_name("N")->check(above_zero());
  add_config(ask, p.ask.config_file);
  CLI::Option* json = ask->add_flag("--json", p.ask.json, "Print the events as JSON lines");
  ask->add_flag("-q,--quiet", p.ask.quiet, "Print the answer only")->excludes(json);
  ask->callback([&] { p.command = [&](Console& c) { return run_ask(p.ask, hooks, c); }; });
}

void add_tools(CLI::App& app, Parsed& p, const Hooks& hooks) {
  CLI::App* tools = add(app, "tools", "List the tools, the plugins, and why one does not serve",
                        "  collet tools\n  collet tools --json | jq -r '.tools[].name'");
  add_config(tools, p.tools.config_file);
  tools->add_flag("--json", p.tools.json, "Print JSON, input schemas included");
  tools->callback([&] { p.command = [&](Console& c) { return run_tools(p.tools, hooks, c); }; });

  CLI::App* commands = add(app, "commands", "List what plugins offer to the operator, for `collet GROUP NAME`", "  collet commands\n  collet GROUP NAME --help");
  add_config(commands, p.commands.config_file);
  commands->add_flag("--json", p.commands.json, "Print JSON, input schemas included");
  commands->callback([&] { p.command = [&](Console& c) { return run_commands(p.commands, hooks, c); }; });

  CLI::App* call = add(app, "call", "Run one tool without a model",
                       "  collet call NAME '{\"code\": \"print(2 ** 100)\"}'\n  collet call NAME - < arguments.json\n"
                       "  collet call NAME --app my-app --params '{\"cmd\": \"ls\"}' --json");
  call->add_option("tool", p.call.tool, "Name of the tool, as `collet tools` shows it")->required()->type_name("NAME");
  call->add_option("arguments", p.call.arguments, "Arguments, a JSON object; - reads standard input")->type_name("JSON");
  add_params(call, p.call.params);
  add_config(call, p.call.config_file);
  call->add_flag("--with-model", p.call.with_model, "Start the embedded models too, for tools that ask one themselves");
  call->add_flag("--json", p.call.json, "Print the result as JSON");
  call->callback([&] { p.command = [&](Console& c) { return run_call(p.call, hooks, c); }; });
}

void add_config_commands(CLI::App& app, Parsed& p, const Hooks& hooks) {
  CLI::App* config = add(app, "config", "Check a config file, print its schema", "  collet config check config.yaml\n  collet config schema > config.schema.json");
  config->require_subcommand(1);
  CLI::App* check = add(*config, "check", "Tell every fault of a config file", "  collet config check config.yaml\n  collet config check config.yaml --json");
  check->add_option("file,--config", p.config.file, "Config file; else $COLLET_CONFIG, else built-in defaults")->type_name("FILE");
  check->add_flag("--json", p.config.json, "Print the settings in force, secrets masked");
  check->callback([&] { p.command = [&](Console& c) { return run_config_check(p.config, c); }; });
  CLI::App* schema = add(*config, "schema", "Print a JSON Schema of the config file", "  collet config schema > config.schema.json");
  schema->callback([&] {
    p.command = [](Console& c) {
      c.out(config::config_schema());
      return kDone;
    };
  });

  CLI::App* doctor = add(app, "doctor", "Look whether this host can isolate code, and say how to fix it", "  collet doctor\n  collet doctor --json");
  doctor->add_option("--config", p.doctor.file, "Config file")->type_name("FILE");
  doctor->add_flag("--json", p.doctor.json, "Print JSON");
  doctor->callback([&] { p.command = [&](Console& c) { return run_doctor(p.doctor, hooks, c); }; });
}

void add_plugin(CLI::App& app, Parsed& p, const Hooks& hooks) {
  CLI::App* plugin = add(app, "plugin", "Look at plugin files", "  collet plugin inspect build/my_tool.so");
  plugin->require_subcommand(1);
  CLI::App* inspect = add(*plugin, "inspect", "Show what a plugin file says about itself, without running it", "  collet plugin inspect build/my_tool.so");
  inspect->add_option("file", p.plugin.file, "A plugin's .so")->required()->type_name("FILE");
  inspect->add_flag("--json", p.plugin.json, "Print JSON");
  inspect->callback([&] { p.command = [&](Console& c) { return run_plugin_inspect(p.plugin, hooks, c); }; });
}

void add_model(CLI::App& app, Parsed& p, const Hooks& hooks) {
  using Run = int (*)(const ModelOptions&, const Hooks&, Console&);
  CLI::App* model = add(app, "model", "The files of the embedded model", "  collet model pull\n  collet model status --json\n  collet model remove");
  model->require_subcommand(1);
  const auto command = [&](const std::string& name, const std::string& help, Run run) {
    CLI::App* entry = add(*model, name, help, "  collet model " + name);
    entry->add_option("id", p.model.id, "Model id; default: the first embedded one")->type_name("ID");
    add_config(entry, p.model.config_file);
    entry->add_flag("--json", p.model.json, "Print JSON");
    entry->callback([&p, &hooks, run] { p.command = [&p, &hooks, run](Console& c) { return run(p.model, hooks, c); }; });
  };
  command("pull", "Fetch what is missing and check it", run_model_pull);
  command("build-runtime", "Build the runtime for this processor: some ten minutes, then prompts are read twice as fast",
          run_model_build_runtime);
  command("status", "Show what is there; exit code 1 while something is missing", run_model_status);
  command("remove", "Delete what was fetched", run_model_remove);
}

void add_packages(CLI::App& app, Parsed& p, const Hooks& hooks) {
  CLI::App* packages = add(app, "packages", "Package sets that were installed for programs",
                           "  collet packages list\n  collet packages warm TOOL numpy pandas\n  collet packages prune");
  packages->require_subcommand(1);
  CLI::App* list = add(*packages, "list", "Show what is kept, the latest used first", "  collet packages list --json");
  CLI::App* prune = add(*packages, "prune", "Delete what nobody has used for ten minutes", "  collet packages prune\n  collet packages prune --keep 1GB");
  prune->add_option("--keep", p.packages.keep_bytes, "Stop when no more than this is left, as 500MB or 2GB")->transform(CLI::AsSizeValue(false))->type_name("SIZE");
  CLI::App* warm = add(*packages, "warm", "Install packages now, so that no question has to wait for it", "  collet packages warm TOOL numpy pandas");
  warm->add_option("tool", p.packages.tool, "Tool with an argument `packages`, as `collet tools` shows it")->required()->type_name("TOOL");
  warm->add_option("package", p.packages.packages, "As the model would name them")->required()->type_name("PACKAGE");
  using Run = int (*)(const PackagesOptions&, const Hooks&, Console&);
  const std::pair<CLI::App*, Run> commands[] = {{list, run_packages_list}, {prune, run_packages_prune}, {warm, run_packages_warm}};
  for (const auto& [command, run] : commands) {
    add_config(command, p.packages.config_file);
    command->add_flag("--json", p.packages.json, "Print JSON");
    command->callback([&p, &hooks, run = run] { p.command = [&p, &hooks, run](Console& c) { return run(p.packages, hooks, c); }; });
  }
}

CommandShape shape_of(const CLI::App& app) {
  CommandShape shape{app.get_name(), app.get_description(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty()) continue;
    shape.options.push_back({"--" + option->get_lnames().front(), option->get_description(), option->get_items_expected_max() > 0});
  }
  for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) shape.commands.push_back(shape_of(*child));
  return shape;
}

std::string version_text() {
  return std::string("collet " COLLET_VERSION ", plugin ABI ") + std::to_string(COLLET_ABI_MAJOR) + "." + std::to_string(COLLET_ABI_MINOR) + "\n";
}

void add_others(CLI::App& app, Parsed& p) {
  CLI::App* version = add(app, "version", "Print the version", "");
  version->callback([&] {
    p.command = [](Console& c) {
      c.out(version_text());
      return kDone;
    };
  });
  CLI::App* completion = add(app, "completion", "Print a completion script for a shell",
                             "  source <(collet completion bash)\n  source <(collet completion zsh)\n  collet completion fish | source");
  completion->add_option("shell", p.shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}))->type_name("SHELL");
  completion->callback([&] {
    p.command = [&](Console& c) {
      c.out(completion_script(shape_of(app), p.shell));
      return kDone;
    };
  });
}

/// The first word is no command of ours, and none that was mistyped.
bool is_foreign(const std::vector<std::string>& words, const std::vector<std::string>& built_in) {
  if (words.empty() || words.front().empty() || words.front().front() == '-') return false;
  return std::ranges::find(built_in, words.front()) == built_in.end() && base::nearest(words.front(), built_in).empty();
}

}  // namespace

int run(int argc, const char* const* argv, const Hooks& hooks) {
  Console console(hooks.out, hooks.err);
  Parsed parsed;
  CLI::App app("A self-hosted agent server whose tools are shared libraries.", "collet");
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text().substr(0, version_text().size() - 1), "Print the version");
  app.footer("Plugins bring further commands: see `collet commands`. `collet COMMAND --help` shows examples. Exit codes: 0 done, 1 failed, 2 bad usage or bad config.");
  add_serve(app, parsed, hooks);
  add_ask(app, parsed, hooks);
  add_tools(app, parsed, hooks);
  add_config_commands(app, parsed, hooks);
  add_plugin(app, parsed, hooks);
  add_packages(app, parsed, hooks);
  add_model(app, parsed, hooks);
  add_others(app, parsed);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  std::vector<std::string> built_in;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) built_in.push_back(command->get_name());
  if (is_foreign(words, built_in)) return run_plugin_command(words, built_in, hooks, console);
  if (const auto ended = parse(app, words, console)) return *ended;
  return parsed.command(console);
}

}  // namespace collet::cli
