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
constexpr const char* kTaskMark = ": ";      // between a tool and its task

constexpr std::string_view kPlanRules =
    "You plan tool calls. Answer with the JSON plan only: the tools to call, in order, and a short task for each.\n"
    "Use a tool for pages, files, rows, commands, computed values and for what is the case right now. Greetings, "
    "thanks, general knowledge, how-to, explanations, translation and creative writing need no tool: the plan is "
    "empty.\n"
    "Add no step that was not asked for. When one step needs the result of another, the other comes first.\n";

constexpr std::string_view kStepRules =
    "You carry out a plan of tool calls. After `Next: TOOL: TASK` answer with the JSON arguments of that call, "
    "nothing else. Take values from the request and from earlier results; copy them exactly. "
    "Each call stands alone.\n"
    "When you are told to answer, answer the request in plain text with the values that the results show.\n";

constexpr const char* kWriteOut = "\nNo variable and no file holds the result above: write its values out.";
constexpr const char* kAnswerNow = "Now answer in plain text and state the names and values found. The request was: ";

/// Requests that need no tool, so that the model learns that it may leave them be.
constexpr std::array<std::string_view, 8> kNoToolRequests = {
    "Good morning!",
    "Who wrote Romeo and Juliet?",
    "How do I boil an egg?",
    "What is the largest ocean?",
    "Translate 'good night' into Spanish.",
    "Write two lines about autumn leaves.",
    "Great, thank you!",
    "What is the difference between a list and a tuple?",
};

/// How a value gets from one call into the next. The tools are made up: what
/// matters is that the second call holds the first one's values, letter by letter.
struct FlowExample {
  const char* request;
  Step first;
  const char* first_arguments;
  const char* first_result;
  Step second;
  const char* second_arguments;
  const char* second_result;
  const char* answer;
};

const std::array<FlowExample, 2>& flow_examples() {
  static const std::array<FlowExample, 2> kExamples = {{
      {"Find out the tides of Lisbon and put them into my diary for Friday.",
       {"tide_times", "get the tides of Lisbon"},
       R"({"harbour": "Lisbon"})",
       "high 14:20, low 20:35",
       {"diary_add", "add the tides on Friday"},
       R"({"title": "high 14:20, low 20:35", "day": "Friday"})",
       "added, entry 7",
       "In Lisbon high tide is at 14:20 and low tide at 20:35; that is entry 7 of your diary, on Friday."},
      {"Read shopping.txt and add up the prices with code.",
       {"text_read", "read shopping.txt"},
       R"({"name": "shopping.txt"})",
       "rice 4.50\ntea 3.20",
       {"run_code", "add up the prices"},
       R"json({"code": "prices = [4.50, 3.20]\nprint(sum(prices))"})json",
       "7.7",
       "Rice for 4.50 and tea for 3.20 cost 7.70 together."},
  }};
  return kExamples;
}

/// That an answer names what was found. Examples of tools mostly ask for one value,
/// and after those a small model says "there are two" and no more.
struct FoundExample {
  const char* request = "Do we have any notes about the garden?";
  Step step = {"note_find", "find notes about the garden"};
  const char* arguments = R"({"text": "garden"})";
  const char* result = "n7 Water the garden (done)\nn9 Buy garden chairs (open)";
  const char* answer =
      "Yes, there are two: n7, Water the garden, which is done, and n9, Buy garden chairs, which is open.";
};

Message message(std::string role, std::string_view text) {
  Message out;
  out.role = std::move(role);
  out.content = Value(text);
  return out;
}

std::string plan_text(const std::vector<Step>& steps) {
  std::vector<Value> entries;
  for (const auto& step : steps) entries.emplace_back(step.tool + kTaskMark + step.task);
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

/// The second request as it reads after the first one without its full stop.
std::string joined_request(const Shot& first, std::string_view link, const Shot& second) {
  std::string out = first.example.request;
  while (!out.empty() && std::string_view(".?!").find(out.back()) != std::string_view::npos) out.pop_back();
  return out + std::string(link) + lower_first(second.example.request);
}

Step step_of(const Shot& shot) { return {shot.tool->name, shot.example.task}; }

}  // namespace

// ---- planning ---------------------------------------------------------------

