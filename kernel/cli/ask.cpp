// collet ask: one agent run, shown as it goes.
#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/signals.hpp"
#include "cli/timeline.hpp"

namespace collet::cli {
namespace {

using Clock = std::chrono::steady_clock;

Value tool_object(const Hooks& hooks, const std::string& tool, const Value& params) {
  const bool namespaced = tool.find('/') != std::string::npos;
  Members members{{"type", namespaced ? hooks.dialect.namespaced_tool_type : hooks.dialect.tool_type}, {"name", tool}};
  if (!params.is_null()) members.emplace_back("runtime_params", params);
  return json::object(members);
}

// Every tool that this run can use: one that needs an app is of no use without.
Result<std::vector<std::string>> offered_tools(Client& client, bool has_app) {
  const auto list = client.get("/v1/tools");
  if (!list) return list.error();
  std::vector<std::string> names;
  const Value tools = (*list)["tools"];
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const Value tool = tools.at(i);
    if (!has_app && tool["needs_app"].as_bool().value_or(false)) continue;
    const std::string space(tool["namespace"].string_or(""));
    names.push_back((space.empty() ? "" : space + "/") + std::string(tool["name"].string_or("")));
  }
  return names;
}

// The first model that can hold a conversation.
Result<std::string> default_model(Client& client) {
  const auto models = client.get("/available-models");
  if (!models) return models.error();
  for (std::size_t i = 0; i < models->size(); ++i) {
    const Value types = models->at(i)["type"];
    for (std::size_t j = 0; j < types.size(); ++j) {
      if (types.at(j) == Value("text-to-text")) return std::string(models->at(i)["model_id"].string_or(""));
    }
  }
  return Error{Errc::not_found, "the server offers no model; add one under models: in its config file, or name one with --model"};
}

Result<Value> request_body(const AskOptions& options, const std::string& prompt, const Hooks& hooks, Client& client) {
  auto params = runtime_params(options.params);
  if (!params) return params.error();
  std::vector<std::string> names = options.tools;
  if (names.empty() && !options.no_tools) {
    auto offered = offered_tools(client, !options.params.app.empty());
    if (!offered) return offered.error();
    names = std::move(*offered);
  }
  auto model = options.model.empty() ? default_model(client) : Result<std::string>(options.model);
  if (!model) return model.error();
  std::vector<Value> tools, messages;
  for (const std::string& name : names) tools.push_back(tool_object(hooks, name, *params));
  if (!options.system.empty()) messages.push_back(json::object({{"role", "system"}, {"content", options.system}}));
  messages.push_back(json::object({{"role", "user"}, {"content", prompt}}));
  return json::object({{"model", *model}, {"messages", json::array(messages)}, {"tools", json::array(tools)}, {"events", "all"}});
}

// Shows the stream in the way that was asked for.
class Show {
 public:
  Show(const AskOptions& options, Console& console)
      : options_(options), console_(console), timeline_({.paint = console.paint(), .unicode = console.unicode()}) {}

  StreamEvents events() {
    StreamEvents events;
    events.event = [this](std::string_view, std::string_view data) { event(data); };
    if (console_.terminal() && !options_.json) events.tick = [this] { wait(); };
    return events;
  }

  int end(const Result<void>& done) {
    if (!done) return console_.fail(kFailed, done.error().message);
    if (options_.quiet && !timeline_.failed()) console_.out(timeline_.answer() + "\n");
    else if (options_.quiet && console_.terminal()) console_.err(failure_);
    else if (!options_.json && !options_.quiet) console_.out(timeline_.end(now_ms()));
    return timeline_.failed() ? kFailed : kDone;
  }

 private:
  void event(std::string_view data) {
    if (options_.json) console_.out(std::string(data) + "\n");
    const auto json = Value::parse(data);
    if (!json) return;
    const bool was_failed = timeline_.failed();
    const std::string text = timeline_.on_event(*json, now_ms());
    if (!was_failed && timeline_.failed()) failure_ = text;
    const bool is_error = !was_failed && timeline_.failed();
    if (is_error && !options_.json && !console_.terminal()) console_.err(failure_);  // a pipe carries answers
    else if (!options_.json && !options_.quiet) console_.out(text);
    if (!options_.json) wait();
  }

  void wait() {
    static constexpr std::array<const char*, 4> kBars{"-", "\\", "|", "/"};
    static constexpr std::array<const char*, 10> kDots{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    if (!timeline_.answer().empty() || timeline_.failed()) return;
    const std::size_t frame = static_cast<std::size_t>(now_ms() / 100);
    const std::string spinner = console_.unicode() ? kDots[frame % kDots.size()] : kBars[frame % kBars.size()];
    console_.transient(spinner + " " + timeline_.waiting(now_ms()));
  }

  [[nodiscard]] std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start_).count();
  }

  const AskOptions& options_;
  Console& console_;
  Timeline timeline_;
  Clock::time_point start_ = Clock::now();
  std::string failure_;
};

}  // namespace

int run_ask(const AskOptions& options, const Hooks& hooks, Console& console) {
  std::string prompt = options.prompt;
  if (prompt == "-") {
    auto text = read_stdin();
    if (!text) return console.fail(kUsage, text.error().message);
    prompt = std::move(*text);
  }
  if (base::trim(prompt).empty()) return console.fail(kUsage, "the question is empty");
  if (auto params = runtime_params(options.params); !params) return console.fail(kUsage, params.error().message);
  int exit_code = kDone;
  auto session = Session::open(hooks, console, {options.config_file, true}, exit_code);
  if (!session) return exit_code;
  const StopSignals signals([client = &session->client()] { client->cancel(); });
  const auto body = request_body(options, prompt, hooks, session->client());
  if (!body) return console.fail(kFailed, body.error().message);
  Show show(options, console);
  StreamEvents events = show.events();
  events.head = [&](const base::HttpHead&) {
    const std::string& warning = session->client().warning();
    if (!warning.empty()) console.err("note: " + visible(warning) + "\n");
  };
  return show.end(session->client().stream(hooks.dialect.agents_path, *body, events));
}

}  // namespace collet::cli
