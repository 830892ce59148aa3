// Ctrl-C.
#pragma once

#include <functional>
#include <thread>

namespace collet::cli {

/// While it lives, the first SIGINT or SIGTERM calls `on_stop` on a thread of its
/// own, and the second one ends the process at once. One at a time; the handlers
/// that were there before come back at the end.
class StopSignals {
 public:
  explicit StopSignals(std::function<void()> on_stop);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::thread watcher_;
};

}  // namespace collet::cli