std::vector<Message> plan_prefix(const std::vector<ToolSpec>& tools) {
  std::vector<Message> out{message("system", std::string(kPlanRules) + tool_lines(tools))};
  const auto shots = choose_shots(tools);
  std::size_t idle = 0;
  const auto add = [&](std::string_view request, const std::vector<Step>& steps) {
    out.push_back(message("user", kNoToolRequests[idle++ % kNoToolRequests.size()]));
    out.push_back(message("assistant", plan_text({})));
    out.push_back(message("user", request));
    out.push_back(message("assistant", plan_text(steps)));
  };
  for (const auto& shot : shots) add(shot.example.request, {step_of(shot)});
  const std::size_t distinct = std::min(tools.size(), shots.size());
  if (shots.size() >= 2) {
    const Shot& last = shots[distinct > 1 ? distinct - 1 : 1];
    add(joined_request(shots[0], ". Then: ", last), {step_of(shots[0]), step_of(last)});
    add(joined_request(last, ", and ", shots[0]), {step_of(last), step_of(shots[0])});
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

namespace {

/// As a regular expression that matches just this.
std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (std::string_view(R"(\^$.|?*+()[]{})").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// "TOOL: TASK", or the same in two members as some models insist.
Step read_step(const Value& entry) {
  if (entry.is_object()) return {std::string(entry["tool"].string_or("")), std::string(entry["task"].string_or(""))};
  const std::string text(entry.string_or(""));
  const std::size_t mark = text.find(kTaskMark);
  if (mark == std::string::npos) return {text, "do what was asked"};
  return {text.substr(0, mark), text.substr(mark + std::string_view(kTaskMark).size())};
}

}  // namespace

Value plan_schema(const std::vector<ToolSpec>& tools, bool must_call) {
  std::string names;
  for (const auto& tool : tools) names += (names.empty() ? "" : "|") + escaped(tool.name);
  // No quotes or backslashes: some grammars let them through unescaped.
  const std::string task = R"([^"\\\n]{1,)" + std::to_string(kTaskMax) + "}";
  const Value step = json::object({{"type", "string"}, {"pattern", "^(" + names + ")" + kTaskMark + task + "$"}});
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
    Step step = read_step(plan.at(i));
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
  const auto add = [&out](const std::string& said, const std::string& answered) {
    out.push_back(message("user", said));
    out.push_back(message("assistant", answered));
  };
  for (const auto& shot : choose_shots(tools)) {
    const auto arguments = Value::parse(shot.example.arguments);
    const Step step = step_of(shot);
    add(first_step_text({}, shot.example.request, step), call_text(arguments ? *arguments : Value()));
    // Made-up examples know of no result; a vague one would teach vague answers.
    if (shot.example.answer.empty()) continue;
    add(answer_text(step.tool, shot.example.result, shot.example.request, ""), shot.example.answer);
  }
  const FoundExample found;
  add(first_step_text({}, found.request, found.step), found.arguments);
  add(answer_text(found.step.tool, found.result, found.request, ""), found.answer);
  for (const auto& flow : flow_examples()) {
    add(first_step_text({}, flow.request, flow.first), flow.first_arguments);
    add(next_step_text(flow.first.tool, flow.first_result, flow.second), flow.second_arguments);
    add(answer_text(flow.second.tool, flow.second_result, flow.request, ""), flow.answer);
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
  return result_lines(previous_tool, result) + next_line(step) + kWriteOut;
}

Step correction_of(std::string_view tool, bool was_empty) {
  if (was_empty) return {std::string(tool), "that call printed nothing, write a corrected one that prints the value"};
  return {std::string(tool), "that call failed, write a corrected one"};
}

std::string answer_text(std::string_view previous_tool, std::string_view result, std::string_view request,
                        std::string_view instructions) {
  std::string out = result_lines(previous_tool, result);
  if (!instructions.empty()) out += "Follow these instructions: " + base::shorten(instructions, kInstructionsMax) + "\n\n";
  return out + kAnswerNow + std::string(request);
}

bool takes_arguments(const ToolSpec& tool) { return tool.parameters["properties"].size() > 0; }

std::string call_text(const Value& arguments) {
  return spaced_json(arguments.is_object() ? arguments : json::object(Members{}));
}

std::optional<Value> parse_call(std::string_view text, const ToolSpec& tool) {
  const auto mended = repair_arguments(text);
  if (!mended) return std::nullopt;
  const auto parsed = Value::parse(*mended);
  if (!parsed) return std::nullopt;
  const Value properties = tool.parameters["properties"];
  const bool known = parsed->size() > 0 && properties.has(parsed->key_at(0));
  if (known) return *parsed;
  // Wrapped, from a server that does not hold the model to the schema.
  const Value arguments = (*parsed)["arguments"];
  if (arguments.is_object()) return arguments;
  // No arguments at all are a call where none is required.
  const bool none = parsed->is_object() && parsed->size() == 0 && tool.parameters["required"].size() == 0;
  if (none) return *parsed;
  return std::nullopt;
}

}  // namespace collet::llm::planning
