// What there is: models and tools.
#include <map>

#include "api/handlers.hpp"
#include "api/models.hpp"
#include "base/ids.hpp"
#include "base/timestamp.hpp"
#include "collet/abi.h"
#include "policy/decide.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

Value strings(const std::vector<std::string>& texts) {
  return json::array(std::vector<Value>(texts.begin(), texts.end()));
}

// One entry per client-visible name, with what the model behind it can do.
template <class Each>
void for_each_model(const Context& context, Each each) {
  for (const auto& name : model_names(context.shared.settings)) {
    const auto choice = choose_model(context, name);
    if (choice) each(name, *choice->settings);
  }
}

Value annotations_of(const plugin::ToolInfo& info) {
  const bool writes = (info.effects & COLLET_EFFECT_WRITES) != 0;
  const bool open_world = (info.effects & COLLET_EFFECT_NETWORK) != 0;
  Members hints;
  if (!info.title.empty()) hints.emplace_back("title", info.title);
  hints.emplace_back("readOnlyHint", !writes);
  hints.emplace_back("idempotentHint", (info.flags & COLLET_TOOL_IDEMPOTENT) != 0);
  hints.emplace_back("openWorldHint", open_world);
  return json::object(hints);
}

Value server_tool(const plugin::ToolInfo& info, const std::string& name_space) {
  return json::object({{"name", info.name},
                       {"namespaced_name", name_space + "/" + info.name},
                       {"description", info.description},
                       {"input_schema", info.input_schema},
                       {"annotations", annotations_of(info)}});
}

Value server_entry(const std::string& name_space, const std::vector<Value>& tools,
                   const std::string& started_at) {
  return json::object({{"id", base::uuid_of("mcp:" + name_space)},
                       {"app_id", base::uuid_of("collet")},
                       {"process_type", name_space.starts_with("mcp") ? name_space : "mcp-" + name_space},
                       {"process_command", "collet"},
                       {"created_at", started_at},
                       {"updated_at", started_at},
                       {"namespace", name_space},
                       {"server_status", "registered"},
                       {"primitives_status", "synced"},
                       {"tools", json::array(tools)}});
}

std::vector<std::string> effects_of(std::uint32_t effects) {
  std::vector<std::string> names;
  if (effects & COLLET_EFFECT_READS) names.emplace_back("reads");
  if (effects & COLLET_EFFECT_WRITES) names.emplace_back("writes");
  if (effects & COLLET_EFFECT_NETWORK) names.emplace_back("network");
  if (effects & COLLET_EFFECT_SECRETS) names.emplace_back("secrets");
  if (effects & COLLET_EFFECT_RUNS_CODE) names.emplace_back("runs_code");
  if (effects & COLLET_EFFECT_RUNS_PROGRAMS) names.emplace_back("runs_programs");
  return names;
}

Value tool_entry(const plugin::ToolInfo& info) {
  return json::object({{"name", info.name},
                       {"namespace", info.name_space},
                       {"aliases", strings(info.aliases)},
                       {"title", info.title},
                       {"description", info.description},
                       {"plugin", info.plugin_id},
                       {"instance", info.instance},
                       {"effects", strings(effects_of(info.effects))},
                       {"needs_app", (info.flags & COLLET_TOOL_NEEDS_APP) != 0},
                       {"input_schema", info.input_schema}});
}

Value plugin_entry(const plugin::PluginStatus& status) {
  return json::object({{"file", status.file},
                       {"id", status.id},
                       {"version", status.version},
                       {"instance", status.instance},
                       {"state", status.state},
                       {"reason", status.reason},
                       {"sha256", status.sha256},
                       {"tools", strings(status.tools)}});
}

}  // namespace

asio::awaitable<void> get_models(Exchange& exchange) {
  std::vector<Value> data;
  for_each_model(exchange.context, [&](const std::string& name, const config::ModelSettings&) {
    data.push_back(json::object({{"id", name}, {"object", "model"}, {"created", 0}, {"owned_by", "collet"}}));
  });
  std::string list = json::object({{"object", "list"}, {"data", json::array(data)}}).dump();
  co_await send_json(exchange, 200, std::move(list));
}

asio::awaitable<void> get_available_models(Exchange& exchange) {
  std::vector<Value> list;
  for_each_model(exchange.context, [&](const std::string& name, const config::ModelSettings& model) {
    list.push_back(json::object({{"model_id", name}, {"type", strings(model.types)}, {"regions", strings({"us"})}}));
  });
  std::string body = json::array(list).dump();
  co_await send_json(exchange, 200, std::move(body));
}

// Tools in a namespace only: the others are not `type: mcp` tools.
asio::awaitable<void> get_mcp_servers(Exchange& exchange) {
  std::map<std::string, std::vector<Value>> servers;
  const auto snapshot = exchange.context.shared.tools();
  for (const auto& tool : snapshot->tools()) {
    if (tool->info.name_space.empty()) continue;
    servers[tool->info.name_space].push_back(server_tool(tool->info, tool->info.name_space));
  }
  const std::string started_at = base::iso8601_ms(exchange.context.shared.started_at * 1000);
  std::vector<Value> list;
  for (const auto& [name, tools] : servers) list.push_back(server_entry(name, tools, started_at));
  std::string body = json::array(list).dump();
  co_await send_json(exchange, 200, std::move(body));
}

asio::awaitable<void> get_commands(Exchange& exchange) {
  std::vector<Value> commands;
  const auto snapshot = exchange.context.shared.tools();
  for (const auto& command : snapshot->commands()) {
    const std::string name = command->info.full_name();
    policy::CallSubject subject;
    subject.name = subject.asked_name = name;
    subject.is_command = true;
    if (policy::decide(subject, {exchange.key->id, {}, exchange.key->commands}).allowed) commands.push_back(tool_entry(command->info));
  }
  std::string body = json::object({{"commands", json::array(commands)}}).dump();
  co_await send_json(exchange, 200, std::move(body));
}

asio::awaitable<void> get_tools(Exchange& exchange) {
  std::vector<Value> tools;
  const auto snapshot = exchange.context.shared.tools();
  for (const auto& tool : snapshot->tools()) tools.push_back(tool_entry(tool->info));
  std::vector<Value> plugins;
  for (const auto& status : exchange.context.shared.plugin_statuses()) plugins.push_back(plugin_entry(status));
  std::string body = json::object({{"tools", json::array(tools)}, {"plugins", json::array(plugins)}}).dump();
  co_await send_json(exchange, 200, std::move(body));
}

}  // namespace collet::api
