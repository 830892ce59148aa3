#include "agent/driver.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "agent/audit.hpp"
#include "agent/inbox.hpp"
#include "agent/machine.hpp"
#include "agent/tool_result.hpp"
#include "base/io_threads.hpp"
#include "collet/abi.h"

namespace collet::agent {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

struct ModelTaskEnded {};
/// Progress of a running call, on its way to the sink.
struct Activity {
  ToolActivity what;
};
using Mail = std::variant<Input, Activity, ModelTaskEnded>;

std::int64_t ms_since(Clock::time_point then) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - then).count();
}

struct CallUnderWay {
  std::shared_ptr<plugin::RunningCall> handle;
  Clock::time_point queued;
};

/// Shared with callbacks that may come after the run: they check `over`.
struct Shared {
  explicit Shared(asio::io_context& context) : inbox(context) {}
  Inbox<Mail> inbox;
  bool over = false;
};

class Deltas final : public llm::DeltaSink {
 public:
  Deltas(EventSink& sink, Inbox<Mail>& inbox) : sink_(sink), inbox_(inbox) {}
  asio::awaitable<bool> on_delta(const Value& delta) override {
    Event event = TurnDelta{delta};
    const auto emitted = co_await sink_.emit(std::move(event));
    if (!emitted) inbox_.push(Mail{Input{Stopped{{Errc::cancelled, "the client went away"}}}});
    co_return emitted.ok();
  }

 private:
  EventSink& sink_;
  Inbox<Mail>& inbox_;
};

class Driver {
 public:
  Driver(asio::io_context& io, RunRequest request, llm::Provider& model, EventSink& sink)
      : io_(io), machine_(std::move(request)), model_(model), sink_(sink),
        shared_(std::make_shared<Shared>(io)), run_scope_(std::make_shared<base::RunScope>(machine_.request().model)), deadline_(io) {}

  asio::awaitable<RunSummary> run(base::CancelToken gone) {
    const auto stop = gone.on_cancel([this, gone] { shared_->inbox.push(Mail{Input{Stopped{gone.reason()}}}); });
    arm_deadline();
    std::vector<Output> outputs = machine_.start();
    co_await perform(std::move(outputs));
    while (!machine_.finished() || model_tasks_ > 0 || !calls_.empty()) {
      Mail mail = co_await shared_->inbox.pop();
      co_await take(std::move(mail));
    }
    shared_->over = true;
    deadline_.cancel();
    co_return machine_.summary();
  }

 private:
  asio::awaitable<void> take(Mail mail) {
    if (std::holds_alternative<ModelTaskEnded>(mail)) {
      --model_tasks_;
    } else if (auto* activity = std::get_if<Activity>(&mail)) {
      if (!machine_.finished()) co_await emit(std::move(activity->what));
    } else {
      std::vector<Output> outputs = machine_.feed(std::get<Input>(std::move(mail)));
      co_await perform(std::move(outputs));
    }
  }

  asio::awaitable<void> perform(std::vector<Output> outputs) {
    for (auto& output : outputs) {
      if (auto* emission = std::get_if<Emit>(&output)) {
        co_await emit(std::move(emission->event));
      } else {
        act(output);
      }
    }
  }

  void act(const Output& output) {
    if (std::holds_alternative<AskModel>(output)) ask_model();
    if (const auto* call = std::get_if<StartCall>(&output)) start_call(*call);
    if (const auto* refusal = std::get_if<RefuseCall>(&output)) {
      audit_refusal(machine_.request(), *refusal);
    }
    if (const auto* abandon = std::get_if<Abandon>(&output)) {
      model_cancel_.cancel(abandon->reason);
      for (auto& [index, call] : calls_) call.handle->cancel(abandon->reason);
    }
  }

  asio::awaitable<void> emit(Event event) {
    const bool unwanted =
        (std::holds_alternative<ToolActivity>(event) && !machine_.request().wants_activity) || deaf_;
    if (unwanted) co_return;
    const auto emitted = co_await sink_.emit(std::move(event));
    if (emitted) co_return;
    deaf_ = true;
    shared_->inbox.push(Mail{Input{Stopped{{Errc::cancelled, "the client went away"}}}});
  }

  void ask_model() {
    ++model_tasks_;
    base::spawn(io_, "model turn", model_turn(machine_.turn_request()));
  }

  // The driver outlives this task: run() waits for its end.
  asio::awaitable<void> model_turn(llm::TurnRequest turn) {
    turn.memory = &memory_;
    turn.deadline_ms = deadline_ms_left();
    Deltas deltas(sink_, shared_->inbox);
    llm::DeltaSink* listener = machine_.request().wants_deltas ? &deltas : nullptr;
    base::CancelToken cancel = model_cancel_.token();
    std::optional<Result<llm::ModelTurn>> answer;
    try {
      answer.emplace(co_await model_.complete(std::move(turn), listener, std::move(cancel)));
    } catch (const std::exception& e) {
      answer.emplace(Error{Errc::internal, std::string("the model client failed: ") + e.what()});
    }
    Input input = ModelFailed{};
    if (*answer) input = ModelAnswered{std::move(*answer).value()};
    else input = ModelFailed{std::move(*answer).error()};
    shared_->inbox.push(Mail{std::move(input)});
    shared_->inbox.push(Mail{ModelTaskEnded{}});
  }

