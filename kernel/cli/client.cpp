#include "cli/client.hpp"

#include <atomic>
#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/io_threads.hpp"
#include "base/text.hpp"
#include "llm/sse.hpp"

namespace collet::cli {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kAnswerBytesMax = 64u << 20;
constexpr std::size_t kErrorBytesMax = 1u << 20;
constexpr std::chrono::milliseconds kTick{100};

// A whole run may pass before the first byte of /v1/tools/call; a stream is kept
// alive by the server.
constexpr base::HttpTimeouts kTimeouts{.connect_ms = 10'000, .first_byte_ms = 3'600'000, .idle_ms = 120'000, .total_ms = 86'400'000};

Errc code_of(int status) {
  switch (status) {
    case 400: case 422: return Errc::invalid;
    case 401: case 403: return Errc::denied;
    case 404: return Errc::not_found;
    case 429: return Errc::limit;
    default: return Errc::unavailable;
  }
}

Error server_error(int status, std::string_view body) {
  const auto json = Value::parse(body);
  std::string_view text = base::trim(body);
  if (json) text = (*json)["error"]["message"].string_or((*json)["message"].string_or(text));
  std::string message = std::to_string(status) + ": " + base::shorten(text, 2000);
  if (status == 401) message += " (is COLLET_API_KEY the key of this server?)";
  return {code_of(status), std::move(message)};
}

// Takes the parts of one answer.
struct Sink {
  std::function<void(const base::HttpHead&)> head;
  std::function<Result<void>(std::string)> piece;
};

}  // namespace

struct Client::State {
  asio::io_context io{1};
  std::unique_ptr<base::HttpClient> http;
  base::HttpExchange* current = nullptr;  // [io]
  std::atomic<bool> cancelled = false;
  std::string url, key, warning;

  static asio::awaitable<void> exchange(State& state, base::HttpRequest request, Sink& sink, Result<void>& result);
  Result<void> run(base::HttpRequest request, Sink& sink, const std::function<void()>& tick);
  void schedule(asio::steady_timer& timer, const std::function<void()>& tick);
  base::HttpRequest request(std::string method, std::string_view path, std::string body) const;
  Result<Value> ask(base::HttpRequest request);
};

namespace {

// The loop ends with the exchange, whatever else the HTTP client keeps open.
struct StopAtEnd {
  asio::io_context& io;
  base::HttpExchange*& current;
  ~StopAtEnd() {
    current = nullptr;
    io.stop();
  }
};

}  // namespace

asio::awaitable<void> Client::State::exchange(State& state, base::HttpRequest request, Sink& sink, Result<void>& result) {
  const StopAtEnd guard{state.io, state.current};
  std::unique_ptr<base::HttpExchange> exchange = state.http->open(std::move(request));
  state.current = exchange.get();
  if (state.cancelled) exchange->cancel();
  const auto head = co_await exchange->head();
  if (!head) {
    result = head.error();
    co_return;
  }
  sink.head(*head);
  for (;;) {
    auto piece = co_await exchange->read();
    if (!piece) {
      result = std::move(piece).error();
      co_return;
    }
    if (piece->empty()) break;
    result = sink.piece(std::move(*piece));
    if (!result) co_return;
  }
  result = Result<void>();
}

void Client::State::schedule(asio::steady_timer& timer, const std::function<void()>& tick) {
  timer.expires_after(kTick);
  timer.async_wait([this, &timer, &tick](const boost::system::error_code& error) {
    if (error) return;
    tick();
    schedule(timer, tick);
  });
}

Result<void> Client::State::run(base::HttpRequest request, Sink& sink, const std::function<void()>& tick) {
  Result<void> result = Error{Errc::internal, "the request ended without an answer"};
  const std::string target = url;
  io.restart();
  asio::steady_timer timer(io);
  if (tick) schedule(timer, tick);
  base::spawn(io, "command line request", exchange(*this, std::move(request), sink, result));
  io.run();
  // The timer's handler holds references into this frame.
  timer.cancel();
  io.restart();
  io.poll();
  if (cancelled && !result) return Error{Errc::cancelled, "cancelled"};
  if (!result && result.error().code == Errc::unavailable) {
    return Error{Errc::unavailable, "no answer from " + target + ": " + result.error().message};
  }
  return result;
}

base::HttpRequest Client::State::request(std::string method, std::string_view path, std::string body) const {
  base::HttpRequest request;
  request.method = std::move(method);
  request.url = url + std::string(path);
  request.body = std::move(body);
  request.timeouts = kTimeouts;
  request.response_bytes_max = kAnswerBytesMax;
  if (!key.empty()) request.headers.emplace_back("Authorization", "Bearer " + key);
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  return request;
}

Result<Value> Client::State::ask(base::HttpRequest request) {
  base::HttpHead head;
  std::string body;
  Sink sink{[&](const base::HttpHead& got) { head = got; },
            [&](std::string piece) -> Result<void> {
              body += piece;
              return {};
            }};
  if (auto done = run(std::move(request), sink, {}); !done) return done.error();
  warning = base::find_header(head.headers, "x-collet-warning");
  if (head.status < 200 || head.status > 299) return server_error(head.status, body);
  return Value::parse(body);
}

Client::Client(const Hooks& hooks, std::string url, std::string key) : state_(std::make_unique<State>()) {
  while (url.ends_with('/')) url.pop_back();
  state_->url = std::move(url);
  state_->key = std::move(key);
  state_->http = hooks.make_http_client(state_->io);
}

Client::~Client() = default;

Result<Value> Client::get(std::string_view path) { return state_->ask(state_->request("GET", path, "")); }

Result<Value> Client::post(std::string_view path, const Value& body) {
  return state_->ask(state_->request("POST", path, body.dump()));
}

Result<void> Client::stream(std::string_view path, const Value& body, const StreamEvents& events) {
  llm::SseParser parser;
  base::HttpHead head;
  std::string error_body;
  bool finished = false;
  Sink sink;
  sink.head = [&](const base::HttpHead& got) {
    head = got;
    state_->warning = base::find_header(got.headers, "x-collet-warning");
    if (got.status == 200 && events.head) events.head(got);
  };
  sink.piece = [&](std::string piece) -> Result<void> {
    if (head.status != 200) {
      if (error_body.size() < kErrorBytesMax) error_body += piece;
      return {};
    }
    parser.feed(std::move(piece));
    for (;;) {
      const auto event = parser.next();
      if (!event) return event.error();
      if (!*event) return {};
      if ((*event)->data == "[DONE]") finished = true;
      else events.event((*event)->name, (*event)->data);
    }
  };
  if (auto done = state_->run(state_->request("POST", path, body.dump()), sink, events.tick); !done) return done.error();
  if (head.status != 200) return server_error(head.status, error_body);
  if (!finished) return Error{Errc::closed, "the stream broke off before the run had ended"};
  return {};
}

void Client::cancel() {
  state_->cancelled = true;
  asio::post(state_->io, [state = state_.get()] {
    if (state->current) state->current->cancel();
  });
}

const std::string& Client::warning() const { return state_->warning; }

}  // namespace collet::cli
