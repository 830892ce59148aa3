// How many calls of one tool may run at once; the others wait in line.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

namespace collet::plugin {

class CallState;

/// [any-thread] A waiting call that ends for another reason just loses its place.
class Gate {
 public:
  enum class Entry { admitted, waiting, full };

  explicit Gate(int running_max) : running_max_(running_max) {}

  /// admitted: the caller owns a place and gives it back with leave().
  Entry enter(const std::shared_ptr<CallState>& call);
  /// Gives a place back, or hands it on: CallState::admitted() of the next.
  void leave();

 private:
  static constexpr std::size_t kWaitingMax = 1024;

  const int running_max_;
  std::mutex mutex_;
  int running_ = 0;
  std::deque<std::weak_ptr<CallState>> waiting_;
};

}  // namespace collet::plugin
