#include "llm/planner_prompts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "llm/args_repair.hpp"

namespace collet::llm::planning {

namespace {

constexpr std::size_t kExamplesMax = 8;     // few-shot turns with a tool
constexpr std::size_t kEarlierTurnsMax = 2;
constexpr std::size_t kInstructionsMax = 1'000;

constexpr std::string_view kPlanRules =
    "You plan tool calls. Answer with the JSON plan only: the tools to call, in order, and a short task for each.\n"
    "Use a tool for pages, rows, commands and computed values. Greetings, thanks, general knowledge, how-to, "
    "explanations, translation and creative writing need no tool: the plan is empty.\n"
    "Add no step that was not asked for. When one step needs the result of another, the other comes first.\n";

constexpr std::string_view kStepRules =
    "You carry out a plan of tool calls. After `Next: TOOL: TASK` answer with one JSON object that holds the tool "
    "and its arguments, nothing else. Take values from the request and from earlier results; copy them exactly.\n"
    "When you are told to answer, answer the request in plain text with the values that the results show.\n";

/// Requests that need no tool, so that the model learns that it may leave them be.
constexpr std::array<std::string_view, 8> kNoToolRequests = {
    "Good morning!",
    "Who wrote Romeo and Juliet?",
    "How do I boil an egg?",
    "Translate 'good night' into Spanish.",
    "Write two lines about autumn leaves.",
    "What does CPU stand for?",
    "Great, thank you!",
    "What is the difference between a list and a tuple?",
};

Message message(std::string role, std::string_view text) {
  Message out;
  out.role = std::move(role);
  out.content = Value(text);
  return out;
}

std::string plan_text(const std::vector<Step>& steps) {
  std::vector<Value> entries;
  for (const auto& step : steps) entries.push_back(json::object({{"tool", step.tool}, {"task", step.task}}));
  return spaced_json(json::object({{"plan", json::array(entries)}}));
}

std::string tool_lines(const std::vector<ToolSpec>& tools) {
  std::string out = "Tools:\n";
  for (const auto& tool : tools) out += tool_line(tool) + "\n";
  return out;
}

struct Shot {
  const ToolSpec* tool;
  Example example;
};

/// One example of each tool first, then second ones, while there is room.
std::vector<Shot> choose_shots(const std::vector<ToolSpec>& tools) {
  std::vector<Shot> shots;
  std::vector<std::vector<Example>> all;
  for (const auto& tool : tools) all.push_back(examples_of(tool));
  for (std::size_t round = 0; round < 2; ++round) {
    for (std::size_t i = 0; i < tools.size() && shots.size() < kExamplesMax; ++i) {
      if (round < all[i].size()) shots.push_back({&tools[i], all[i][round]});
    }
  }
  return shots;
}

std::string joined_request(const Shot& first, const Shot& second) {
  return first.example.request + " Then: " + lower_first(second.example.request);
}

Step step_of(const Shot& shot) { return {shot.tool->name, shot.example.task}; }

}  // namespace

// ---- planning ---------------------------------------------------------------

std::vector<Message> plan_prefix(const std::vector<ToolSpec>& tools) {
  std::vector<Message> out{message("system", std::string(kPlanRules) + tool_lines(tools))};
  const auto shots = choose_shots(tools);
  std::size_t idle = 0;
  const auto add = [&out](std::string_view request, const std::vector<Step>& steps) {
    out.push_back(message("user", request));
    out.push_back(message("assistant", plan_text(steps)));
  };
  for (const auto& shot : shots) {
    add(kNoToolRequests[idle++ % kNoToolRequests.size()], {});
    add(shot.example.request, {step_of(shot)});
  }
  if (shots.size() >= 2) {
    add(kNoToolRequests[idle++ % kNoToolRequests.size()], {});
    add(joined_request(shots[0], shots[1]), {step_of(shots[0]), step_of(shots[1])});
  }
  return out;
}

std::vector<Message> plan_question(const std::vector<EarlierTurn>& earlier, std::string_view request) {
  std::vector<Message> out;
  const std::size_t from = earlier.size() > kEarlierTurnsMax ? earlier.size() - kEarlierTurnsMax : 0;
  for (std::size_t i = from; i < earlier.size(); ++i) {
    const std::string text = base::shorten(earlier[i].request, kEarlierTextMax);
    std::vector<Step> steps;
    for (const auto& tool : earlier[i].tools) {
      if (steps.size() < kPlanStepsMax) steps.push_back({tool, base::shorten(text, kTaskMax)});
    }
    out.push_back(message("user", text));
    out.push_back(message("assistant", plan_text(steps)));
  }
  out.push_back(message("user", request));
  return out;
}

Value plan_schema(const std::vector<ToolSpec>& tools, bool must_call) {
  std::vector<Value> names;
  for (const auto& tool : tools) names.emplace_back(tool.name);
  const Value tool = json::object({{"type", "string"}, {"enum", json::array(names)}});
  const Value task = json::object({{"type", "string"}, {"maxLength", static_cast<std::int64_t>(kTaskMax)}});
  const Value step = json::object({{"type", "object"},
                                   {"properties", json::object({{"tool", tool}, {"task", task}})},
                                   {"required", json::array({"tool", "task"})},
                                   {"additionalProperties", false}});
  const Value plan = json::object({{"type", "array"},
                                   {"items", step},
                                   {"minItems", must_call ? 1 : 0},
                                   {"maxItems", static_cast<std::int64_t>(kPlanStepsMax)}});
  return json::object({{"type", "object"},
                       {"properties", json::object({{"plan", plan}})},
                       {"required", json::array({"plan"})},
                       {"additionalProperties", false}});
}

std::vector<Step> parse_plan(std::string_view text, const std::vector<ToolSpec>& tools) {
  std::vector<Step> steps;
  const auto mended = repair_arguments(text);
  const auto parsed = mended ? Value::parse(*mended) : Result<Value>(Value());
  const Value plan = parsed ? (*parsed)["plan"] : Value();
  for (std::size_t i = 0; plan.is_array() && i < plan.size() && steps.size() < kPlanStepsMax; ++i) {
    Step step{std::string(plan.at(i)["tool"].string_or("")), std::string(plan.at(i)["task"].string_or(""))};
    const bool offered =
        std::any_of(tools.begin(), tools.end(), [&](const ToolSpec& tool) { return tool.name == step.tool; });
    const bool repeated = std::find(steps.begin(), steps.end(), step) != steps.end();
    if (offered && !repeated) steps.push_back(std::move(step));
  }
  return steps;
}

// ---- steps ------------------------------------------------------------------

std::vector<Message> steps_prefix(const std::vector<ToolSpec>& tools) {
  std::vector<Message> out{message("system", std::string(kStepRules) + tool_lines(tools))};
  const auto add_call = [&out](std::string_view text, const Shot& shot) {
    out.push_back(message("user", text));
    const auto arguments = Value::parse(shot.example.arguments);
    out.push_back(message("assistant", call_text(shot.tool->name, arguments ? *arguments : Value())));
  };
  const auto add_answer = [&out](const Shot& shot, std::string_view request, std::string_view answer) {
    out.push_back(message("user", answer_text(shot.tool->name, shot.example.result, request, "")));
    out.push_back(message("assistant", answer));
  };
  const auto shots = choose_shots(tools);
  for (const auto& shot : shots) {
    add_call(first_step_text({}, shot.example.request, step_of(shot)), shot);
    add_answer(shot, shot.example.request, shot.example.answer);
  }
  if (shots.size() >= 2) {
    const std::string request = joined_request(shots[0], shots[1]);
    add_call(first_step_text({}, request, step_of(shots[0])), shots[0]);
    add_call(next_step_text(shots[0].tool->name, shots[0].example.result, step_of(shots[1])), shots[1]);
    add_answer(shots[1], request, shots[0].example.answer + " " + shots[1].example.answer);
  }
  return out;
}

namespace {

std::string next_line(const Step& step) { return "Next: " + step.tool + ": " + step.task; }

/// Both ends of a long result; the middle is what can be missed best.
std::string result_lines(std::string_view tool, std::string_view result) {
  std::string text = unwrap_result(result);
  if (text.size() > kResultMax) {
    const std::string tail = base::repair_utf8(std::string_view(text).substr(text.size() - kResultMax / 4));
    text = base::shorten(text, kResultMax - kResultMax / 4) + "\n[cut]\n" + tail;
  }
  return "Result of " + std::string(tool) + ":\n" + (text.empty() ? "(nothing)" : text) + "\n\n";
}

}  // namespace

std::string first_step_text(const std::vector<EarlierTurn>& earlier, std::string_view request, const Step& step) {
  std::string out;
  const std::size_t from = earlier.size() > kEarlierTurnsMax ? earlier.size() - kEarlierTurnsMax : 0;
  for (std::size_t i = from; i < earlier.size(); ++i) {
    out += "Earlier request: " + base::shorten(earlier[i].request, kEarlierTextMax) + "\n";
    out += "Earlier answer: " + base::shorten(earlier[i].answer, kEarlierTextMax) + "\n\n";
  }
  out += request;
  return out + "\n\n" + next_line(step);
}

std::string next_step_text(std::string_view previous_tool, std::string_view result, const Step& step) {
  return result_lines(previous_tool, result) + next_line(step);
}

Step correction_of(std::string_view tool, bool was_empty) {
  if (was_empty) return {std::string(tool), "that call printed nothing, write a corrected one that prints the value"};
  return {std::string(tool), "that call failed, write a corrected one"};
}

std::string answer_text(std::string_view previous_tool, std::string_view result, std::string_view request,
                        std::string_view instructions) {
  std::string out = result_lines(previous_tool, result);
  if (!instructions.empty()) out += "Follow these instructions: " + base::shorten(instructions, kInstructionsMax) + "\n\n";
  return out + "Now answer in plain text and state the values found. The request was: " + std::string(request);
}

Value step_schema(const ToolSpec& tool) {
  const Value name = json::object({{"type", "string"}, {"enum", json::array({tool.name})}});
  const Value arguments = closed_arguments(tool);
  return json::object({{"type", "object"},
                       {"properties", json::object({{"tool", name}, {"arguments", arguments}})},
                       {"required", json::array({"tool", "arguments"})},
                       {"additionalProperties", false}});
}

bool takes_arguments(const ToolSpec& tool) { return tool.parameters["properties"].size() > 0; }

std::string call_text(std::string_view tool, const Value& arguments) {
  const Value object = arguments.is_object() ? arguments : json::object(Members{});
  return spaced_json(json::object({{"tool", tool}, {"arguments", object}}));
}

std::optional<Value> parse_call(std::string_view text, const ToolSpec& tool) {
  const auto mended = repair_arguments(text);
  if (!mended) return std::nullopt;
  const auto parsed = Value::parse(*mended);
  if (!parsed) return std::nullopt;
  const Value arguments = (*parsed)["arguments"];
  if (arguments.is_object()) return arguments;
  // The bare arguments, from a server that does not hold the model to the schema.
  const bool bare = parsed->size() > 0 && tool.parameters["properties"].has(parsed->key_at(0));
  if (bare) return *parsed;
  return std::nullopt;
}

}  // namespace collet::llm::planning
