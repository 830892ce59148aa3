#include "llm/planner_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "llm/planner_prompts.hpp"
#include "llm/repetition.hpp"

namespace collet::llm::planning {

namespace asio = boost::asio;

namespace {
constexpr int kExampleTokensMax = 200;
constexpr int kExamplesPerTurnMax = 8;  // written in one turn; each takes a second or two
}  // namespace

Value constrained(Value schema, std::string_view name, int tokens_max) {
  const Value json_schema = json::object({{"name", name}, {"strict", true}, {"schema", std::move(schema)}});
  return json::object({{"temperature", 0},
                       {"max_tokens", tokens_max},
                       {"response_format", json::object({{"type", "json_schema"}, {"json_schema", json_schema}})}});
}

TurnRequest Writer::ask(std::vector<Message> messages, Value options) const {
  TurnRequest out;
  out.messages = std::move(messages);
  out.options = std::move(options);
  if (deadline_ms_ > 0) {
    const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin_).count();
    out.deadline_ms = std::max<std::int64_t>(1, deadline_ms_ - spent);
  }
  return out;
}

void Writer::count(const Usage& usage) {
  usage_.prompt_tokens += usage.prompt_tokens;
  usage_.completion_tokens += usage.completion_tokens;
  usage_.total_tokens += usage.total_tokens;
}

asio::awaitable<Result<std::string>> Writer::write(std::vector<Message> messages, Value options) {
  LoopGuard guard;
  auto written = co_await inner_.complete(ask(std::move(messages), std::move(options)), &guard, cancel_);
  if (guard.tripped()) base::log_info("the model repeated itself and was stopped", {{"bytes", guard.text().size()}});
  if (guard.tripped()) co_return std::string();
  if (!written) co_return std::move(written).error();
  count(written->usage);
  co_return std::move(written->content);
}

asio::awaitable<void> Writer::add_examples(std::vector<ToolSpec>& tools) {
  int written = 0;
  for (auto& tool : tools) {
    if (!tool.examples.empty()) continue;
    const std::string key = tool_line(tool) + tool.parameters.dump();
    if (auto known = book_.find(key)) {
      tool.examples.push_back(std::move(*known));
      continue;
    }
    if (written++ >= kExamplesPerTurnMax) continue;
    Value options = constrained(example_schema(tool), "example", kExampleTokensMax);
    const auto text = co_await write(example_question(tool), std::move(options));
    if (!text) co_return;  // planning will meet the same trouble, and tell
    auto example = parse_example(*text);
    if (!example) example = examples_of(tool)[0];
    book_.add(key, *example);
    tool.examples.push_back(std::move(*example));
  }
}

}  // namespace collet::llm::planning
