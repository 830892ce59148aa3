#include "llm/openai.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "support/fake_http.hpp"
#include "support/run_task.hpp"

namespace collet::llm {
namespace {

using testing::FakeAnswer;
using testing::FakeHttp;
using testing::run_task;

/// Writes down what it sees; turns away when told to.
struct Recorder : DeltaSink {
  std::vector<std::string> seen;
  std::size_t takes = 1000;
  boost::asio::awaitable<bool> on_delta(const Value& delta) override {
    seen.push_back(delta.dump());
    co_return seen.size() < takes;
  }
};

struct OpenAi : ::testing::Test {
  OpenAi() {
    settings.id = "big";
    settings.base_url = "http://up/v1/";
    settings.api_key = "sk-0123456789abc";
    settings.upstream_model = "some-model";
  }

  Result<ModelTurn> ask(DeltaSink* sink = nullptr, base::CancelToken cancel = {}, std::int64_t deadline_ms = 0) {
    RetryRules quick;
    quick.base_ms = 1;
    provider = make_openai(settings, http, quick);
    TurnRequest request;
    Message hello;
    hello.role = "user";
    hello.content = "hello";
    request.messages.push_back(hello);
    request.deadline_ms = deadline_ms;
    return run_task(provider->complete(std::move(request), sink, std::move(cancel)));
  }

  config::ModelSettings settings;
  FakeHttp http;
  std::unique_ptr<Provider> provider;
};

const std::string kWhole =
    R"({"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})";

std::string event(const std::string& json) { return "data: " + json + "\n\n"; }
std::string text_event(const std::string& text) {
  return event(R"({"choices":[{"index":0,"delta":{"content":")" + text + R"("}}]})");
}
const std::string kFinish = event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
const std::string kDone = event("[DONE]");

std::string told(const Result<ModelTurn>& result) {
  if (!result) return std::string(name(result.error().code)) + ": " + result.error().message;
  return result->content + " (" + result->finish_reason + ")";
}

TEST_F(OpenAi, AWholeAnswer) {
  http.answers = {FakeAnswer::json(kWhole)};
  EXPECT_EQ(told(ask()), "hi (stop)");
  ASSERT_EQ(http.requests.size(), 1u);
  const auto& request = http.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://up/v1/chat/completions");
  EXPECT_EQ(base::find_header(request.headers, "authorization"), "Bearer sk-0123456789abc");
  EXPECT_EQ(request.body, R"({"model":"some-model","messages":[{"role":"user","content":"hello"}]})");
}

TEST_F(OpenAi, AStream) {
  http.answers = {FakeAnswer::stream({text_event("he"), text_event("llo") + kFinish, event(R"({"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":2}})"), kDone})};
  Recorder sink;
  const auto turn = ask(&sink);
  EXPECT_EQ(told(turn), "hello (stop)");
  EXPECT_EQ(sink.seen, (std::vector<std::string>{R"({"content":"he"})", R"({"content":"llo"})"}));
  EXPECT_EQ(turn->usage.total_tokens, 6);
  EXPECT_EQ(turn->raw, Value());
}

TEST_F(OpenAi, AStreamIsReadToItsEndButNotForEver) {
  http.answers = {FakeAnswer::stream({text_event("hi"), kFinish + kDone, ": bye\n\n"})};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "hi (stop)");
  EXPECT_EQ(http.pieces_read, 3) << "else the connection cannot be used again";
  FakeAnswer endless = FakeAnswer::stream({text_event("hi"), kFinish + kDone});
  endless.hangs = true;
  http.answers = {endless};
  EXPECT_EQ(told(ask(&sink)), "hi (stop)");
  EXPECT_EQ(http.cancels, 1);
}

TEST_F(OpenAi, AStreamThatForgetsDoneIsFineOnceItHasFinished) {
  http.answers = {FakeAnswer::stream({text_event("hi"), kFinish})};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "hi (stop)");
}

TEST_F(OpenAi, AStreamThatBreaksOffIsAnErrorAndNotAskedAgain) {
  http.answers = {FakeAnswer::stream({text_event("hi")}), FakeAnswer::stream({text_event("no"), kDone})};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "unavailable: model 'big': its stream ended in the middle of the answer");
  EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(OpenAi, AConnectionLostBeforeTheFirstByteIsAskedAgain) {
  FakeAnswer lost = FakeAnswer::stream({": hello\n\n"});
  lost.end_error = Error{Errc::unavailable, "connection reset"};
  http.answers = {FakeAnswer::failure({Errc::unavailable, "refused"}), lost, FakeAnswer::stream({text_event("hi"), kFinish, kDone})};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "hi (stop)");
  EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(OpenAi, AConnectionLostAfterwardsIsNot) {
  FakeAnswer lost = FakeAnswer::stream({text_event("h")});
  lost.end_error = Error{Errc::unavailable, "connection reset"};
  http.answers = {lost, FakeAnswer::stream({text_event("hi"), kDone})};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "unavailable: model 'big': connection reset");
  EXPECT_EQ(sink.seen.size(), 1u);
}

TEST_F(OpenAi, BusyServersAreAskedAgainAtMostRetriesMaxTimes) {
  FakeAnswer busy = FakeAnswer::json(R"({"error":{"message":"busy"}})", 503);
  http.answers = {busy, busy, FakeAnswer::json(kWhole)};
  EXPECT_EQ(told(ask()), "hi (stop)");
  http.requests.clear();
  http.answers = {busy, busy, busy, FakeAnswer::json(kWhole)};
  EXPECT_EQ(told(ask()), "unavailable: model 'big': its server answered 503: busy");
  EXPECT_EQ(http.requests.size(), 3u);
}

