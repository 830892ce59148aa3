// An HttpClient whose answers a test writes down beforehand.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/http_client.hpp"

namespace collet::testing {

/// One answer: the head (or why there is none), the pieces, and what comes after
/// them: the end, an error, or nothing until somebody cancels.
struct FakeAnswer {
  int status = 200;
  base::Headers headers = {{"Content-Type", "application/json"}};
  std::vector<std::string> pieces;
  std::optional<Error> head_error;
  std::optional<Error> end_error;
  bool hangs = false;  ///< After the pieces; before the head when `headless`.
  bool headless = false;

  static FakeAnswer json(std::string body, int status = 200) {
    FakeAnswer answer;
    answer.status = status;
    answer.pieces = {std::move(body)};
    return answer;
  }
  static FakeAnswer stream(std::vector<std::string> pieces) {
    FakeAnswer answer;
    answer.headers = {{"Content-Type", "text/event-stream"}};
    answer.pieces = std::move(pieces);
    return answer;
  }
  static FakeAnswer failure(Error error) {
    FakeAnswer answer;
    answer.head_error = std::move(error);
    return answer;
  }
  FakeAnswer& header(std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
};

class FakeHttp : public base::HttpClient {
 public:
  std::deque<FakeAnswer> answers;            ///< Used up from the front.
  std::vector<base::HttpRequest> requests;   ///< As they were opened.
  int pieces_read = 0;
  int cancels = 0;

  std::unique_ptr<base::HttpExchange> open(base::HttpRequest request) override {
    requests.push_back(std::move(request));
    FakeAnswer answer = FakeAnswer::failure({Errc::internal, "FakeHttp has no answer left"});
    if (!answers.empty()) {
      answer = std::move(answers.front());
      answers.pop_front();
    }
    return std::make_unique<Exchange>(*this, std::move(answer));
  }

 private:
  class Exchange : public base::HttpExchange {
   public:
    Exchange(FakeHttp& owner, FakeAnswer answer) : owner_(owner), answer_(std::move(answer)) {}

    boost::asio::awaitable<Result<base::HttpHead>> head() override {
      if (answer_.headless) co_await hang();
      if (cancelled_) co_return Error{Errc::cancelled, "cancelled"};
      if (answer_.head_error) co_return *answer_.head_error;
      base::HttpHead head{answer_.status, answer_.headers};
      co_return head;
    }

    boost::asio::awaitable<Result<std::string>> read() override {
      if (cancelled_) co_return Error{Errc::cancelled, "cancelled"};
      if (next_ < answer_.pieces.size()) {
        ++owner_.pieces_read;
        co_return answer_.pieces[next_++];
      }
      if (answer_.hangs) co_await hang();
      if (cancelled_) co_return Error{Errc::cancelled, "cancelled"};
      if (answer_.end_error) co_return *answer_.end_error;
      co_return std::string();
    }

    void cancel() override {
      if (cancelled_) return;
      ++owner_.cancels;
      cancelled_ = true;
      if (timer_) timer_->cancel();
    }

   private:
    boost::asio::awaitable<void> hang() {
      timer_.emplace(co_await boost::asio::this_coro::executor, std::chrono::hours(1));
      if (!cancelled_) co_await timer_->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      timer_.reset();
    }

    FakeHttp& owner_;
    FakeAnswer answer_;
    std::size_t next_ = 0;
    bool cancelled_ = false;
    std::optional<boost::asio::steady_timer> timer_;
  };
};

}  // namespace collet::testing
