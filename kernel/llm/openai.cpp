#include "llm/openai.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "llm/openai_answer.hpp"
#include "llm/openai_body.hpp"
#include "llm/openai_post.hpp"
#include "llm/sse.hpp"

namespace collet::llm {

namespace asio = boost::asio;

namespace {

constexpr auto kDrainTime = std::chrono::milliseconds(200);

PostTarget make_target(const config::ModelSettings& settings, RetryRules retry) {
  PostTarget target;
  target.base_url = settings.base_url;
  while (target.base_url.ends_with('/')) target.base_url.pop_back();
  target.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
  if (!settings.api_key.empty()) target.headers.emplace_back("Authorization", "Bearer " + settings.api_key);
  target.timeouts.connect_ms = settings.connect_timeout_ms;
  target.timeouts.first_byte_ms = settings.first_byte_timeout_ms;
  target.timeouts.idle_ms = settings.idle_timeout_ms;
  target.retry = retry;
  target.retry.retries_max = settings.retries_max;
  target.upstream = {settings.id, settings.api_key};
  return target;
}

asio::awaitable<Result<Value>> read_json(base::HttpExchange& exchange) {
  std::string body;
  for (;;) {
    auto piece = co_await exchange.read();
    if (!piece) co_return std::move(piece).error();
    if (piece->empty()) break;
    if (body.empty()) {
      body = std::move(piece).value();
    } else {
      body += *piece;
    }
  }
  auto json = Value::parse(body);
  if (!json) co_return Error{Errc::unavailable, "its answer is no JSON: " + json.error().message};
  co_return json;
}

/// Reads on to the end of the answer, which has nothing more to tell, since only
/// then can the connection be used again. Not for long: the caller waits.
asio::awaitable<void> drain(base::HttpExchange& exchange) {
  constexpr int kPiecesMax = 4;
  const auto is_open = std::make_shared<bool>(true);
  asio::steady_timer limit(co_await asio::this_coro::executor, kDrainTime);
  limit.async_wait([is_open, &exchange](const boost::system::error_code& error) {
    if (!error && *is_open) exchange.cancel();
  });
  for (int i = 0; i < kPiecesMax; ++i) {
    const auto piece = co_await exchange.read();
    if (!piece || piece->empty()) break;
  }
  *is_open = false;
}

/// An `error` object in a body or chunk that came with status 200.
Result<void> check_error(const UpstreamName& upstream, const Value& json) {
  const Value error = json["error"];
  if (error.is_null()) return {};
  return error_of_chunk(upstream, error);
}

class JsonReader : public BodyReader {
 public:
  explicit JsonReader(const UpstreamName& upstream) : upstream_(upstream) {}
  asio::awaitable<Result<void>> read(const base::HttpHead&, base::HttpExchange& exchange) override {
    auto json = co_await read_json(exchange);
    if (!json) co_return std::move(json).error();
    body_ = std::move(json).value();
    co_return check_error(upstream_, body_);
  }
  [[nodiscard]] const Value& body() const { return body_; }

 private:
  const UpstreamName& upstream_;
  Value body_;
};

class StreamReader : public BodyReader {
 public:
  StreamReader(const UpstreamName& upstream, TurnBuilder& turn, DeltaSink& sink)
      : upstream_(upstream), turn_(turn), sink_(sink) {}

  asio::awaitable<Result<void>> read(const base::HttpHead& head, base::HttpExchange& exchange) override {
    const auto type = base::find_header(head.headers, "content-type");
    if (type.starts_with("application/json")) co_return co_await read_whole(exchange);
    SseParser parser;
    while (!done_) {
      auto piece = co_await exchange.read();
      if (!piece) co_return std::move(piece).error();
      const bool at_end = piece->empty();
      if (!at_end) parser.feed(std::move(piece).value());
      auto taken = co_await take_events(parser, at_end);
      if (!taken) co_return taken;
      if (at_end) break;
    }
    if (done_) co_await drain(exchange);
    if (done_ || turn_.finished()) co_return Result<void>();
    co_return Error{Errc::unavailable, "its stream ended in the middle of the answer"};
  }
  [[nodiscard]] bool begun() const override { return begun_; }

 private:
  asio::awaitable<Result<void>> take_events(SseParser& parser, bool at_end) {
    for (;;) {
      auto event = parser.next();
      if (!event) co_return std::move(event).error();
      if (!*event && at_end) event = parser.finish();
      if (!*event) co_return Result<void>();
      if ((*event)->data == "[DONE]") {
        done_ = true;
        co_return Result<void>();
      }
      if ((*event)->data.empty()) continue;
      auto chunk = Value::parse((*event)->data);
      if (!chunk) co_return Error{Errc::unavailable, "a piece of its stream is no JSON: " + chunk.error().message};
      auto taken = co_await take_chunk(*chunk);
      if (!taken) co_return taken;
    }
  }

