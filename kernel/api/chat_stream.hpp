// A chat completion stream that begins with its first event, so that a failure
// before that is still an HTTP error.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "api/handlers.hpp"
#include "api/wire.hpp"

namespace collet::api {

class ChatStream {
 public:
  ChatStream(Exchange& exchange, Envelope envelope)
      : exchange_(exchange), envelope_(std::move(envelope)) {}

  [[nodiscard]] const Envelope& envelope() const { return envelope_; }
  [[nodiscard]] bool begun() const { return exchange_.responder.begun(); }
  boost::asio::awaitable<Result<void>> write_frame(std::string frame);
  boost::asio::awaitable<Result<void>> write_delta(const Value& delta);
  /// Finish chunk, usage trailer if asked for, done event.
  boost::asio::awaitable<void> finish(std::string finish_reason, llm::Usage usage, bool include_usage);
  /// As an HTTP error when nothing was sent yet, else as an error event.
  boost::asio::awaitable<void> fail(Error error);

 private:
  Exchange& exchange_;
  Envelope envelope_;
};

}  // namespace collet::api
