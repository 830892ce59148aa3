// A call and its time: first the plugin is asked to end, so that it can still hand
// out what it has; only one that does not listen is cut off.
#include <algorithm>
#include <utility>

#include "plugin/call_state.hpp"
#include "plugin/generation.hpp"

namespace collet::plugin {

namespace {

std::string seconds(std::chrono::steady_clock::duration time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

void CallState::arm_deadline() {
  timer_.expires_at(deadline_);
  timer_.async_wait([call = self()](boost::system::error_code error) {
    if (!error && !call->over_) call->on_deadline();
  });
}

void CallState::on_deadline() {
  if (!invoked_) {
    complete(Error{Errc::timeout, "tool " + tool_->info.name + " got no free place within " + seconds(deadline_ - started_)}, nullptr);
    // A worker may have entered the plugin since the question above; from here on
    // none can.
    stop_ = true;
    push_cancel();
    return;
  }
  stop_ = true;
  push_cancel();
  if (over_) return;
  timer_.expires_after(std::chrono::milliseconds(generation().cancel_grace_ms()));
  timer_.async_wait([call = self()](boost::system::error_code error) {
    if (!error && !call->over_) call->on_grace_over();
  });
}

void CallState::on_grace_over() {
  Error reason{Errc::timeout, "tool " + tool_->info.name + " did not finish within " + seconds(deadline_ - started_)};
  if (!complete(reason, nullptr)) return;
  gone_.cancel(std::move(reason));
  stuck_counted_ = true;
  generation().count_stuck(tool_->info.name);
}

void CallState::watch_abandoned() {
  {
    const std::scoped_lock lock(mutex_);
    if (!invoked_ || plugin_done_ || stuck_counted_) return;
  }
  timer_.expires_after(std::chrono::milliseconds(generation().cancel_grace_ms()));
  timer_.async_wait([call = self()](boost::system::error_code error) {
    if (error) return;
    {
      const std::scoped_lock lock(call->mutex_);
      if (call->plugin_done_) return;
    }
    call->stuck_counted_ = true;
    call->generation().count_stuck(call->tool_->info.name);
  });
}

std::int64_t CallState::remaining_ms() const {
  if (over_) return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
  return std::max<std::int64_t>(0, left);
}

}  // namespace collet::plugin
