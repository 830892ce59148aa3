#include "agent/machine.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "collet/abi.h"

namespace collet::agent {
namespace {

void add(llm::Usage& sum, const llm::Usage& usage) {
  sum.prompt_tokens += usage.prompt_tokens;
  sum.completion_tokens += usage.completion_tokens;
  sum.total_tokens += usage.total_tokens;
}

}  // namespace

llm::ToolSpec tool_spec(const plugin::Offer& offer) {
  llm::ToolSpec spec;
  spec.name = offer.offered_name;
  spec.description = offer.description;
  spec.parameters = offer.input_schema;
  for (const auto& example : offer.tool->info.examples) {
    spec.examples.push_back(
        {example.request, example.task, example.arguments, example.result, example.answer});
  }
  return spec;
}

std::string text_result(std::string_view text, bool is_error) {
  JsonWriter writer;
  writer.begin_object().key("content").begin_array().begin_object();
  writer.member("type", "text").member("text", text).end_object().end_array();
  writer.member("isError", is_error).end_object();
  return writer.take();
}

Machine::Machine(RunRequest request)
    : request_(std::move(request)), calls_used_(request_.tools.size(), 0), pictures_(request_.limits.picture_bytes_max) {}

std::vector<Output> Machine::start() {
  std::vector<Output> out;
  out.emplace_back(AskModel{});
  return out;
}

std::vector<Output> Machine::feed(Input input) {
  if (finished_) return {};
  return std::visit([this](auto& value) { return on(std::move(value)); }, input);
}

llm::TurnRequest Machine::turn_request() const {
  llm::TurnRequest turn;
  turn.messages = request_.messages;
  turn.options = request_.options;
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    const RunTool& tool = request_.tools[i];
    if (calls_used_[i] < tool.calls_max) turn.tools.push_back(tool_spec(tool.offer));
  }
  turn.tools.insert(turn.tools.end(), request_.client_tools.begin(), request_.client_tools.end());
  // A forced choice holds for the first turn; later it would never end the loop.
  if (summary_.turns == 0) turn.tool_choice = request_.tool_choice;
  else if (request_.tool_choice.string_or("") == "none") turn.tool_choice = request_.tool_choice;
  if (turn.tools.empty()) turn.tool_choice = Value();
  return turn;
}

std::vector<Output> Machine::on(ModelAnswered input) {
  ++summary_.turns;
  add(summary_.usage, input.turn.usage);
  summary_.last_turn = input.turn;
  output_bytes_ += input.turn.content.size();
  shorten_old_results();

  llm::Message said;
  said.role = "assistant";
  said.content = Value(input.turn.content);
  said.tool_calls = input.turn.tool_calls;
  request_.messages.push_back(std::move(said));

  std::vector<Output> out;
  std::vector<llm::ToolCall> wanted = input.turn.tool_calls;
  const bool ends = wanted.empty() || calls_client(input.turn);
  out.emplace_back(Emit{AssistantTurn{std::move(input.turn)}});
  std::vector<Output> rest;
  if (ends) {
    finished_ = true;
    rest.emplace_back(Finish{});
  } else if (output_bytes_ > request_.limits.run_output_bytes_max) {
    rest = fail({Errc::limit, "the run wrote more than limits.run_output_bytes_max = " +
                                  std::to_string(request_.limits.run_output_bytes_max) + " bytes"}, true);
  } else if (summary_.turns >= request_.limits.turns_max) {
    rest = fail({Errc::limit, "the run used all its model turns (limits.turns_max = " +
                                  std::to_string(request_.limits.turns_max) +
                                  ") and still wants to call tools"}, true);
  } else {
    rest = begin_calls(std::move(wanted));
  }
  std::move(rest.begin(), rest.end(), std::back_inserter(out));
  return out;
}

// A program's picture may be broken, and a model may take none whatever is configured:
// that must not cost the run.
std::vector<Output> Machine::on(ModelFailed input) {
  if (input.error.code != Errc::invalid || !pictures_.withdraw(request_.messages)) return fail(std::move(input.error));
  std::vector<Output> out;
  out.emplace_back(AskModel{});
  return out;
}