  asio::awaitable<Result<void>> take_chunk(const Value& chunk) {
    if (auto fine = check_error(upstream_, chunk); !fine) co_return fine;
    auto delta = turn_.absorb(chunk);
    if (!delta) co_return std::move(delta).error();
    if (delta->is_null()) co_return Result<void>();
    begun_ = true;
    const bool wanted = co_await sink_.on_delta(*delta);
    if (!wanted) co_return Error{Errc::cancelled, "the reader of the answer has gone"};
    co_return Result<void>();
  }

  /// A server that does not stream: its whole answer is the one piece.
  asio::awaitable<Result<void>> read_whole(base::HttpExchange& exchange) {
    auto json = co_await read_json(exchange);
    if (!json) co_return std::move(json).error();
    if (auto fine = check_error(upstream_, *json); !fine) co_return fine;
    const Value choice = (*json)["choices"].at(0);
    const Value as_chunk_choice =
        json::object({{"index", 0}, {"delta", choice["message"]}, {"finish_reason", choice["finish_reason"]}});
    const Value chunk = json::object({{"choices", json::array({as_chunk_choice})}, {"usage", (*json)["usage"]}});
    if (!choice.is_object()) co_return Error{Errc::unavailable, "its answer has no choices[0]"};
    done_ = true;
    co_return co_await take_chunk(chunk);
  }

  const UpstreamName& upstream_;
  TurnBuilder& turn_;
  DeltaSink& sink_;
  bool begun_ = false;
  bool done_ = false;
};

class OpenAiProvider : public Provider {
 public:
  OpenAiProvider(const config::ModelSettings& settings, base::HttpClient& client, RetryRules retry)
      : upstream_model_(settings.upstream_model.empty() ? settings.id : settings.upstream_model),
        slash_in_names_(settings.slash_in_names),
        upstream_{settings.id, settings.api_key},
        post_(client, make_target(settings, retry)) {}

  asio::awaitable<Result<ModelTurn>> complete(TurnRequest request, DeltaSink* deltas,
                                              base::CancelToken cancel) override {
    return deltas ? complete_stream(std::move(request), *deltas, std::move(cancel))
                  : complete_whole(std::move(request), std::move(cancel));
  }

  asio::awaitable<Result<Value>> embed(Value body, base::CancelToken cancel) override {
    const Value model = json::object({{"model", upstream_model_}});
    const std::string text = json::merge(body, model).dump();
    JsonReader reader(upstream_);
    auto done = co_await post_.run("/embeddings", text, reader, 0, cancel);
    if (!done) co_return std::move(done).error();
    co_return reader.body();
  }

 private:
  asio::awaitable<Result<ModelTurn>> complete_stream(TurnRequest request, DeltaSink& deltas, base::CancelToken cancel) {
    const NameMap names(request, slash_in_names_);
    TurnBuilder turn(request, names);
    std::string body = chat_body(request, upstream_model_, names, true);
    StreamReader reader(upstream_, turn, deltas);
    auto done = co_await post_.run("/chat/completions", std::move(body), reader, request.deadline_ms, std::move(cancel));
    if (!done) co_return std::move(done).error();
    co_return turn.take();
  }

  asio::awaitable<Result<ModelTurn>> complete_whole(TurnRequest request, base::CancelToken cancel) {
    const NameMap names(request, slash_in_names_);
    TurnBuilder turn(request, names);
    std::string body = chat_body(request, upstream_model_, names, false);
    JsonReader reader(upstream_);
    auto done = co_await post_.run("/chat/completions", std::move(body), reader, request.deadline_ms, std::move(cancel));
    if (!done) co_return std::move(done).error();
    if (auto taken = turn.absorb_whole(reader.body()); !taken) {
      co_return upstream_error(upstream_, taken.error().code, taken.error().message);
    }
    co_return turn.take();
  }

  const std::string upstream_model_;
  const bool slash_in_names_;
  const UpstreamName upstream_;
  OpenAiPost post_;
};

}  // namespace

std::unique_ptr<Provider> make_openai(const config::ModelSettings& settings, base::HttpClient& client,
                                      RetryRules retry) {
  return std::make_unique<OpenAiProvider>(settings, client, retry);
}

}  // namespace collet::llm
