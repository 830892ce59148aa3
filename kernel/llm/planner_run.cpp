#include "llm/planner_run.hpp"

#include <algorithm>
#include <utility>

#include "llm/openai_answer.hpp"

namespace collet::llm::planning {

namespace {

Message message(std::string role, std::string_view text) {
  Message out;
  out.role = std::move(role);
  out.content = Value(text);
  return out;
}

const ToolSpec* find_tool(const std::vector<ToolSpec>& tools, std::string_view name) {
  const auto found = std::find_if(tools.begin(), tools.end(), [&](const ToolSpec& tool) { return tool.name == name; });
  return found == tools.end() ? nullptr : &*found;
}

/// Results belong to calls by id, whatever their order.
void take_result(std::vector<MadeCall>& made, const std::vector<std::string>& ids, const Message& result) {
  for (std::size_t i = ids.size(); i-- > 0;) {
    if (ids[i] != result.tool_call_id) continue;
    made[i].result = text_of_content(result.content);
    made[i].failed = result.is_error;
    made[i].empty = result.is_empty;
    return;
  }
}

}  // namespace

Run read_run(const std::vector<Message>& messages) {
  Run run;
  std::vector<std::string> ids;  // of run.made
  bool asked = false;
  std::string answer;
  for (const auto& message : messages) {
    const std::string text = text_of_content(message.content);
    if (message.role == "system" || message.role == "developer") {
      run.instructions += (run.instructions.empty() ? "" : "\n") + text;
    } else if (message.role == "user") {
      if (asked) {
        EarlierTurn turn{std::move(run.request), {}, std::move(answer)};
        for (auto& call : run.made) turn.tools.push_back(std::move(call.tool));
        run.earlier.push_back(std::move(turn));
      }
      asked = true;
      run.request = text;
      answer.clear();
      run.made.clear();
      ids.clear();
    } else if (message.role == "assistant") {
      if (!text.empty()) answer = text;
      for (const auto& call : message.tool_calls) {
        run.made.push_back({call.name, call.arguments, {}, false, false});
        ids.push_back(call.id);
      }
    } else if (message.role == "tool") {
      take_result(run.made, ids, message);
    }
  }
  return run;
}

namespace {

/// Takes the made call out of the plan: the step it was made for.
Step step_of_call(const MadeCall& call, const MadeCall* previous, const std::vector<Step>& plan, std::size_t& next,
                  int& corrections) {
  const bool corrects = previous && (previous->failed || previous->empty) && previous->tool == call.tool;
  if (corrects && corrections < kCorrectionsMax) {
    ++corrections;
    return correction_of(call.tool, !previous->failed);
  }
  for (std::size_t i = next; i < plan.size(); ++i) {
    if (plan[i].tool != call.tool) continue;
    next = i + 1;
    return plan[i];
  }
  return Step{call.tool, "do what was asked"};
}

}  // namespace

Progress follow(const Run& run, const std::vector<Step>& plan, const std::vector<ToolSpec>& tools) {
  Progress progress;
  std::size_t next = 0;
  Run so_far{{}, run.earlier, run.request, {}};
  for (const auto& call : run.made) {
    const MadeCall* previous = so_far.made.empty() ? nullptr : &so_far.made.back();
    const Step step = step_of_call(call, previous, plan, next, progress.corrections);
    progress.conversation.push_back(message("user", step_text(so_far, step)));
    const auto arguments = Value::parse(call.arguments);
    progress.conversation.push_back(message("assistant", call_text(arguments ? *arguments : Value())));
    so_far.made.push_back(call);
  }
  if (run.made.size() >= static_cast<std::size_t>(kCallsMax)) return progress;
  if (!run.made.empty() && (run.made.back().failed || run.made.back().empty)) {
    const auto& last = run.made.back();
    const ToolSpec* tool = find_tool(tools, last.tool);
    if (tool && takes_arguments(*tool) && progress.corrections < kCorrectionsMax) {
      progress.open.push_back(correction_of(last.tool, !last.failed));
    }
    // What was to come after a failure has nothing to stand on.
    if (last.failed) return progress;
  }
  for (std::size_t i = next; i < plan.size(); ++i) {
    if (find_tool(tools, plan[i].tool)) progress.open.push_back(plan[i]);
  }
  return progress;
}

std::string step_text(const Run& run, const Step& step) {
  if (run.made.empty()) return first_step_text(run.earlier, run.request, step);
  return next_step_text(run.made.back().tool, run.made.back().result, step);
}

bool is_repeated(const Run& run, const std::string& tool, const Value& arguments) {
  return std::any_of(run.made.begin(), run.made.end(), [&](const MadeCall& call) {
    const auto made = Value::parse(call.arguments);
    return call.tool == tool && made && *made == arguments;
  });
}

std::vector<Message> without_tools(const std::vector<Message>& messages) {
  std::vector<Message> out;
  for (const auto& from : messages) {
    if (from.role == "tool") continue;
    if (!from.tool_calls.empty() && text_of_content(from.content).empty()) continue;
    Message copy = from;
    copy.tool_calls.clear();
    out.push_back(std::move(copy));
  }
  return out;
}

}  // namespace collet::llm::planning