std::vector<Output> Machine::on(CallEnded input) {
  if (input.index >= calls_.size() || calls_[input.index].state != Call::State::running) return {};
  Call& call = calls_[input.index];
  call.state = Call::State::ended;
  call.end = std::move(input);
  output_bytes_ += call.end.result.size();
  return advance();
}

std::vector<Output> Machine::on(Stopped input) {
  std::vector<Output> out;
  out.emplace_back(Abandon{input.reason});
  std::vector<Output> rest = fail(std::move(input.reason), input.is_cap);
  std::move(rest.begin(), rest.end(), std::back_inserter(out));
  return out;
}

std::vector<Output> Machine::fail(Error error, bool is_cap) {
  finished_ = true;
  summary_.failed = true;
  summary_.is_cap = is_cap;
  summary_.error = error;
  std::vector<Output> out;
  // Nobody is there to read why a cancelled run ended.
  if (error.code != Errc::cancelled) out.emplace_back(Emit{RunFailed{std::move(error), is_cap}});
  out.emplace_back(Finish{});
  return out;
}

std::vector<Output> Machine::begin_calls(std::vector<llm::ToolCall> wanted) {
  std::vector<Output> out;
  calls_.clear();
  for (auto& tool_call : wanted) {
    Call call;
    call.wanted = std::move(tool_call);
    std::string_view rule;
    auto arguments = admit(call.wanted, call, rule);
    ++summary_.tool_calls;
    if (arguments) {
      call.arguments = std::move(arguments).value();
      ++calls_used_[call.tool];
      out.emplace_back(Emit{ToolActivity{"queued", call.wanted.id, call.wanted.name, 0, {}, {}, 0, 0}});
    } else {
      refuse(call, rule, arguments.error().message, out);
    }
    calls_.push_back(std::move(call));
  }
  std::vector<Output> rest = advance();
  std::move(rest.begin(), rest.end(), std::back_inserter(out));
  return out;
}

Result<std::string> Machine::admit(const llm::ToolCall& wanted, Call& call, std::string_view& rule) {
  const auto refused = [&](std::string_view name, std::string message) -> Result<std::string> {
    rule = name;
    return Error{Errc::denied, std::move(message)};
  };
  const auto tool = std::find_if(request_.tools.begin(), request_.tools.end(), [&](const RunTool& t) {
    return t.offer.offered_name == wanted.name;
  });
  if (tool == request_.tools.end()) {
    return refused("tool.unknown", "There is no tool named \"" + wanted.name +
                                       "\". Available tools: " + offered_names() + ".");
  }
  call.tool = static_cast<std::size_t>(tool - request_.tools.begin());
  if (summary_.tool_calls >= request_.limits.tool_calls_max) {
    return refused("limits.tool_calls_max",
                   "This run has used all its " + std::to_string(request_.limits.tool_calls_max) +
                       " tool calls. Answer with what you have.");
  }
  if (calls_used_[call.tool] >= tool->calls_max) {
    return refused("runtime_params.max_calls",
                   "The limit of " + std::to_string(tool->calls_max) + " calls of \"" + wanted.name +
                       "\" is reached. Answer with what you have.");
  }
  if (wanted.arguments.size() > request_.limits.arguments_bytes_max) {
    return refused("limits.arguments_bytes_max",
                   "The arguments of \"" + wanted.name + "\" are longer than " +
                       std::to_string(request_.limits.arguments_bytes_max) + " bytes. Send less.");
  }
  const auto& info = tool->offer.tool->info;
  const policy::Verdict verdict = policy::decide(
      {info.full_name(), tool->asked_name, (info.flags & COLLET_TOOL_NEEDS_APP) != 0, tool->app,
       tool->app.empty() ? nullptr : &tool->app_tools, info.is_command},
      request_.caller);
  if (!verdict.allowed) return refused(verdict.rule, verdict.message);

  auto parsed = Value::parse(wanted.arguments.empty() ? "{}" : wanted.arguments);
  if (!parsed) {
    return refused("tool.arguments", "The arguments of \"" + wanted.name +
                                         "\" are not valid JSON: " + parsed.error().message);
  }
  if (!parsed->is_object()) {
    return refused("tool.arguments", "The arguments of \"" + wanted.name + "\" must be a JSON object, got " +
                                         std::string(name(parsed->kind())) + ".");
  }
  const auto arguments = plugin::complete_arguments(tool->offer, *parsed);
  if (!arguments) {
    return refused("tool.arguments", "The arguments of \"" + wanted.name +
                                         "\" do not fit its schema: " + arguments.error().message);
  }
  return arguments->dump();
}

