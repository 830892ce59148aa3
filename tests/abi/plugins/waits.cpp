// Waits on a thread of its own, holding none of the host's.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "collet/plugin.hpp"

namespace {

using namespace collet;
using Clock = std::chrono::steady_clock;

class Waits {
 public:
  Waits() : thread_([this] { work(); }) {}
  ~Waits() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  std::vector<ToolSpec> tools() const {
    ToolSpec wait{.name = "wait", .description = "Answers after some time."};
    wait.aliases = {"sleep"};
    wait.input_schema = R"({"type":"object","properties":{"ms":{"type":"integer","minimum":0,"default":5},
      "heeds_cancel":{"type":"boolean","default":true},"steps":{"type":"integer","default":0}}})";
    ToolSpec narrow = wait;
    narrow.name = "wait_narrow";
    narrow.aliases = {};
    narrow.concurrency_max = 1;
    ToolSpec leave{.name = "leave_box", .description = "Begins a program, ends, and tells the next call how it went."};
    leave.input_schema = wait.input_schema;
    leave.effects = COLLET_EFFECT_RUNS_PROGRAMS;
    return {wait, narrow, leave};
  }

  void start(Call call, std::string_view tool, const Args& args) {
    const auto ms = args.optional_int("ms", 5);
    if (!ms) return call.fail(ms.error());
    if (tool == "leave_box") return leave_box(call, *ms);
    const auto steps = args.optional_int("steps", 0).value_or(0);
    for (std::int64_t i = 0; i < steps; ++i) call.output(Stream::out, "step " + std::to_string(i) + "\n");
    if (args.optional_bool("heeds_cancel", true).value_or(true)) {
      call.on_cancel([call]() mutable {
        (void)call.text("stopped early");
        call.fail({Errc::cancelled, "stopped early"});
      });
    }
    finish_later(call, *ms);
  }

 private:
  void leave_box(Call& call, std::int64_t ms) {
    (void)call.text("the last one ended as " + std::to_string(box_outcome_));
    ExecRequest request;
    request.argv = {"/bin/true"};
    const auto begun = call.exec(request, [this](const ExecResult& run) { box_outcome_ = run.outcome; });
    if (!begun) return call.fail(begun.error());
    finish_later(call, ms);
  }

  void finish_later(const Call& call, std::int64_t ms) {
    {
      const std::scoped_lock lock(mutex_);
      due_.emplace(Clock::now() + std::chrono::milliseconds(ms), call);
    }
    wake_.notify_all();
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (due_.empty()) {
        wake_.wait(lock);
      } else if (due_.begin()->first > Clock::now()) {
        wake_.wait_until(lock, due_.begin()->first);
      } else {
        Call call = due_.begin()->second;
        due_.erase(due_.begin());
        lock.unlock();
        const std::string tool = call.info().tool;
        if (tool != "leave_box") (void)call.text("waited as " + tool);
        call.finish();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Clock::time_point, Call> due_;
  bool stopping_ = false;
  std::atomic<int> box_outcome_ = 0;
  std::thread thread_;
};

}  // namespace

COLLET_PLUGIN(Waits, R"({"id": "waits", "version": "1.0.0", "capabilities": ["exec"]})")
