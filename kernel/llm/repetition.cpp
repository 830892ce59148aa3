#include "llm/repetition.hpp"

namespace collet::llm {
namespace {
constexpr std::size_t kPeriodMax = 48;
constexpr std::size_t kLoopBytes = 480;
}  // namespace

bool ends_in_a_loop(std::string_view text) {
  if (text.size() < kLoopBytes) return false;
  const std::string_view tail = text.substr(text.size() - kLoopBytes);
  for (std::size_t period = 1; period <= kPeriodMax; ++period) {
    if (tail.substr(period) == tail.substr(0, kLoopBytes - period)) return true;
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
