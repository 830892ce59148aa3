// collet-planner-eval: how well a small model calls tools through the planning
// adapter. Tools are not run; their results are written in the case file:
//   {"tools": [OpenAI tool or its "function", "examples": [{request, task, arguments, result, answer}]],
//    "cases": [{prompt, tool, argument_contains, canned_result, answer_contains_one_of}],
//    "chains": [{prompt, steps: [{tool, argument_contains, canned_result}], answer_contains_one_of}],
//    "no_tool": [prompt]}
// --plans only makes the plans, which is where most goes wrong, and is quick.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "llm/openai.hpp"
#include "llm/planner.hpp"
#include "llm/planner_prompts.hpp"
#include "support/loopback_http.hpp"
#include "support/run_task.hpp"

namespace {

using namespace collet;
using Clock = std::chrono::steady_clock;

constexpr int kTurnsMax = 8;

struct ExpectedStep {
  std::string tool;
  std::vector<std::string> argument_contains;  // all of them
  std::string canned_result;
};

struct Case {
  std::string kind;  // single, chain, no_tool
  std::string prompt;
  std::vector<ExpectedStep> steps;
  std::vector<std::string> answers;       // one of them
  std::vector<std::string> answer_parts;  // all of them
};

struct Outcome {
  std::vector<llm::ToolCall> calls;
  std::string answer;
  std::string error;
  double seconds = 0;
  double first_call_seconds = 0;
};

std::vector<std::string> strings(const Value& value) {
  std::vector<std::string> out;
  if (value.is_string()) out.emplace_back(*value.as_string());
  for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) out.emplace_back(value.at(i).string_or(""));
  return out;
}

ExpectedStep read_step(const Value& json) {
  return {std::string(json["tool"].string_or("")), strings(json["argument_contains"]),
          std::string(json["canned_result"].string_or(""))};
}

std::string argument_text(const Value& value) { return value.is_object() ? value.dump() : std::string(value.string_or("{}")); }

std::vector<llm::ToolSpec> read_tools(const Value& list) {
  std::vector<llm::ToolSpec> tools;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value entry = list.at(i);
    const Value function = entry.has("function") ? entry["function"] : entry;
    llm::ToolSpec tool{std::string(function["name"].string_or("")), std::string(function["description"].string_or("")),
                       function["parameters"], {}};
    const Value examples = entry["examples"];
    for (std::size_t e = 0; e < examples.size(); ++e) {
      const Value x = examples.at(e);
      tool.examples.push_back({std::string(x["request"].string_or("")), std::string(x["task"].string_or("")),
                               argument_text(x["arguments"]), std::string(x["result"].string_or("")),
                               std::string(x["answer"].string_or(""))});
    }
    tools.push_back(std::move(tool));
  }
  return tools;
}

std::vector<Case> read_cases(const Value& file) {
  std::vector<Case> cases;
  for (std::size_t i = 0; i < file["cases"].size(); ++i) {
    const Value x = file["cases"].at(i);
    cases.push_back({"single", std::string(x["prompt"].string_or("")), {read_step(x)}, strings(x["answer_contains_one_of"]),
                     strings(x["answer_contains_all"])});
  }
  for (std::size_t i = 0; i < file["chains"].size(); ++i) {
    const Value x = file["chains"].at(i);
    Case chain{"chain", std::string(x["prompt"].string_or("")), {}, strings(x["answer_contains_one_of"]),
               strings(x["answer_contains_all"])};
    for (std::size_t s = 0; s < x["steps"].size(); ++s) chain.steps.push_back(read_step(x["steps"].at(s)));
    cases.push_back(std::move(chain));
  }
  for (const auto& prompt : strings(file["no_tool"])) cases.push_back({"no_tool", prompt, {}, {}, {}});
  return cases;
}

bool contains(const std::string& text, const std::string& part) {
  return base::to_lower(text).find(base::to_lower(part)) != std::string::npos;
}

bool contains_one(const std::string& text, const std::vector<std::string>& parts) {
  return parts.empty() || std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return contains(text, part); });
}

bool contains_all(const std::string& text, const std::vector<std::string>& parts) {
  return std::all_of(parts.begin(), parts.end(), [&](const auto& part) { return contains(text, part); });
}

/// The result for the call: that of the first expected step of its tool which has
/// not been used yet, else of the last one.
llm::Message result_for(const Case& test, const llm::ToolCall& call, std::vector<bool>& used) {
  llm::Message out;
  out.role = "tool";
  out.tool_call_id = call.id;
  out.name = call.name;
  std::string text = "Error: nothing to be had from this tool";
  bool found = false;
  for (std::size_t i = 0; i < test.steps.size() && !found; ++i) {
    if (test.steps[i].tool != call.name || used[i]) continue;
    used[i] = found = true;
    text = test.steps[i].canned_result;
  }
  for (const auto& step : test.steps) {
    if (!found && step.tool == call.name) {
      text = step.canned_result;
      found = true;
    }
  }
  out.is_error = !found;
  out.content = Value(text);
  return out;
}

