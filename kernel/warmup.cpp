#include "warmup.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/io_threads.hpp"
#include "base/log.hpp"
#include "llm/planner.hpp"

namespace collet {

namespace asio = boost::asio;

namespace {
constexpr auto kLookEvery = std::chrono::milliseconds(250);
constexpr auto kWorthKeeping = std::chrono::seconds(3);  // less was not read but loaded
}

Warmup::Warmup(asio::io_context& io, base::HttpClient& client, llm::EmbeddedModel& model,
               std::unique_ptr<llm::Provider> provider, std::shared_ptr<llm::ExampleBook> book,
               std::vector<llm::ToolSpec> tools)
    : io_(io),
      model_(model),
      provider_(std::move(provider)),
      book_(std::move(book)),
      tools_(std::move(tools)),
      files_(client, model, tools_) {}

void Warmup::start() {
  done_ = false;
  base::spawn(io_, "model warm-up", run());
}

void Warmup::stop() {
  asio::post(io_, [this] { stop_.cancel({Errc::cancelled, "the server stops"}); });
}

asio::awaitable<void> Warmup::warm(base::CancelToken stop) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<llm::ToolSpec> tools = tools_;
  co_await files_.restore();
  const auto restored = std::chrono::steady_clock::now();
  co_await llm::prewarm(*provider_, *book_, std::move(tools), std::move(stop));
  const auto warmed = std::chrono::steady_clock::now();
  if (warmed - restored > kWorthKeeping) co_await files_.save();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(warmed - began);
  base::log_info("the model is warmed up", {{"model", model_.settings().id}, {"ms", static_cast<std::int64_t>(took.count())}});
}

asio::awaitable<void> Warmup::run() {
  const base::CancelToken stop = stop_.token();
  asio::steady_timer timer(io_);
  const auto wake = stop.on_cancel([&timer] { timer.cancel(); });
  int warmed_starts = 0;
  while (!stop.cancelled()) {
    const llm::EmbeddedStatus status = model_.status();
    if (status.state == llm::EmbeddedState::warming && status.starts != warmed_starts) {
      warmed_starts = status.starts;
      base::CancelToken cancel = stop;
      co_await warm(std::move(cancel));
      model_.warmed(status.starts);
    }
    timer.expires_after(kLookEvery);
    if (!stop.cancelled()) co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  done_ = true;
}

}  // namespace collet
