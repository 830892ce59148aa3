#include "llm/planner.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "llm/planner_run.hpp"
#include "llm/planner_writer.hpp"
#include "llm/repetition.hpp"

namespace collet::llm {

namespace asio = boost::asio;
using namespace planning;

namespace {

/// Where the caller gives no instructions; small models stray into other languages.
constexpr std::string_view kChatRules = "You are a helpful assistant. Answer in the language of the request.";
constexpr int kPlanTokensMax = 200;
constexpr int kStepTokensMax = 1'500;

/// Kept in TurnRequest::memory between the turns of one run.
struct Plan {
  std::string request;
  std::vector<Step> steps;
  /// As offered when the plan was made: the prompt prefix must not change when a
  /// tool is withdrawn later.
  std::vector<ToolSpec> tools;
};

/// One call of complete().
struct Turn {
  Turn(TurnRequest taken, Provider& inner, ExampleBook& book, base::CancelToken cancel)
      : request(std::move(taken)),
        run(read_run(request.messages)),
        writer(inner, book, request.deadline_ms, std::move(cancel)) {}

  const TurnRequest request;
  const Run run;
  Writer writer;
};

std::vector<Message> chain(std::vector<Message> head, const std::vector<Message>& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

Message message_of(std::string role, std::string_view text) {
  Message out;
  out.role = std::move(role);
  out.content = Value(text);
  return out;
}

Value call_delta(const ToolCall& call) {
  const Value function = json::object({{"name", call.name}, {"arguments", call.arguments}});
  const Value entry = json::object({{"index", 0}, {"id", call.id}, {"type", "function"}, {"function", function}});
  return json::object({{"role", "assistant"}, {"content", ""}, {"tool_calls", json::array({entry})}});
}

class Planned : public Provider {
 public:
  Planned(std::unique_ptr<Provider> inner, std::shared_ptr<ExampleBook> book, PlannerTuning tuning)
      : inner_(std::move(inner)), book_(std::move(book)), tuning_(std::move(tuning)) {}

  asio::awaitable<Result<ModelTurn>> complete(TurnRequest request, DeltaSink* deltas,
                                              base::CancelToken cancel) override {
    Turn turn(std::move(request), *inner_, *book_, std::move(cancel));
    const bool fresh = turn.run.made.empty();
    const bool wants_none = turn.request.tool_choice.string_or("") == "none";
    if (fresh && (turn.request.tools.empty() || wants_none)) co_return co_await chat(turn, deltas);
    auto plan = co_await plan_of(turn);
    if (!plan) co_return std::move(plan).error();
    if (fresh && (*plan)->steps.empty()) co_return co_await chat(turn, deltas);
    const Progress progress = follow(turn.run, (*plan)->steps, turn.request.tools);
    for (const Step& step : progress.open) {
      auto call = co_await make_call(turn, **plan, progress, step);
      if (!call) co_return std::move(call).error();
      if (*call) co_return co_await hand_out(turn, std::move(**call), deltas);
    }
    if (fresh) co_return co_await chat(turn, deltas);
    co_return co_await answer(turn, **plan, progress, deltas);
  }

  asio::awaitable<Result<Value>> embed(Value body, base::CancelToken cancel) override {
    return inner_->embed(std::move(body), std::move(cancel));
  }

 private:
  asio::awaitable<Result<std::shared_ptr<Plan>>> plan_of(Turn& turn) {
    auto* memory = turn.request.memory;
    if (memory && *memory) {
      auto known = std::static_pointer_cast<Plan>(*memory);
      if (known->request == turn.run.request) co_return known;
    }
    auto plan = std::make_shared<Plan>();
    plan->request = turn.run.request;
    plan->tools = turn.request.tools;
    co_await turn.writer.add_examples(plan->tools);
    auto steps = co_await make_steps(turn, plan->tools);
    if (!steps) co_return std::move(steps).error();
    plan->steps = std::move(steps).value();
    if (memory) *memory = plan;
    co_return plan;
  }

  asio::awaitable<Result<std::vector<Step>>> make_steps(Turn& turn, const std::vector<ToolSpec>& tools) {
    const Value& choice = turn.request.tool_choice;
    std::vector<Step> steps;
    if (tools.empty()) co_return steps;
    if (const auto named = choice["function"]["name"].as_string()) {
      steps.push_back({std::string(*named), "do what was asked"});
      co_return steps;
    }
    const Value schema = plan_schema(tools, choice.string_or("") == "required");
    auto messages = chain(plan_prefix(tools), plan_question(turn.run.earlier, turn.run.request));
    Value options = json::merge(constrained(schema, "plan", kPlanTokensMax), tuning_.plan_options);
    auto planned = co_await turn.writer.write(std::move(messages), std::move(options));
    if (!planned) co_return std::move(planned).error();
    steps = parse_plan(*planned, tools);
    base::log_debug("planned", {{"plan", *planned}});
    co_return steps;
  }

  /// Empty: the step is to be skipped, as it repeats a call or makes no sense.
  asio::awaitable<Result<std::optional<ToolCall>>> make_call(Turn& turn, const Plan& plan, const Progress& progress,
                                                             const Step& step) {
    std::optional<ToolCall> none;
    const auto& tools = turn.request.tools;
    const auto tool = std::find_if(tools.begin(), tools.end(), [&](const ToolSpec& t) { return t.name == step.tool; });
    if (tool == tools.end()) co_return none;
    std::optional<Value> arguments = json::object(Members{});
    if (takes_arguments(*tool)) {
      auto messages = chain(steps_prefix(plan.tools), progress.conversation);
      messages.push_back(message_of("user", step_text(turn.run, step)));
      Value options = constrained(closed_arguments(*tool), "call", kStepTokensMax);
      auto written = co_await turn.writer.write(std::move(messages), std::move(options));
      if (!written) co_return std::move(written).error();
      arguments = parse_call(*written, *tool);
      base::log_debug("wrote a call", {{"task", step.task}, {"text", *written}});
    }
    if (!arguments || is_repeated(turn.run, step.tool, *arguments)) co_return none;
    ToolCall call{base::make_call_id(), step.tool, arguments->dump()};
    co_return std::optional<ToolCall>(std::move(call));
  }

  asio::awaitable<Result<ModelTurn>> hand_out(Turn& turn, ToolCall call, DeltaSink* deltas) {
    if (deltas) {
      const bool wanted = co_await deltas->on_delta(call_delta(call));
      if (!wanted) co_return Error{Errc::cancelled, "the reader of the answer has gone"};
    }
    ModelTurn out;
    out.tool_calls.push_back(std::move(call));
    out.finish_reason = "tool_calls";
    out.usage = turn.writer.usage();
    co_return out;
  }

  asio::awaitable<Result<ModelTurn>> chat(Turn& turn, DeltaSink* deltas) {
    auto messages = without_tools(turn.request.messages);
    if (turn.run.instructions.empty()) messages.insert(messages.begin(), message_of("system", kChatRules));
    auto asked = turn.writer.ask(std::move(messages), turn.request.options);
    co_return co_await finish(turn, std::move(asked), deltas);
  }

  asio::awaitable<Result<ModelTurn>> answer(Turn& turn, const Plan& plan, const Progress& progress,
                                            DeltaSink* deltas) {
    const Run& run = turn.run;
    auto messages = chain(steps_prefix(plan.tools), progress.conversation);
    const std::string text = answer_text(run.made.back().tool, run.made.back().result, run.request, run.instructions);
    messages.push_back(message_of("user", text));
    auto asked = turn.writer.ask(std::move(messages), turn.request.options);
    co_return co_await finish(turn, std::move(asked), deltas);
  }

  asio::awaitable<Result<ModelTurn>> finish(Turn& turn, TurnRequest asked, DeltaSink* deltas) {
    LoopGuard guard(deltas);
    auto said = co_await inner_->complete(std::move(asked), &guard, turn.writer.cancel());
    if (guard.tripped()) {
      base::log_info("the model repeated itself and was stopped", {{"bytes", guard.text().size()}});
      ModelTurn cut;
      cut.content = guard.text();
      cut.finish_reason = "length";
      said = std::move(cut);
    }
    if (!said) co_return std::move(said).error();
    turn.writer.count(said->usage);
    said->usage = turn.writer.usage();
    co_return said;
  }

  std::unique_ptr<Provider> inner_;
  const std::shared_ptr<ExampleBook> book_;
  const PlannerTuning tuning_;
};

}  // namespace

std::unique_ptr<Provider> make_planned(std::unique_ptr<Provider> inner, std::shared_ptr<ExampleBook> book,
                                       PlannerTuning tuning) {
  return std::make_unique<Planned>(std::move(inner), std::move(book), std::move(tuning));
}

asio::awaitable<void> prewarm(Provider& inner, ExampleBook& book, std::vector<ToolSpec> tools,
                              base::CancelToken cancel) {
  if (tools.empty()) co_return;
  Writer writer(inner, book, 0, std::move(cancel));
  co_await writer.add_examples(tools);
  constexpr std::string_view kAnything = "Hello!";
  auto question = chain(plan_prefix(tools), plan_question(std::vector<EarlierTurn>(), kAnything));
  Value plan_options = constrained(plan_schema(tools, false), "plan", 1);
  auto planned = co_await writer.write(std::move(question), std::move(plan_options));
  if (!planned) base::log_warn("the model could not be warmed up", {{"why", planned.error().message}});
  const auto callable = std::find_if(tools.begin(), tools.end(), takes_arguments);
  if (!planned || callable == tools.end()) co_return;
  auto messages = steps_prefix(tools);
  messages.push_back(message_of("user", first_step_text({}, kAnything, {callable->name, "do what was asked"})));
  Value options = constrained(closed_arguments(*callable), "call", 1);
  co_await writer.write(std::move(messages), std::move(options));
}

}  // namespace collet::llm
