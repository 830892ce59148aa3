// collet commands, and collet GROUP NAME: what plugins offer to the operator.
#include <algorithm>
#include <deque>
#include <map>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/text.hpp"
#include "cli/call_view.hpp"
#include "cli/commands.hpp"
#include "cli/parse.hpp"
#include "cli/table.hpp"

namespace collet::cli {
namespace {

/// One property of a command's input_schema, as an option.
struct Argument {
  std::string name;
  Value schema;
  CLI::Option* option = nullptr;
  bool is_set = false;             ///< Of a boolean.
  std::vector<std::string> texts;  ///< Of all others.

  [[nodiscard]] bool is(std::string_view type) const { return schema["type"].string_or("") == type; }
};

/// A command, of all instances that have it, and what was written behind its name.
struct Command {
  Value facts;
  std::vector<std::string> instances;
  std::deque<Argument> arguments;  // CLI11 keeps addresses
  std::string instance;
  ToolParams params;
  bool json = false;
  CLI::App* app = nullptr;

  [[nodiscard]] std::string full_name() const {
    return std::string(facts["namespace"].string_or("")) + "/" + std::string(facts["name"].string_or(""));
  }
};
using Commands = std::map<std::string, Command>;

Commands read(const Value& list) {
  Commands out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Command command;
    command.facts = list.at(i);
    Command& kept = out.try_emplace(command.full_name(), std::move(command)).first->second;
    kept.instances.emplace_back(list.at(i)["instance"].string_or(""));
  }
  return out;
}

std::string option_name(std::string name) {
  std::ranges::replace(name, '_', '-');
  const bool is_ours = name == "app" || name == "config" || name == "json" || name == "help";
  return (is_ours ? "--argument-" : "--") + name;
}

void add_argument(Command& command, std::string_view name, const Value& schema, bool is_required) {
  Argument& argument = command.arguments.emplace_back();
  argument.name = name;
  argument.schema = schema;
  const std::string help = visible(schema["description"].string_or(""));
  const std::string option = option_name(argument.name);
  if (argument.is("boolean")) {
    argument.option = command.app->add_flag(option + ",!--no-" + option.substr(2), argument.is_set, help);
    return;
  }
  argument.option = command.app->add_option(option, argument.texts, help);
  argument.option->allow_extra_args(false)->required(is_required);
  argument.option->type_name(argument.is("integer") || argument.is("number") ? "NUMBER" : argument.is("string") || argument.is("array") ? "TEXT" : "JSON");
  if (!argument.is("array")) argument.option->expected(1);
  const Value fallback = schema["default"];
  if (!fallback.is_null()) argument.option->default_str(visible(fallback.is_string() ? std::string(fallback.string_or("")) : fallback.dump()));
}

bool contains(const Value& texts, std::string_view text) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts.at(i).string_or("") == text) return true;
  }
  return false;
}

void add_command(CLI::App& group, Command& command, std::string& config_file) {
  command.app = group.add_subcommand(std::string(command.facts["name"].string_or("")), visible(command.facts["description"].string_or("")));
  if (command.instances.size() > 1) {
    command.app->add_option("instance", command.instance, "Of which instance")->required()->check(CLI::IsMember(command.instances))->type_name("INSTANCE");
  }
  const Value schema = command.facts["input_schema"];
  const Value properties = schema["properties"];
  for (std::size_t i = 0; i < properties.size(); ++i) {
    const auto name = properties.key_at(i);
    add_argument(command, name, properties.member_at(i), contains(schema["required"], name));
  }
  auto* app = command.app->add_option("--app", command.params.app, "Target app")->type_name("NAME");
  app->required(command.facts["needs_app"].as_bool().value_or(false));
  command.app->add_option("--config", config_file, "Config file of the server started for this command")->type_name("FILE");
  command.app->add_flag("--json", command.json, "Print the result as JSON");
}

