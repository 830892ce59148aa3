#include "llm/repetition.hpp"

#include <algorithm>

namespace collet::llm {
namespace {
constexpr std::size_t kPeriodMax = 400;  // a few sentences
constexpr std::size_t kLoopBytes = 480;
constexpr std::size_t kTimes = 4;
}  // namespace

bool ends_in_a_loop(std::string_view text) {
  for (std::size_t period = 1; period <= kPeriodMax; ++period) {
    const std::size_t size = std::max(kLoopBytes, kTimes * period);
    if (text.size() < size) return false;
    const std::string_view tail = text.substr(text.size() - size);
    if (tail.substr(period) == tail.substr(0, size - period)) return true;
  }
  return false;
}

boost::asio::awaitable<bool> LoopGuard::on_delta(const Value& delta) {
  text_ += delta["content"].string_or("");
  tripped_ = tripped_ || ends_in_a_loop(text_);
  bool wanted = true;
  if (next_) wanted = co_await next_->on_delta(delta);
  co_return wanted && !tripped_;
}

}  // namespace collet::llm
