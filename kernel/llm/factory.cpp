#include "llm/factory.hpp"

#include <string>
#include <utility>

#include "llm/embedded.hpp"
#include "llm/embedded_grammar.hpp"
#include "llm/openai.hpp"
#include "llm/planner.hpp"

namespace collet::llm {

namespace asio = boost::asio;

namespace {

/// Speaks to the model server that this process runs, wherever that is just now.
class EmbeddedProvider : public Provider {
 public:
  EmbeddedProvider(config::ModelSettings settings, base::HttpClient& client, asio::io_context& io,
                   EmbeddedModel& embedded, Caller caller)
      : settings_(std::move(settings)), client_(client), io_(io), embedded_(embedded), caller_(caller) {}

  asio::awaitable<Result<ModelTurn>> complete(TurnRequest request, DeltaSink* deltas,
                                              base::CancelToken cancel) override {
    auto inner = co_await reach(cancel);
    if (!inner) co_return std::move(inner).error();
    request.options = with_plain_escapes(request.options);
    co_return co_await (*inner)->complete(std::move(request), deltas, cancel);
  }

  asio::awaitable<Result<Value>> embed(Value body, base::CancelToken cancel) override {
    auto inner = co_await reach(cancel);
    if (!inner) co_return std::move(inner).error();
    co_return co_await (*inner)->embed(std::move(body), cancel);
  }

 private:
  /// Shared, since a restart may move the server while other turns still run.
  asio::awaitable<Result<std::shared_ptr<Provider>>> reach(base::CancelToken cancel) {
    auto url = co_await embedded_.base_url(io_, cancel, caller_);
    if (!url) co_return std::move(url).error();
    if (!inner_ || settings_.base_url != *url) {
      settings_.base_url = *url;
      settings_.api_key = embedded_.api_key();
      inner_ = make_openai(settings_, client_);
    }
    co_return inner_;
  }

  config::ModelSettings settings_;
  base::HttpClient& client_;
  asio::io_context& io_;
  EmbeddedModel& embedded_;
  const Caller caller_;
  std::shared_ptr<Provider> inner_;
};

PlannerTuning tuning_of(const config::ModelSettings& settings) {
  return {settings.provider == "embedded" ? plan_balance() : Value()};
}

Result<std::unique_ptr<Provider>> make_plain_provider(const config::ModelSettings& settings,
                                                      base::HttpClient& client, asio::io_context& io,
                                                      EmbeddedModel* embedded) {
  const std::string where = "models: '" + settings.id + "': ";
  if (settings.provider == "embedded") {
    if (!embedded) return Error{Errc::invalid, where + "provider is embedded, but no embedded model runs here"};
    return std::unique_ptr<Provider>(
        std::make_unique<EmbeddedProvider>(settings, client, io, *embedded, Caller::request));
  }
  if (settings.provider != "openai") {
    return Error{Errc::invalid, where + "provider '" + settings.provider + "' is unknown; use openai or embedded"};
  }
  if (!settings.base_url.starts_with("http://") && !settings.base_url.starts_with("https://")) {
    return Error{Errc::invalid, where + "base_url '" + settings.base_url + "' must begin with http:// or https://"};
  }
  return make_openai(settings, client);
}

}  // namespace

Result<std::unique_ptr<Provider>> make_provider(const config::ModelSettings& settings, base::HttpClient& client,
                                                asio::io_context& io, EmbeddedModel* embedded,
                                                std::shared_ptr<ExampleBook> book) {
  auto plain = make_plain_provider(settings, client, io, embedded);
  if (!plain) return plain;
  const bool planned = settings.provider == "embedded" || settings.tool_mode == "planned";
  if (!planned) return plain;
  return make_planned(std::move(plain).value(), std::move(book), tuning_of(settings));
}

std::unique_ptr<Provider> make_warmup_provider(const config::ModelSettings& settings, base::HttpClient& client,
                                               asio::io_context& io, EmbeddedModel& embedded) {
  return std::make_unique<EmbeddedProvider>(settings, client, io, embedded, Caller::warmup);
}

}  // namespace collet::llm
