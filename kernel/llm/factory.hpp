// The provider that a configured model asks for.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>

#include "base/http_client.hpp"
#include "config/settings.hpp"
#include "llm/example_book.hpp"
#include "llm/provider.hpp"

namespace collet::llm {

class EmbeddedModel;
enum class Caller;

/// One per model and I/O thread.
/// @param client, io of that thread; outlive the provider.
/// @param embedded the child that serves a model of `provider: embedded`; outlives
/// the provider. Such a model is always planned: it cannot call tools by itself.
/// @param book the model's; all its providers share it.
/// @error invalid: the settings contradict themselves.
[[nodiscard]] Result<std::unique_ptr<Provider>> make_provider(const config::ModelSettings& settings,
                                                              base::HttpClient& client, boost::asio::io_context& io,
                                                              EmbeddedModel* embedded,
                                                              std::shared_ptr<ExampleBook> book);
/// The model itself, as prewarm() needs it: it answers while requests wait.
[[nodiscard]] std::unique_ptr<Provider> make_warmup_provider(const config::ModelSettings& settings,
                                                             base::HttpClient& client, boost::asio::io_context& io,
                                                             EmbeddedModel& embedded);

}  // namespace collet::llm
