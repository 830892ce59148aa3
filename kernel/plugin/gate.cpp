#include "plugin/gate.hpp"

#include "plugin/call_state.hpp"

namespace collet::plugin {

Gate::Entry Gate::enter(const std::shared_ptr<CallState>& call) {
  const std::scoped_lock lock(mutex_);
  if (running_ < running_max_) {
    ++running_;
    return Entry::admitted;
  }
  if (waiting_.size() >= kWaitingMax) return Entry::full;
  waiting_.push_back(call);
  return Entry::waiting;
}

void Gate::leave() {
  std::shared_ptr<CallState> next;
  {
    const std::scoped_lock lock(mutex_);
    while (!next && !waiting_.empty()) {
      next = waiting_.front().lock();
      waiting_.pop_front();
      if (next && next->over()) next.reset();
    }
    if (!next) --running_;
  }
  if (next) next->admitted();
}

}  // namespace collet::plugin
