#include "base/cancel.hpp"

namespace collet::base {

CancelToken::Registration CancelToken::on_cancel(Callback callback) const {
  Registration registration;
  if (!state_) return registration;
  if (state_->cancelled) {
    callback();
    return registration;
  }
  registration.entry_ = state_->callbacks.insert(state_->callbacks.end(), std::move(callback));
  registration.state_ = state_;
  return registration;
}

void CancelSource::cancel(Error reason) {
  if (state_->cancelled) return;
  state_->cancelled = true;
  state_->reason = std::move(reason);
  // A callback may end other registrations, so each is looked up afresh; the
  // entries stay in the list since their registrations erase them.
  const auto keep = state_;
  std::list<CancelToken::Callback> pending;
  for (auto& callback : keep->callbacks) pending.push_back(std::exchange(callback, {}));
  for (auto& callback : pending) {
    if (callback) callback();
  }
}

}  // namespace collet::base
