#include "base/http_client.hpp"

#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/io_threads.hpp"

namespace collet::base {
namespace {

namespace asio = boost::asio;

// Says what it was told to, piece by piece.
struct Script {
  Result<HttpHead> head = HttpHead{200, {}};
  std::deque<Result<std::string>> pieces;
};

class ScriptedExchange final : public HttpExchange {
 public:
  explicit ScriptedExchange(Script& script) : script_(script) {}
  asio::awaitable<Result<HttpHead>> head() override { co_return script_.head; }
  asio::awaitable<Result<std::string>> read() override {
    if (script_.pieces.empty()) co_return std::string();
    Result<std::string> piece = std::move(script_.pieces.front());
    script_.pieces.pop_front();
    co_return piece;
  }
  void cancel() override {}

 private:
  Script& script_;
};

class ScriptedClient final : public HttpClient {
 public:
  explicit ScriptedClient(Script script) : script_(std::move(script)) {}
  std::unique_ptr<HttpExchange> open(HttpRequest) override { return std::make_unique<ScriptedExchange>(script_); }

 private:
  Script script_;
};

asio::awaitable<void> run(HttpClient& client, std::optional<Result<HttpAnswer>>& answer) {
  HttpRequest request;
  auto fetched = co_await fetch(client, std::move(request));
  answer.emplace(std::move(fetched));
}

Result<HttpAnswer> fetched(Script script) {
  ScriptedClient client(std::move(script));
  std::optional<Result<HttpAnswer>> answer;
  asio::io_context io;
  spawn(io, "test", run(client, answer));
  io.run();
  return answer ? *answer : Result<HttpAnswer>(Error{Errc::internal, "fetch() never came back"});
}

TEST(FindHeader, IgnoresLetterCaseAndTakesTheFirst) {
  const Headers headers{{"Content-Type", "a"}, {"content-type", "b"}, {"X-Empty", ""}};
  EXPECT_EQ(find_header(headers, "CONTENT-TYPE"), "a");
  EXPECT_EQ(find_header(headers, "x-empty"), "");
  EXPECT_EQ(find_header(headers, "x-none"), "");
  EXPECT_EQ(find_header({}, "x"), "");
}

TEST(Fetch, PutsThePiecesTogether) {
  const auto answer = fetched({HttpHead{201, {{"a", "b"}}}, {std::string("one "), std::string("two")}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->head.status, 201);
  EXPECT_EQ(find_header(answer->head.headers, "A"), "b");
  EXPECT_EQ(answer->body, "one two");
}

TEST(Fetch, PassesErrorsOn) {
  const Error reset{Errc::unavailable, "reset"};
  const auto no_head = fetched({reset, {}});
  ASSERT_FALSE(no_head);
  EXPECT_EQ(no_head.error(), reset);
  const auto broken = fetched({HttpHead{200, {}}, {std::string("half"), reset}});
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error(), reset);
}

}  // namespace
}  // namespace collet::base
