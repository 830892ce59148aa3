// Has the inner model write what the planner needs: constrained text, bounded in time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "llm/example_book.hpp"
#include "llm/provider.hpp"

namespace collet::llm::planning {

/// What holds the model to a schema: temperature 0 and `response_format`.
[[nodiscard]] Value constrained(Value schema, std::string_view name, int tokens_max);

/// For one turn: knows its deadline and adds up what it costs. [request-thread]
class Writer {
 public:
  /// @param inner, book outlive the writer. @param deadline_ms from now; 0: none.
  Writer(Provider& inner, ExampleBook& book, std::int64_t deadline_ms, base::CancelToken cancel)
      : inner_(inner), book_(book), deadline_ms_(deadline_ms), cancel_(std::move(cancel)) {}

  /// A request to the inner model that counts against the deadline.
  [[nodiscard]] TurnRequest ask(std::vector<Message> messages, Value options) const;
  /// Constrained text. One that loops is worth nothing and comes back empty.
  boost::asio::awaitable<Result<std::string>> write(std::vector<Message> messages, Value options);
  /// Tools that bring no example get one that the model writes, once for all runs.
  boost::asio::awaitable<void> add_examples(std::vector<ToolSpec>& tools);

  void count(const Usage& usage);
  [[nodiscard]] const Usage& usage() const { return usage_; }
  [[nodiscard]] const base::CancelToken& cancel() const { return cancel_; }

 private:
  using Clock = std::chrono::steady_clock;
  Provider& inner_;
  ExampleBook& book_;
  const std::int64_t deadline_ms_;
  base::CancelToken cancel_;
  const Clock::time_point begin_ = Clock::now();
  Usage usage_;
};

}  // namespace collet::llm::planning
