// Plays a run of the machine and writes what it puts out as text.
#pragma once

#include <string>
#include <vector>

#include "agent/machine.hpp"

namespace collet::agent::testing {

struct ToolOption {
  std::string name;
  int calls_max = 3;
  std::string schema = R"({"type":"object"})";
  std::string pinned = "{}";
  std::uint32_t flags = 0;
  std::string app;
};

inline RunTool make_tool(const ToolOption& option) {
  plugin::Tool tool;
  tool.info.name = option.name;
  tool.info.flags = option.flags;
  RunTool run;
  run.asked_name = option.name;
  run.calls_max = option.calls_max;
  run.app = option.app;
  run.offer.tool = std::make_shared<const plugin::Tool>(std::move(tool));
  run.offer.offered_name = option.name;
  run.offer.input_schema = *Value::parse(option.schema);
  run.offer.input = *Schema::compile(run.offer.input_schema);
  run.offer.pinned = *Value::parse(option.pinned);
  return run;
}

inline llm::ModelTurn says(std::string text) {
  llm::ModelTurn turn;
  turn.content = std::move(text);
  turn.finish_reason = "stop";
  turn.usage = {10, 5, 15};
  return turn;
}

/// @param calls each as "id name arguments".
inline llm::ModelTurn wants(const std::vector<llm::ToolCall>& calls) {
  llm::ModelTurn turn;
  turn.tool_calls = calls;
  turn.finish_reason = "tool_calls";
  turn.usage = {20, 8, 28};
  return turn;
}

inline std::string to_text(const Event& event) {
  if (const auto* said = std::get_if<AssistantTurn>(&event)) {
    std::string text = "turn \"" + said->turn.content + "\"";
    for (const auto& call : said->turn.tool_calls) text += " " + call.id + ":" + call.name;
    return text + " " + said->turn.finish_reason;
  }
  if (const auto* done = std::get_if<ToolCompleted>(&event)) {
    return std::string(done->is_error ? "error " : "result ") + done->call_id + " " + done->result;
  }
  if (const auto* activity = std::get_if<ToolActivity>(&event)) {
    return std::string(activity->kind) + " " + activity->call_id;
  }
  if (const auto* failure = std::get_if<RunFailed>(&event)) {
    return "failed " + std::string(name(failure->error.code)) + ": " + failure->error.message;
  }
  return "delta";
}

inline std::string to_text(const Output& output) {
  if (std::holds_alternative<AskModel>(output)) return "ask";
  if (const auto* start = std::get_if<StartCall>(&output)) return "start " + start->call_id + " " + start->arguments;
  if (const auto* refusal = std::get_if<RefuseCall>(&output)) return "refuse " + refusal->call_id + " " + std::string(refusal->rule);
  if (const auto* emission = std::get_if<Emit>(&output)) return to_text(emission->event);
  if (const auto* abandon = std::get_if<Abandon>(&output)) return "abandon " + abandon->reason.message;
  return "finish";
}

inline std::string to_text(const std::vector<Output>& outputs) {
  std::string text;
  for (const auto& output : outputs) text += to_text(output) + "\n";
  return text;
}

inline CallEnded ended(std::size_t index, const std::string& text, bool is_error = false) {
  CallEnded end;
  end.index = index;
  end.text = text;
  end.result = "{" + text + "}";
  end.is_error = is_error;
  return end;
}

}  // namespace collet::agent::testing
