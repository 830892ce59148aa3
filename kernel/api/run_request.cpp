#include "api/run_request.hpp"

#include <algorithm>
#include <utility>

#include "api/fields.hpp"
#include "base/text.hpp"

namespace collet::api {
namespace {

agent::RunLimits run_limits(const config::LimitSettings& limits, const config::ModelSettings& model) {
  agent::RunLimits run;
  run.turns_max = limits.turns_max;
  run.tool_calls_max = limits.tool_calls_max;
  run.parallel_calls_max = limits.parallel_calls_max;
  run.run_ms_max = limits.run_seconds_max * 1000;
  run.run_output_bytes_max = static_cast<std::uint64_t>(limits.run_output_bytes_max);
  run.call_output_bytes_max = static_cast<std::uint64_t>(limits.call_output_bytes_max);
  run.arguments_bytes_max = static_cast<std::uint64_t>(limits.arguments_bytes_max);
  if (model.vision) run.picture_bytes_max = static_cast<std::uint64_t>(limits.picture_bytes_max);
  return run;
}

Result<void> apply_preset(const Context& context, const config::KeySettings& key,
                          const config::AgentSettings& preset, std::vector<llm::Message>& messages,
                          ToolSelection& selection) {
  if (!preset.instructions.empty()) {
    llm::Message instructions;
    instructions.role = "system";
    instructions.content = Value(preset.instructions);
    messages.insert(messages.begin(), std::move(instructions));
  }
  for (const auto& name : preset.tools) {
    const bool there = std::any_of(selection.tools.begin(), selection.tools.end(),
                                   [&](const agent::RunTool& tool) { return tool.asked_name == name; });
    if (there) continue;
    auto added = add_tool(name, Value(), "", "agents preset tool", context, key, selection);
    if (!added) return added;
  }
  return {};
}

}  // namespace

Result<PreparedRun> prepare_run(const Context& context, const config::KeySettings& key,
                                const base::InboundRequest& request, ModelChoice model,
                                std::vector<llm::Message> messages, ToolSelection tools,
                                const Value& events) {
  PreparedRun prepared;
  if (!events.is_null() && events.string_or("") != "all") {
    return Error{Errc::invalid, "events: expected \"all\" or nothing, got " + quoted(events)};
  }
  if (model.preset != nullptr) {
    auto applied = apply_preset(context, key, *model.preset, messages, tools);
    if (!applied) return std::move(applied).error();
  }
  prepared.wants_activity = !events.is_null();
  prepared.run.limits = run_limits(context.shared.settings.limits, *model.settings);
  prepared.run.model = model.settings->id;
  prepared.model = std::move(model);
  prepared.warnings = std::move(tools.warnings);
  prepared.run.request_id = request.request_id;
  prepared.run.caller = {key.id, key.tools};
  prepared.run.messages = std::move(messages);
  prepared.run.tools = std::move(tools.tools);
  prepared.run.client_tools = std::move(tools.client_tools);
  prepared.run.wants_activity = prepared.wants_activity;
  return prepared;
}

void add_warnings(base::Headers& headers, const std::vector<std::string>& warnings) {
  if (warnings.empty()) return;
  constexpr std::size_t kWarningBytesMax = 2'000;  // clients limit their response heads
  std::string text = base::shorten(base::join(warnings, "; "), kWarningBytesMax);
  // A header value holds printable ASCII only; a quoted value may hold anything.
  std::replace_if(text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  headers.emplace_back("x-collet-warning", std::move(text));
}

}  // namespace collet::api
