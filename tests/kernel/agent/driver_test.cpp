// When a run is over, nothing of it runs any more.
#include "agent/driver.hpp"

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "support/run_task.hpp"
#include "transcript.hpp"

namespace collet::agent::testing {
namespace {

namespace asio = boost::asio;

class Deaf final : public EventSink {
 public:
  asio::awaitable<Result<void>> emit(Event) override { co_return Result<void>(); }
};

/// Calls a tool that there is not, then takes its time, and some more to notice a cancellation.
class SlowSecondTurn final : public llm::Provider {
 public:
  SlowSecondTurn(asio::io_context& io, base::CancelSource& client) : client_(client), timer_(io) {}

  asio::awaitable<Result<llm::ModelTurn>> complete(llm::TurnRequest, llm::DeltaSink*, base::CancelToken cancel) override {
    if (++turns_ == 1) co_return wants({{"a", "nothing", "{}"}});
    asio::post(timer_.get_executor(), [this] { client_.cancel({Errc::cancelled, "the client went away"}); });
    timer_.expires_at(asio::steady_timer::time_point::max());
    const auto stop = cancel.on_cancel([this] { timer_.cancel(); });
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    for (int i = 0; i < 10; ++i) co_await asio::post(timer_.get_executor(), asio::use_awaitable);
    has_ended = true;
    co_return Error{Errc::cancelled, "stopped"};
  }
  asio::awaitable<Result<Value>> embed(Value, base::CancelToken) override { co_return Error{Errc::unavailable, "no"}; }

  bool has_ended = false;

 private:
  base::CancelSource& client_;
  asio::steady_timer timer_;
  int turns_ = 0;
};

TEST(Driver, OutlivesATurnThatBeganBeforeTheLastOneWasPutAway) {
  asio::io_context io;
  base::CancelSource client;
  SlowSecondTurn model(io, client);
  Deaf sink;
  bool had_ended = false;
  const auto play = [](asio::io_context& context, llm::Provider& provider, EventSink& events, base::CancelToken gone, SlowSecondTurn& slow, bool& ended) -> asio::awaitable<RunSummary> {
    RunRequest request;
    request.tools.push_back(make_tool({.name = "echo"}));
    RunSummary summary = co_await run(context, std::move(request), provider, events, gone);
    ended = slow.has_ended;
    co_return summary;
  };
  const RunSummary summary = collet::testing::run_task(io, play(io, model, sink, client.token(), model, had_ended));
  EXPECT_TRUE(summary.failed);
  EXPECT_EQ(summary.turns, 1);
  EXPECT_TRUE(had_ended);
}

}  // namespace
}  // namespace collet::agent::testing
