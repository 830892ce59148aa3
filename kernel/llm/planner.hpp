// Makes a dependable tool caller of a model that cannot call tools by itself.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "llm/example_book.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

/// What one model needs beyond the prompts.
struct PlannerTuning {
  Value plan_options;  ///< Object merged into the request for a plan; null: none.
};

/// A provider that answers with ordinary tool calls while `inner` sees short
/// conversations with constrained JSON: first a plan, then one call a turn, last
/// the answer in free text, which is streamed. `inner` must honour
/// `response_format` with a JSON schema. TurnRequest::memory saves planning anew
/// at each turn; without it the same plan is made again.
/// @param book shared by the providers of one model.
[[nodiscard]] std::unique_ptr<Provider> make_planned(std::unique_ptr<Provider> inner, std::shared_ptr<ExampleBook> book,
                                                     PlannerTuning tuning = {});

/// Has `inner`, the model itself, read both prompt prefixes for `tools`, one after the
/// other and nothing else, so that its server keeps both; examples are written for
/// tools that bring none. The first real request waits for none of it.
boost::asio::awaitable<void> prewarm(Provider& inner, ExampleBook& book, std::vector<ToolSpec> tools,
                                     base::CancelToken cancel = {});

}  // namespace collet::llm
