// Reads the fixed part of the prompts into a small model before the first request:
// that is most of what its first answer costs.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/cancel.hpp"
#include "llm/embedded.hpp"
#include "llm/example_book.hpp"
#include "llm/prompt_files.hpp"
#include "llm/provider.hpp"

namespace collet {

/// Warms one embedded model each time it has become ready, until stopped.
class Warmup {
 public:
  /// @param provider one of make_warmup_provider(); on `io`, like this.
  /// @param model, client (of `io`) outlive this; the model expects the warm-up.
  Warmup(boost::asio::io_context& io, base::HttpClient& client, llm::EmbeddedModel& model,
         std::unique_ptr<llm::Provider> provider, std::shared_ptr<llm::ExampleBook> book,
         std::vector<llm::ToolSpec> tools);

  void start();
  /// Asks it to end; done() tells when it has. [any-thread]
  void stop();
  [[nodiscard]] bool done() const { return done_; }

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> warm(base::CancelToken stop);

  boost::asio::io_context& io_;
  llm::EmbeddedModel& model_;
  const std::unique_ptr<llm::Provider> provider_;
  const std::shared_ptr<llm::ExampleBook> book_;
  const std::vector<llm::ToolSpec> tools_;
  llm::PromptFiles files_;
  base::CancelSource stop_;
  std::atomic<bool> done_{true};
};

}  // namespace collet
