// Waits on a thread of its own, holding none of the host's.
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
    return {wait, narrow};
  }

  void start(Call call, const Args& args) {
    const auto ms = args.optional_int("ms", 5);
    if (!ms) return call.fail(ms.error());
    const auto steps = args.optional_int("steps", 0).value_or(0);
    for (std::int64_t i = 0; i < steps; ++i) call.output(Stream::out, "step " + std::to_string(i) + "\n");
    if (args.optional_bool("heeds_cancel", true).value_or(true)) {
      call.on_cancel([call]() mutable {
        (void)call.text("stopped early");
        call.fail({Errc::cancelled, "stopped early"});
      });
    }
    {
      const std::scoped_lock lock(mutex_);
      due_.emplace(Clock::now() + std::chrono::milliseconds(*ms), call);
    }
    wake_.notify_all();
  }

 private:
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
        (void)call.text("waited as " + call.info().tool);
        call.finish();
        lock.lock();
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<Clock::time_point, Call> due_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

COLLET_PLUGIN(Waits, R"({"id": "waits", "version": "1.0.0"})")
