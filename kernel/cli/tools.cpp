// collet tools, collet call: the tools of a server without a model.
#include "base/text.hpp"
#include "cli/call_view.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/table.hpp"

namespace collet::cli {
namespace {

std::string joined(const Value& texts, std::string_view separator) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < texts.size(); ++i) parts.emplace_back(texts.at(i).string_or(""));
  return base::join(parts, separator);
}

std::string text_of(const Value& object, std::string_view key) { return visible(object[key].string_or("")); }

// What fits a table: the rest is in --json.
std::string first_sentence(std::string_view text) {
  text = base::split(text, '\n').front();
  const std::size_t end = text.find(". ");
  return std::string(end == std::string_view::npos ? text : text.substr(0, end + 1));
}

std::string tools_table(const Value& tools, std::size_t width) {
  Table table{{"TOOL", "PLUGIN", "EFFECTS", "DESCRIPTION"}, {}};
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const Value tool = tools.at(i);
    const std::string space = text_of(tool, "namespace");
    const std::string effects = joined(tool["effects"], ",");
    table.rows.push_back({(space.empty() ? "" : space + "/") + text_of(tool, "name"), text_of(tool, "plugin"),
                          effects.empty() ? "-" : visible(effects), first_sentence(text_of(tool, "description"))});
  }
  return table.rows.empty() ? "no tools\n" : table.text(width);
}

std::string plugins_table(const Value& plugins) {
  Table table{{"PLUGIN", "VERSION", "STATE", "FILE, AND WHY IT IS NOT SERVING"}, {}};
  for (std::size_t i = 0; i < plugins.size(); ++i) {
    const Value plugin = plugins.at(i);
    std::string place = text_of(plugin, "file");
    const std::string reason = text_of(plugin, "reason");
    if (!reason.empty()) place += ": " + reason;
    std::string id = text_of(plugin, "id");
    const std::string instance = text_of(plugin, "instance");
    if (!instance.empty() && instance != id) id += " (" + instance + ")";
    table.rows.push_back({id.empty() ? "?" : id, text_of(plugin, "version"), text_of(plugin, "state"), place});
  }
  // Reasons are there to be read: nothing is cut.
  return table.rows.empty() ? "no plugins\n" : table.text(0);
}

Result<Value> call_body(const CallOptions& options) {
  std::string text = options.arguments;
  if (text == "-") {
    auto read = read_stdin();
    if (!read) return read.error();
    text = std::move(*read);
  }
  auto arguments = Value::parse(base::trim(text).empty() ? "{}" : text);
  if (!arguments) return Error{Errc::invalid, "the arguments are not JSON: " + arguments.error().message};
  if (!arguments->is_object()) return Error{Errc::invalid, "the arguments: expected a JSON object, got " + std::string(name(arguments->kind()))};
  auto params = runtime_params(options.params);
  if (!params) return params.error();
  Members members{{"name", options.tool}, {"arguments", *arguments}};
  if (!params->is_null()) members.emplace_back("runtime_params", *params);
  return json::object(members);
}

}  // namespace

int run_tools(const ToolsOptions& options, const Hooks& hooks, Console& console) {
  int exit_code = kDone;
  auto session = Session::open(hooks, console, {options.config_file, false}, exit_code);
  if (!session) return exit_code;
  const auto list = session->client().get("/v1/tools");
  if (!list) return console.fail(kFailed, list.error().message);
  if (options.json) {
    console.out(list->dump(true) + "\n");
    return kDone;
  }
  const std::size_t width = console.terminal() ? console.width() : 0;
  console.out(tools_table((*list)["tools"], width) + "\n" + plugins_table((*list)["plugins"]));
  return kDone;
}

int run_call(const CallOptions& options, const Hooks& hooks, Console& console) {
  const auto body = call_body(options);
  if (!body) return console.fail(kUsage, body.error().message);
  int exit_code = kDone;
  auto session = Session::open(hooks, console, {options.config_file, options.with_model}, exit_code);
  if (!session) return exit_code;
  return call_and_show(*session, {"/v1/tools/call", *body, options.tool, options.json}, console);
}

}  // namespace collet::cli
