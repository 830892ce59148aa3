#include "api/tools.hpp"

#include <algorithm>
#include <array>

#include "agent/audit.hpp"
#include "api/dialect.hpp"
#include "api/fields.hpp"
#include "api/messages.hpp"
#include "base/text.hpp"
#include "collet/abi.h"

namespace collet::api {
namespace {

const std::array<std::string, 3> kTypes = {kToolType, kNamespacedToolType, "function"};
const std::array<std::string, 6> kRuntimeParams = {"target_app_name", "dyno_size", "ttl_seconds",
                                                   "max_calls", "tool_params", "max_retries"};

const std::array<std::string, 5> kEntryFields = {"type", "name", "description", "function", "runtime_params"};

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

std::int64_t clamped(Fields& params, std::string_view name, std::int64_t fallback, std::int64_t max,
                     ToolSelection& selection) {
  const Value given = params.get(name);
  // A whole number that no 64 bits hold is above any maximum.
  const bool is_huge = given.is_integer() && !given.as_int64() && given.as_double().value_or(0) > 0;
  const std::int64_t value = is_huge ? max + 1 : params.integer(name).value_or(fallback);
  if (value <= max) return value;
  selection.warnings.push_back(params.path_of(name) + ": " + quoted(given) + " is above the maximum, " +
                               std::to_string(max) + " is used");
  return max;
}

Result<void> read_runtime_params(const Value& value, const std::string& path, const Context& context,
                                 agent::RunTool& tool, Value& tool_params, ToolSelection& selection) {
  const config::Settings& settings = context.shared.settings;
  Fields params(value.is_null() ? json::object(Members{}) : value, path + ".runtime_params");
  const std::string unknown = params.unknown(kRuntimeParams);
  if (!unknown.empty()) {
    const std::string_view near = base::nearest(unknown, kRuntimeParams);
    params.complain(unknown, "is unknown; expected one of " + base::join(kRuntimeParams, ", ") +
                                 (near.empty() ? "" : "; did you mean \"" + std::string(near) + "\"?"));
  }
  tool.app = params.choice("target_app_name", keys_of(settings.apps), "");
  tool.size = params.choice("dyno_size", keys_of(settings.sizes), "standard-1x");
  const std::int64_t own_ms = tool.offer.tool->info.timeout_ms;
  const std::int64_t ttl_s = own_ms > 0 ? std::min(settings.limits.ttl_seconds_default, (own_ms + 999) / 1000)
                                        : settings.limits.ttl_seconds_default;
  tool.ttl_ms = clamped(params, "ttl_seconds", ttl_s, settings.limits.ttl_seconds_max, selection) * 1000;
  tool.calls_max = static_cast<int>(clamped(params, "max_calls", settings.limits.calls_per_tool_default,
                                            settings.limits.calls_per_tool_max, selection));
  tool_params = params.object("tool_params");
  (void)params.integer("max_retries", 0);  // checked; no tool is run again by itself
  if (params.error()) return *params.error();
  if (!tool.app.empty()) tool.app_tools = settings.apps.at(tool.app).tools;
  return {};
}

// Two entries of one name are kept apart by a suffix.
std::string free_name(const std::string& wanted, ToolSelection& selection) {
  int& asked = selection.names[wanted];
  std::string name = wanted;
  while (++asked > 1) {
    name = wanted + "_" + std::to_string(asked);
    if (selection.names.emplace(name, 1).second) break;
  }
  return name;
}

// "/tool_params/a/b: why" as the rest of a path like those of all other fields.
std::string below_runtime_params(std::string message) {
  if (!message.starts_with("/tool_params")) return ".tool_params: " + message;
  std::replace(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(std::min(message.find(':'), message.size())), '/', '.');
  return message;
}

Result<void> check_allowed(const agent::RunTool& tool, const config::KeySettings& key,
                           const std::string& path, const std::string& request_id) {
  const auto& info = tool.offer.tool->info;
  const std::string full_name = info.full_name();
  const policy::Verdict verdict = policy::decide(
      {full_name, tool.asked_name, (info.flags & COLLET_TOOL_NEEDS_APP) != 0, tool.app,
       tool.app.empty() ? nullptr : &tool.app_tools, info.is_command},
      {key.id, key.tools, key.commands});
  if (verdict.allowed) return {};
  agent::audit_denied_request(request_id, key.id, full_name, tool, verdict.rule);
  const Errc code = verdict.rule == "tool.needs_app" ? Errc::invalid : Errc::denied;
  return Error{code, path + ": " + verdict.message};
}

Result<void> add_entry(const Value& entry, const std::string& path, const Context& context,
                       const config::KeySettings& key, ToolSelection& selection) {
  Fields fields(entry, path);
  const std::string type = fields.choice("type", kTypes, "");
  if (type.empty() && !fields.error()) {
    fields.complain("type", "is missing; expected one of " + base::join(kTypes, ", "));
  }
  if (fields.error()) return *fields.error();
  if (type == "function") {
    auto spec = parse_function_tool(entry, path);
    if (!spec) return std::move(spec).error();
    if (++selection.names[spec->name] > 1) {
      return Error{Errc::invalid, path + ".function.name: \"" + base::shorten(spec->name, 80) +
                                      "\" is offered twice; give each tool a name of its own"};
    }
    selection.client_tools.push_back(std::move(spec).value());
    return {};
  }
  // Early clients wrote the name as `function` or `function.name`.
  const Value function = fields.get("function");
  const std::string_view pilot = function.is_object() ? function["name"].string_or("") : function.string_or("");
  const std::string name = pilot.empty() ? fields.required_string("name") : fields.string("name", pilot);
  const std::string description = fields.string("description");
  if (fields.error()) return *fields.error();
  fields.warn_of_unknown(kEntryFields, selection.warnings);
  return add_tool(name, fields.get("runtime_params"), description, path, context, key, selection);
}

}  // namespace

Result<void> add_tool(std::string_view name, const Value& runtime_params, std::string_view description,
                      const std::string& path, const Context& context, const config::KeySettings& key,
                      ToolSelection& selection) {
  const auto found = context.shared.tools()->find(name);
  if (!found) return Error{Errc::invalid, path + ".name: " + found.error().message};
  return add_found(*found, name, runtime_params, description, path, context, key, selection);
}

Result<void> add_found(const plugin::ToolPtr& found, std::string_view name, const Value& runtime_params, std::string_view description,
                       const std::string& path, const Context& context, const config::KeySettings& key,
                       ToolSelection& selection) {
  agent::RunTool tool;
  tool.asked_name = name;
  tool.offer.tool = found;
  Value tool_params;
  auto read = read_runtime_params(runtime_params, path, context, tool, tool_params, selection);
  if (!read) return read;
  auto allowed = check_allowed(tool, key, path, selection.request_id);
  if (!allowed) return allowed;
  const plugin::ToolInfo& info = found->info;
  const std::string wire_name = info.name_space.empty() ? std::string(name) : info.full_name();
  auto offer = plugin::make_offer(found, free_name(wire_name, selection), tool_params, description,
                                  {key.id, tool.app, tool.size});
  if (!offer) {
    return Error{offer.error().code, path + ".runtime_params" + below_runtime_params(offer.error().message)};
  }
  tool.offer = std::move(offer).value();
  selection.tools.push_back(std::move(tool));
  return {};
}

Result<void> add_tools(const Value& tools, const std::string& path, const Context& context,
                       const config::KeySettings& key, ToolSelection& selection) {
  if (tools.is_null()) return {};
  if (!tools.is_array()) return Error{Errc::invalid, path + ": expected an array, got " + quoted(tools)};
  const auto most = static_cast<std::size_t>(context.shared.settings.limits.tools_per_request_max);
  if (tools.size() > most) {
    return Error{Errc::invalid, path + ": " + std::to_string(tools.size()) + " tools, at most " + std::to_string(most) +
                                    " are allowed (limits.tools_per_request_max)"};
  }
  for (std::size_t i = 0; i < tools.size(); ++i) {
    auto added = add_entry(tools.at(i), path + "[" + std::to_string(i) + "]", context, key, selection);
    if (!added) return added;
  }
  return {};
}

}  // namespace collet::api