boost::asio::awaitable<Outcome> run_case(llm::Provider& model, const std::vector<llm::ToolSpec>& tools, const Case& test) {
  Outcome out;
  const auto begin = Clock::now();
  const auto elapsed = [&begin] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
  std::shared_ptr<void> memory;
  std::vector<bool> used(test.steps.size());
  llm::Message user;
  user.role = "user";
  user.content = Value(test.prompt);
  std::vector<llm::Message> messages{user};
  for (int turn = 0; turn < kTurnsMax; ++turn) {
    llm::TurnRequest request;
    request.messages = messages;
    request.tools = tools;
    request.options = json::object({{"temperature", 0}, {"max_tokens", 300}});
    request.memory = &memory;
    auto answered = co_await model.complete(std::move(request), nullptr, base::CancelToken());
    if (!answered) {
      out.error = answered.error().message;
      break;
    }
    if (answered->tool_calls.empty()) {
      out.answer = answered->content;
      break;
    }
    if (out.calls.empty()) out.first_call_seconds = elapsed();
    llm::Message said;
    said.role = "assistant";
    said.tool_calls = answered->tool_calls;
    messages.push_back(said);
    for (const auto& call : answered->tool_calls) {
      out.calls.push_back(call);
      messages.push_back(result_for(test, call, used));
    }
  }
  out.seconds = elapsed();
  co_return out;
}

bool calls_right(const Case& test, const Outcome& out) {
  if (out.calls.size() != test.steps.size()) return false;
  for (std::size_t i = 0; i < test.steps.size(); ++i) {
    if (out.calls[i].name != test.steps[i].tool) return false;
    if (!contains_all(out.calls[i].arguments, test.steps[i].argument_contains)) return false;
  }
  return true;
}

Case without_arguments(Case test) {
  for (auto& step : test.steps) step.argument_contains.clear();
  test.answers.clear();
  test.answer_parts.clear();
  return test;
}

struct Tally {
  int all = 0, calls = 0, answers = 0, both = 0;
};

void report(const Case& test, const Outcome& out, Tally& tally, bool verbose) {
  const bool calls = calls_right(test, out);
  const bool answer = out.error.empty() && contains_one(out.answer, test.answers) && contains_all(out.answer, test.answer_parts);
  ++tally.all;
  tally.calls += calls;
  tally.answers += answer;
  tally.both += calls && answer;
  std::cout << (calls && answer ? "ok   " : "MISS ") << test.kind << ": " << test.prompt << std::endl;
  if (calls && answer && !verbose) return;
  for (const auto& call : out.calls) std::cout << "       call   " << call.name << " " << call.arguments << '\n';
  std::cout << "       answer " << (out.error.empty() ? out.answer : "ERROR " + out.error) << "\n       " << out.seconds
            << " s, first call after " << out.first_call_seconds << " s" << std::endl;
}

/// Only the plan; its tools are compared with the expected ones.
boost::asio::awaitable<Outcome> run_plan(llm::Provider& model, const std::vector<llm::ToolSpec>& tools, const Case& test) {
  namespace planning = llm::planning;
  Outcome out;
  const auto begin = Clock::now();
  llm::TurnRequest request;
  request.messages = planning::plan_prefix(tools);
  for (auto& message : planning::plan_question({}, test.prompt)) request.messages.push_back(std::move(message));
  const Value schema = json::object({{"name", "plan"}, {"schema", planning::plan_schema(tools, false)}});
  request.options = json::object({{"temperature", 0}, {"max_tokens", 200},
      {"response_format", json::object({{"type", "json_schema"}, {"json_schema", schema}})}});
  auto planned = co_await model.complete(std::move(request), nullptr, base::CancelToken());
  if (!planned) {
    out.error = planned.error().message;
    co_return out;
  }
  out.answer = planned->content;
  for (const auto& step : planning::parse_plan(planned->content, tools)) out.calls.push_back({"", step.tool, step.task});
  out.first_call_seconds = out.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  co_return out;
}

std::string read_file(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

int main(int argc, char** argv) {
  config::ModelSettings settings;
  settings.id = settings.upstream_model = "local";
  bool verbose = false, plans_only = false;
  std::vector<const char*> files;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--base-url" && i + 1 < argc) {
      settings.base_url = argv[++i];
    } else if (word == "--model" && i + 1 < argc) {
      settings.upstream_model = argv[++i];
    } else if (word == "--plans") {
      plans_only = true;
    } else if (word == "--verbose") {
      verbose = true;
    } else {
      files.push_back(argv[i]);
    }
  }
  if (settings.base_url.empty() || files.empty()) {
    std::cerr << "usage: collet-planner-eval --base-url URL [--model NAME] [--plans] [--verbose] CASES.json...\n";
    return 2;
  }
  boost::asio::io_context io;
  collet::testing::LoopbackHttp http(io);
  const auto inner = llm::make_openai(settings, http);
  const auto model = llm::make_planned(llm::make_openai(settings, http));
  for (const auto* path : files) {
    const auto file = Value::parse(read_file(path));
    if (!file) {
      std::cerr << path << ": " << file.error().message << '\n';
      return 2;
    }
    const auto tools = read_tools((*file)["tools"]);
    std::map<std::string, Tally> tallies;
    double seconds = 0;
    int calls = 0;
    for (auto test : read_cases(*file)) {
      if (plans_only) test = without_arguments(std::move(test));
      const Outcome out = collet::testing::run_task(io, plans_only ? run_plan(*inner, tools, test) : run_case(*model, tools, test));
      report(test, out, tallies[test.kind], verbose);
      seconds += out.first_call_seconds;
      calls += !out.calls.empty();
    }
    std::cout << "== " << path << '\n';
    for (const auto& [kind, tally] : tallies) {
      std::cout << kind << ": calls " << tally.calls << "/" << tally.all << ", answers " << tally.answers << "/"
                << tally.all << ", both " << tally.both << "/" << tally.all << '\n';
    }
    if (calls > 0) std::cout << "mean time to the first call " << seconds / calls << " s\n";
  }
}