TEST_F(OpenAi, RetryAfterIsHonouredAndTooLongAWaitEndsTheTurn) {
  http.answers = {FakeAnswer::json("{}", 429).header("Retry-After-Ms", "1"), FakeAnswer::json(kWhole)};
  EXPECT_EQ(told(ask()), "hi (stop)");
  http.answers = {FakeAnswer::json(R"({"error":"slow down"})", 429).header("Retry-After", "3600")};
  EXPECT_EQ(told(ask()), "limit: model 'big': its server answered 429: slow down");
  http.answers = {FakeAnswer::json(R"({"error":"slow down"})", 429).header("Retry-After", "20")};
  EXPECT_EQ(told(ask(nullptr, {}, 5'000)), "limit: model 'big': its server answered 429: slow down");
}

TEST_F(OpenAi, WrongRequestsAreNotAskedAgain) {
  http.answers = {FakeAnswer::json(R"({"error":{"message":"temperature: 7 is above 2"}})", 400)};
  EXPECT_EQ(told(ask()), "invalid: model 'big': its server answered 400: temperature: 7 is above 2");
  EXPECT_EQ(http.requests.size(), 1u);
}

TEST_F(OpenAi, ErrorsInsideTheStream) {
  http.answers = {FakeAnswer::stream({text_event("h"), event(R"({"error":{"message":"out of memory","code":500}})")})};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "unavailable: model 'big': its server broke off: out of memory");
}

TEST_F(OpenAi, AnswersThatAreNoJson) {
  settings.retries_max = 0;
  http.answers = {FakeAnswer::json("<html>hi</html>")};
  EXPECT_TRUE(told(ask()).starts_with("unavailable: model 'big': its answer is no JSON: ")) << told(ask());
  http.answers = {FakeAnswer::stream({"data: {\"choices\":[\n\n"})};
  Recorder sink;
  const auto turn = ask(&sink);
  EXPECT_TRUE(told(turn).starts_with("unavailable: model 'big': a piece of its stream is no JSON: ")) << told(turn);
}

TEST_F(OpenAi, AServerThatCannotStreamStillServesAStream) {
  http.answers = {FakeAnswer::json(kWhole)};
  Recorder sink;
  EXPECT_EQ(told(ask(&sink)), "hi (stop)");
  EXPECT_EQ(sink.seen, (std::vector<std::string>{R"({"role":"assistant","content":"hi"})"}));
}

TEST_F(OpenAi, AReaderWhoLeavesEndsTheTurnAndReadsNoFurther) {
  http.answers = {FakeAnswer::stream({text_event("a"), text_event("b"), text_event("c"), kDone})};
  Recorder sink;
  sink.takes = 1;
  EXPECT_EQ(told(ask(&sink)), "cancelled: the reader of the answer has gone");
  EXPECT_EQ(http.pieces_read, 1);
}

TEST_F(OpenAi, CancellingEndsAWaitingTurn) {
  FakeAnswer silent = FakeAnswer::stream({});
  silent.headless = true;
  http.answers = {silent};
  base::CancelSource cancel;
  provider = make_openai(settings, http);
  boost::asio::io_context io;
  boost::asio::post(io, [&] { boost::asio::post(io, [&] { cancel.cancel({Errc::timeout, "the run's time is up"}); }); });
  TurnRequest request;
  const auto turn = run_task(io, provider->complete(std::move(request), nullptr, cancel.token()));
  EXPECT_EQ(told(turn), "timeout: the run's time is up");
  EXPECT_EQ(http.cancels, 1);
}

TEST_F(OpenAi, CancellingEndsTheWaitForARetry) {
  http.answers = {FakeAnswer::json("{}", 503).header("Retry-After", "50")};
  base::CancelSource cancel;
  provider = make_openai(settings, http);
  boost::asio::io_context io;
  boost::asio::steady_timer soon(io, std::chrono::milliseconds(20));
  soon.async_wait([&](auto) { cancel.cancel({Errc::cancelled, "client gone"}); });
  TurnRequest request;
  const auto turn = run_task(io, provider->complete(std::move(request), nullptr, cancel.token()));
  EXPECT_EQ(told(turn), "cancelled: client gone");
}

TEST_F(OpenAi, TheDeadlineBoundsEveryAttempt) {
  http.answers = {FakeAnswer::json(kWhole)};
  EXPECT_EQ(told(ask(nullptr, {}, 5'000)), "hi (stop)");
  EXPECT_LE(http.requests[0].timeouts.total_ms, 5'000);
  EXPECT_GT(http.requests[0].timeouts.total_ms, 4'000);
}

TEST_F(OpenAi, EmbeddingsGoToTheUpstreamModel) {
  http.answers = {FakeAnswer::json(R"({"object":"list","data":[]})")};
  provider = make_openai(settings, http);
  const auto answer = run_task(provider->embed(*Value::parse(R"({"model":"big","input":["a"]})"), {}));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->dump(), R"({"object":"list","data":[]})");
  EXPECT_EQ(http.requests[0].url, "http://up/v1/embeddings");
  EXPECT_EQ(http.requests[0].body, R"({"model":"some-model","input":["a"]})");
}

}  // namespace
}  // namespace collet::llm