/// A text that is no JSON stays one: the server says what it expected.
Value typed(const Value& schema, const std::string& text) {
  if (schema["type"].string_or("") == "string") return Value(text);
  const auto parsed = Value::parse(text);
  return parsed ? *parsed : Value(text);
}

Value value_of(const Argument& argument) {
  if (argument.is("boolean")) return Value(argument.is_set);
  if (!argument.is("array")) return typed(argument.schema, argument.texts.back());
  std::vector<Value> items;
  for (const std::string& text : argument.texts) items.push_back(typed(argument.schema["items"], text));
  return json::array(items);
}

Result<Value> body_of(const Command& command) {
  Members arguments;
  for (const Argument& argument : command.arguments) {
    if (argument.option->count() > 0) arguments.emplace_back(argument.name, value_of(argument));
  }
  auto params = runtime_params(command.params);
  if (!params) return params.error();
  Members members{{"name", command.full_name()}, {"arguments", json::object(arguments)}};
  if (!command.instance.empty()) members.emplace_back("instance", command.instance);
  if (!params->is_null()) members.emplace_back("runtime_params", *params);
  return json::object(members);
}

/// The server to ask is known before its commands are.
std::string config_of(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--config" && i + 1 < words.size()) return words[i + 1];
    if (words[i].starts_with("--config=")) return words[i].substr(9);
  }
  return {};
}

std::vector<std::string> groups_of(const Commands& commands) {
  std::vector<std::string> out;
  for (const auto& [name, command] : commands) out.emplace_back(command.facts["namespace"].string_or(""));
  return out;
}

}  // namespace

int run_commands(const ToolsOptions& options, const Hooks& hooks, Console& console) {
  int exit_code = kDone;
  auto session = Session::open(hooks, console, {options.config_file, false}, exit_code);
  if (!session) return exit_code;
  const auto list = session->client().get("/v1/commands");
  if (!list) return console.fail(kFailed, list.error().message);
  if (options.json) {
    console.out(list->dump(true) + "\n");
    return kDone;
  }
  Table table{{"COMMAND", "PLUGIN", "DESCRIPTION"}, {}};
  for (const auto& [name, command] : read((*list)["commands"])) {
    table.rows.push_back({"collet " + visible(command.facts["namespace"].string_or("")) + " " + visible(command.facts["name"].string_or("")),
                          visible(command.facts["plugin"].string_or("")), visible(command.facts["description"].string_or(""))});
  }
  console.out(table.rows.empty() ? "no plugin offers a command to this key\n" : table.text(console.terminal() ? console.width() : 0));
  return kDone;
}

int run_plugin_command(const std::vector<std::string>& words, const std::vector<std::string>& built_in, const Hooks& hooks, Console& console) {
  std::string config_file = config_of(words);
  int exit_code = kDone;
  auto session = Session::open(hooks, console, {config_file, false}, exit_code);
  if (!session) return exit_code;
  const auto list = session->client().get("/v1/commands");
  if (!list) return console.fail(kFailed, list.error().message);
  Commands commands = read((*list)["commands"]);
  auto known = groups_of(commands);
  if (std::ranges::find(known, words.front()) == known.end()) {
    known.insert(known.end(), built_in.begin(), built_in.end());
    console.err(unknown_word("collet", words.front(), known));
    return kUsage;
  }
  CLI::App app("", "collet");
  CLI::App* group = app.add_subcommand(words.front(), "Commands of a plugin");
  group->require_subcommand(1);
  for (auto& [name, command] : commands) {
    if (name.starts_with(words.front() + "/")) add_command(*group, command, config_file);
  }
  if (const auto ended = parse(app, words, console)) return *ended;
  for (const auto& [name, command] : commands) {
    if (command.app == nullptr || !command.app->parsed()) continue;
    const auto body = body_of(command);
    if (!body) return console.fail(kUsage, body.error().message);
    return call_and_show(*session, {"/v1/commands/call", *body, name, command.json}, console);
  }
  return kUsage;
}

}  // namespace collet::cli
