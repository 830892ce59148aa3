#include "plugin/progress_feed.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace collet::plugin {

std::optional<std::chrono::milliseconds> ProgressFeed::put(CallProgress progress, Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  if (waiting_bytes_ + progress.text.size() > kWaitingBytesMax || waiting_.size() >= kWaitingMax) return std::nullopt;
  const bool same_kind = !waiting_.empty() && waiting_.back().kind == progress.kind;
  const bool is_output = progress.kind == COLLET_PROGRESS_STDOUT || progress.kind == COLLET_PROGRESS_STDERR;
  if (same_kind && is_output) {
    waiting_bytes_ += progress.text.size();
    waiting_.back().text += progress.text;
  } else if (same_kind) {
    waiting_bytes_ += progress.text.size();
    waiting_bytes_ -= waiting_.back().text.size();
    waiting_.back() = std::move(progress);
  } else {
    waiting_bytes_ += progress.text.size();
    waiting_.push_back(std::move(progress));
  }
  if (scheduled_) return std::nullopt;
  scheduled_ = true;
  const auto due = last_ + kInterval;
  if (due <= now) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(due - now);
}

std::vector<CallProgress> ProgressFeed::take(Clock::time_point now) {
  const std::scoped_lock lock(mutex_);
  std::vector<CallProgress> out(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end()));
  waiting_.clear();
  waiting_bytes_ = 0;
  scheduled_ = false;
  last_ = now;
  return out;
}

}  // namespace collet::plugin