void Machine::refuse(Call& call, std::string_view rule, const std::string& message,
                     std::vector<Output>& out) {
  call.state = Call::State::ended;
  call.end.text = message;
  call.end.result = text_result(message, true);
  call.end.is_error = true;
  output_bytes_ += call.end.result.size();
  out.emplace_back(Emit{ToolActivity{"denied", call.wanted.id, call.wanted.name, 0, message, {}, 0, 0}});
  out.emplace_back(RefuseCall{call.wanted.id, call.wanted.name, rule, message, call.wanted.arguments});
}

std::vector<Output> Machine::advance() {
  std::vector<Output> out;
  bool in_order = true;
  bool all_done = true;
  int running = 0;
  for (const Call& call : calls_) running += call.state == Call::State::running;
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    Call& call = calls_[i];
    if (call.state == Call::State::waiting && running < request_.limits.parallel_calls_max) {
      call.state = Call::State::running;
      ++running;
      out.emplace_back(StartCall{i, call.tool, call.wanted.id, call.arguments});
    }
    if (call.state == Call::State::ended && in_order) {
      call.state = Call::State::emitted;
      remember_result(call);
      out.emplace_back(Emit{ToolCompleted{call.wanted.id, call.wanted.name,
                                          std::move(call.end.result), call.end.is_error}});
    }
    in_order = in_order && call.state == Call::State::emitted;
    all_done = all_done && call.state == Call::State::emitted;
  }
  if (!all_done) return out;
  if (output_bytes_ > request_.limits.run_output_bytes_max) {
    std::vector<Output> rest =
        fail({Errc::limit, "the run's output is over limits.run_output_bytes_max = " +
                               std::to_string(request_.limits.run_output_bytes_max) + " bytes"}, true);
    std::move(rest.begin(), rest.end(), std::back_inserter(out));
    return out;
  }
  pictures_.show(request_.messages);
  out.emplace_back(AskModel{});
  return out;
}

void Machine::remember_result(Call& call) {
  const std::string pictures = pictures_.take(std::move(call.end.pictures));
  for (std::string* text : {&call.end.text, &call.end.later_text}) {
    const bool is_used = text == &call.end.text || !text->empty();
    if (is_used && !pictures.empty()) *text += (text->empty() ? "" : "\n") + pictures;
  }
  llm::Message message;
  message.role = "tool";
  message.content = Value(call.end.text);
  message.tool_call_id = call.wanted.id;
  message.name = call.wanted.name;
  message.is_error = call.end.is_error;
  message.is_empty = call.end.is_empty;
  if (!call.end.later_text.empty()) {
    later_texts_.emplace_back(request_.messages.size(), std::move(call.end.later_text));
  }
  request_.messages.push_back(std::move(message));
}

// The model has read these results in full once; from now on the short form does.
void Machine::shorten_old_results() {
  for (auto& [index, text] : later_texts_) request_.messages[index].content = Value(text);
  later_texts_.clear();
}

bool Machine::calls_client(const llm::ModelTurn& turn) const {
  return std::any_of(turn.tool_calls.begin(), turn.tool_calls.end(), [this](const llm::ToolCall& call) {
    return std::any_of(request_.client_tools.begin(), request_.client_tools.end(),
                       [&](const llm::ToolSpec& tool) { return tool.name == call.name; });
  });
}

std::string Machine::offered_names() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < request_.tools.size(); ++i) {
    if (calls_used_[i] < request_.tools[i].calls_max) {
      names.push_back(request_.tools[i].offer.offered_name);
    }
  }
  for (const auto& tool : request_.client_tools) names.push_back(tool.name);
  return names.empty() ? "none" : base::join(names, ", ");
}

}  // namespace collet::agent
