// Tells the parts of one request that nobody waits for them any more.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "collet/result.hpp"

namespace collet::base {

/// The asking side owns a CancelSource, the working sides hold tokens.
/// [request-thread] Not locked: source, tokens and callbacks stay on one thread.
class CancelToken {
 public:
  using Callback = std::function<void()>;

  /// Keeps a callback registered; ends the registration when it goes.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept { swap(other); }
    Registration& operator=(Registration&& other) noexcept {
      Registration moved(std::move(other));
      swap(moved);
      return *this;
    }
    ~Registration() {
      if (auto state = state_.lock()) state->callbacks.erase(entry_);
    }

   private:
    friend class CancelToken;
    friend class CancelSource;
    struct State {
      std::list<Callback> callbacks;
      Error reason;
      bool cancelled = false;
    };
    void swap(Registration& other) noexcept {
      std::swap(state_, other.state_);
      std::swap(entry_, other.entry_);
    }
    std::weak_ptr<State> state_;
    std::list<Callback>::iterator entry_;
  };

  CancelToken() = default;  ///< One that is never cancelled.
  [[nodiscard]] bool cancelled() const { return state_ && state_->cancelled; }
  /// Why; only when cancelled(). Code is cancelled or timeout.
  [[nodiscard]] const Error& reason() const { return state_->reason; }

  /// Runs `callback` once on cancellation; at once if that has happened already.
  /// The callback may not throw and may not resume a coroutine directly.
  [[nodiscard]] Registration on_cancel(Callback callback) const;

 private:
  friend class CancelSource;
  using State = Registration::State;
  explicit CancelToken(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

class CancelSource {
 public:
  CancelSource() : state_(std::make_shared<CancelToken::State>()) {}
  [[nodiscard]] CancelToken token() const { return CancelToken(state_); }
  [[nodiscard]] bool cancelled() const { return state_->cancelled; }
  /// The first call counts; runs the callbacks before it returns.
  void cancel(Error reason);

 private:
  std::shared_ptr<CancelToken::State> state_;
};

}  // namespace collet::base
