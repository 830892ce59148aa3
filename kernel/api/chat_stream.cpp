#include "api/chat_stream.hpp"

#include <chrono>
#include <utility>

#include "api/errors.hpp"
#include "api/sse.hpp"
#include "base/io_threads.hpp"

namespace collet::api {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> begin_if_there(std::shared_ptr<ChatStream*> stream) {
  if (*stream != nullptr) co_await (*stream)->begin();
}

}  // namespace

ChatStream::ChatStream(Exchange& exchange, Envelope envelope)
    : exchange_(exchange), envelope_(std::move(envelope)), self_(std::make_shared<ChatStream*>(this)),
      silence_(exchange.context.io) {}

ChatStream::~ChatStream() { *self_ = nullptr; }

asio::awaitable<Result<void>> ChatStream::begin() {
  if (begun()) co_return Result<void>();
  base::Headers headers = stream_headers(std::move(exchange_.headers));
  base::StreamOptions options = stream_options(exchange_.context.shared.settings.limits.keepalive_ms);
  co_return co_await exchange_.responder.begin(200, std::move(headers), std::move(options));
}

void ChatStream::begin_when_silent() {
  silence_.expires_after(std::chrono::milliseconds(exchange_.context.shared.settings.limits.keepalive_ms));
  silence_.async_wait([stream = self_, &io = exchange_.context.io](boost::system::error_code error) {
    if (!error && *stream != nullptr) base::spawn(io, "begin a silent stream", begin_if_there(stream));
  });
}

asio::awaitable<Result<void>> ChatStream::write_frame(std::string frame) {
  auto started = co_await begin();
  if (!started) co_return started;
  co_return co_await exchange_.responder.write(frame);
}

asio::awaitable<Result<void>> ChatStream::write_delta(const Value& delta) {
  std::string frame = message_frame(chunk_json(envelope_, delta));
  co_return co_await write_frame(std::move(frame));
}

asio::awaitable<void> ChatStream::finish(std::string finish_reason, llm::Usage usage, bool include_usage) {
  std::string frames = message_frame(finish_chunk_json(envelope_, finish_reason, usage));
  if (include_usage) frames += message_frame(usage_chunk_json(envelope_, usage));
  frames += kDoneFrame;
  const auto written = co_await write_frame(std::move(frames));
  if (written) co_await exchange_.responder.end();
}

asio::awaitable<void> ChatStream::fail(HttpError http) {
  if (!begun()) {
    co_await send_error(exchange_.responder, std::move(http), exchange_.headers);
    co_return;
  }
  std::string frames = error_event(http);
  frames += kDoneFrame;
  const auto written = co_await exchange_.responder.write(frames);
  if (written) co_await exchange_.responder.end();
}

}  // namespace collet::api
