// How long a model may work for a plugin: to the end of the call, or a time limit before it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/cancel.hpp"
#include "services/origin.hpp"

namespace collet::services {

/// [thread of scope.io()]
class ModelTime {
 public:
  /// @param wanted_ms 0: all that is left of the call.
  ModelTime(Scope& scope, std::int64_t wanted_ms)
      : limit_ms_(limited_ms(scope, wanted_ms)), is_gone_(scope.over() || scope.gone().cancelled()),
        timer_(scope.io(), std::chrono::milliseconds(limit_ms_)) {
    if (is_over()) return;
    timer_.async_wait([end = end_, limit_ms = limit_ms_](boost::system::error_code error) {
      if (!error) end->cancel(Error{Errc::timeout, "the model did not answer within " + std::to_string(limit_ms) + " ms"});
    });
    const auto gone = scope.gone();
    with_call_ = gone.on_cancel([end = end_, gone] { end->cancel(gone.reason()); });
  }

  [[nodiscard]] bool is_over() const { return is_gone_ || limit_ms_ <= 0; }
  /// Why nothing can begin any more.
  [[nodiscard]] Error over() const {
    return is_gone_ ? Error{Errc::cancelled, "the call is over"} : Error{Errc::timeout, "the time limit passed before the model was asked"};
  }
  [[nodiscard]] std::int64_t limit_ms() const { return limit_ms_; }
  [[nodiscard]] base::CancelToken token() const { return end_->token(); }
  /// What ended the model's work, in place of the `error` that came of it.
  [[nodiscard]] Error reason_of(const Error& error) const { return end_->cancelled() ? end_->token().reason() : error; }

 private:
  std::int64_t limit_ms_;
  bool is_gone_;
  std::shared_ptr<base::CancelSource> end_ = std::make_shared<base::CancelSource>();
  boost::asio::steady_timer timer_;
  base::CancelToken::Registration with_call_;
};

}  // namespace collet::services
