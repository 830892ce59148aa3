#include "llm/openai_post.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace collet::llm {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kErrorBodyMax = 64u << 10;

/// Time until the deadline; as good as endless when there is none.
std::int64_t left_ms(Clock::time_point begin, std::int64_t deadline_ms) {
  if (deadline_ms <= 0) return std::numeric_limits<std::int64_t>::max();
  return deadline_ms - std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
}

}  // namespace

asio::awaitable<void> wait_ms(std::int64_t duration_ms, base::CancelToken cancel) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(duration_ms));
  const auto registration = cancel.on_cancel([&timer] { timer.cancel(); });
  if (cancel.cancelled()) co_return;
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

OpenAiPost::OpenAiPost(base::HttpClient& client, PostTarget target)
    : client_(client), target_(std::move(target)), random_(std::random_device{}()) {}

asio::awaitable<Result<void>> OpenAiPost::run(std::string path, std::string body, BodyReader& reader,
                                              std::int64_t deadline_ms, base::CancelToken cancel) {
  const auto begin = Clock::now();
  base::HttpRequest request;
  request.method = "POST";
  request.url = target_.base_url + path;
  request.headers = target_.headers;
  request.body = std::move(body);
  request.timeouts = target_.timeouts;
  for (int retry = 0;; ++retry) {
    if (cancel.cancelled()) co_return cancel.reason();
    const std::int64_t left = left_ms(begin, deadline_ms);
    if (left <= 0) co_return upstream_error(target_.upstream, Errc::timeout, "no answer within the turn's time");
    request.timeouts.total_ms = std::min(target_.timeouts.total_ms, left);
    auto failure = co_await attempt(request, reader, cancel);
    if (!failure) co_return Result<void>();
    if (cancel.cancelled()) co_return cancel.reason();
    if (!failure->retryable || reader.begun()) co_return std::move(failure->error);
    const double jitter = std::uniform_real_distribution<double>(0, 1)(random_);
    const auto wait = retry_wait_ms(target_.retry, retry, failure->asked_ms, jitter, left_ms(begin, deadline_ms));
    if (!wait) co_return std::move(failure->error);
    base::log_info("asking the model again", {{"why", failure->error.message}, {"wait_ms", *wait}, {"retry", retry + 1}});
    co_await wait_ms(*wait, cancel);
  }
}

asio::awaitable<std::optional<OpenAiPost::Failure>> OpenAiPost::attempt(const base::HttpRequest& request, BodyReader& reader,
                                                                        const base::CancelToken& cancel) {
  const auto exchange = client_.open(request);
  const auto registration = cancel.on_cancel([exchange = exchange.get()] { exchange->cancel(); });
  auto head = co_await exchange->head();
  std::optional<Failure> failure;
  if (!head) {
    const bool retryable = head.error().code == Errc::unavailable;
    failure = Failure{told(std::move(head).error()), retryable, std::nullopt};
  } else if (head->status < 200 || head->status > 299) {
    failure = co_await refused(std::move(head).value(), *exchange);
  } else {
    auto taken = co_await reader.read(*head, *exchange);
    if (taken) co_return failure;
    const bool retryable = taken.error().code == Errc::unavailable || taken.error().code == Errc::limit;
    failure = Failure{told(std::move(taken).error()), retryable, std::nullopt};
  }
  co_return failure;
}

asio::awaitable<OpenAiPost::Failure> OpenAiPost::refused(base::HttpHead head, base::HttpExchange& exchange) {
  std::string body;
  while (body.size() < kErrorBodyMax) {
    auto piece = co_await exchange.read();
    if (!piece || piece->empty()) break;
    body += *piece;
  }
  Failure failure;
  failure.error = error_of_answer(target_.upstream, head.status, body);
  failure.retryable = is_retryable(head.status, head.headers);
  failure.asked_ms = asked_wait_ms(head.headers);
  co_return failure;
}

/// Errors of the transport and of the readers do not know whose they are.
Error OpenAiPost::told(Error error) const {
  if (error.code == Errc::cancelled || error.message.starts_with("model '")) return error;
  return upstream_error(target_.upstream, error.code, error.message);
}

}  // namespace collet::llm