  void start_call(const StartCall& start) {
    const RunTool& tool = machine_.request().tools[start.tool];
    const auto began = Clock::now();
    plugin::CallEvents events;
    if (machine_.request().wants_activity) {
      shared_->inbox.push(Mail{Activity{activity("started", start, began, {})}});
      events.progress = [shared = shared_, start, name = tool.offer.offered_name, began](plugin::CallProgress progress) {
        if (!shared->over) shared->inbox.push(Mail{Activity{to_activity(start, name, began, std::move(progress))}});
      };
    }
    events.done = [this, shared = shared_, index = start.index](plugin::CallOutcome outcome) {
      if (!shared->over) on_done(index, outcome);
    };
    plugin::CallFacts facts = facts_of(start, tool);
    started_[start.index] = start;
    auto handle = plugin::start_call(io_, tool.offer.tool, std::move(facts), start.arguments, std::move(events));
    calls_[start.index] = CallUnderWay{std::move(handle), began};
  }

  plugin::CallFacts facts_of(const StartCall& start, const RunTool& tool) const {
    const RunRequest& request = machine_.request();
    plugin::CallFacts facts;
    facts.request_id = request.request_id;
    facts.call_id = start.call_id;
    facts.caller = request.caller.id;
    facts.tool_name = tool.asked_name;
    facts.app = tool.app;
    facts.size = tool.size;
    facts.tool_params = tool.offer.tool_params;
    facts.timeout_ms = std::min(tool.ttl_ms, deadline_ms_left());
    facts.output_bytes_max = request.limits.call_output_bytes_max;
    facts.run = run_scope_;
    return facts;
  }

  void on_done(std::size_t index, const plugin::CallOutcome& outcome) {
    const auto call = calls_.find(index);
    const StartCall& start = started_[index];
    const RunTool& tool = machine_.request().tools[start.tool];
    audit_call(machine_.request(), tool, start, outcome);
    if (machine_.request().wants_activity && call != calls_.end()) {
      const std::string reason = outcome.status ? std::string() : outcome.status.error().message;
      shared_->inbox.push(Mail{Activity{activity("finished", start, call->second.queued, reason)}});
    }
    calls_.erase(index);
    shared_->inbox.push(Mail{Input{to_call_ended(index, *tool.offer.tool, outcome, machine_.request().limits.picture_bytes_max)}});
  }

  ToolActivity activity(std::string_view kind, const StartCall& start, Clock::time_point began,
                        std::string text) const {
    return ToolActivity{kind, start.call_id, machine_.request().tools[start.tool].offer.offered_name,
                        ms_since(began), std::move(text), {}, 0, 0};
  }

  static ToolActivity to_activity(const StartCall& start, const std::string& name,
                                  Clock::time_point began, plugin::CallProgress progress) {
    const bool output = progress.kind == COLLET_PROGRESS_STDOUT || progress.kind == COLLET_PROGRESS_STDERR;
    return ToolActivity{output ? "output" : "progress", start.call_id, name, ms_since(began),
                        std::move(progress.text),
                        progress.kind == COLLET_PROGRESS_STDOUT   ? "stdout"
                        : progress.kind == COLLET_PROGRESS_STDERR ? "stderr"
                                                                  : "",
                        progress.done, progress.total};
  }

  void arm_deadline() {
    const std::int64_t run_ms = machine_.request().limits.run_ms_max;
    deadline_.expires_after(std::chrono::milliseconds(run_ms));
    deadline_.async_wait([shared = shared_, run_ms](boost::system::error_code error) {
      if (error || shared->over) return;
      shared->inbox.push(Mail{Input{Stopped{
          {Errc::timeout, "the run took longer than limits.run_seconds_max = " +
                              std::to_string(run_ms / 1000) + " s"}, true}}});
    });
  }

  std::int64_t deadline_ms_left() const {
    const auto left = deadline_.expiry() - Clock::now();
    return std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::milliseconds>(left).count());
  }

  asio::io_context& io_;
  Machine machine_;
  llm::Provider& model_;
  EventSink& sink_;
  std::shared_ptr<Shared> shared_;
  const std::shared_ptr<base::RunScope> run_scope_;
  asio::steady_timer deadline_;
  base::CancelSource model_cancel_;
  std::shared_ptr<void> memory_;
  std::map<std::size_t, CallUnderWay> calls_;
  std::map<std::size_t, StartCall> started_;
  int model_tasks_ = 0;  ///< Two while one has answered and is about to end.
  bool deaf_ = false;
};

}  // namespace

asio::awaitable<RunSummary> run(asio::io_context& io, RunRequest&& request, llm::Provider& model,
                                EventSink& sink, base::CancelToken gone) {
  Driver driver(io, std::move(request), model, sink);
  co_return co_await driver.run(std::move(gone));
}

}  // namespace collet::agent
