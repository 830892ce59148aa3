// A chat completion stream that begins with its first event, so that a failure
// before that is still an HTTP error.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/errors.hpp"
#include "api/handlers.hpp"
#include "api/wire.hpp"

namespace collet::api {

class ChatStream {
 public:
  ChatStream(Exchange& exchange, Envelope envelope);
  ~ChatStream();
  ChatStream(const ChatStream&) = delete;
  ChatStream& operator=(const ChatStream&) = delete;

  [[nodiscard]] const Envelope& envelope() const { return envelope_; }
  [[nodiscard]] bool begun() const { return exchange_.responder.begun(); }
  /// Sends the head, if that has not happened.
  boost::asio::awaitable<Result<void>> begin();
  /// begin()s after limits.keepalive_ms without an event: clients give up on a
  /// server that says nothing, and comments keep the line open from then on.
  void begin_when_silent();
  boost::asio::awaitable<Result<void>> write_frame(std::string frame);
  boost::asio::awaitable<Result<void>> write_delta(const Value& delta);
  /// Finish chunk, usage trailer if asked for, done event.
  boost::asio::awaitable<void> finish(std::string finish_reason, llm::Usage usage, bool include_usage);
  /// As an HTTP error when nothing was sent yet, else as an error event.
  boost::asio::awaitable<void> fail(HttpError http);

 private:
  Exchange& exchange_;
  Envelope envelope_;
  std::shared_ptr<ChatStream*> self_;  ///< Points to null once this is gone.
  boost::asio::steady_timer silence_;
};

}  // namespace collet::api
