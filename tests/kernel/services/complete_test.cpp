// collet.complete/1, called as a plugin calls it.
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tables_fixture.hpp"

namespace collet::services {
namespace {

/// Says back what it was asked; "wait" never ends by itself.
class Echo final : public base::PluginModels {
 public:
  boost::asio::awaitable<Result<base::Embeddings>> embed(boost::asio::io_context&, std::string, std::vector<std::string>, base::CancelToken) override {
    co_return Error{Errc::not_found, "only words here"};
  }
  boost::asio::awaitable<Result<base::Completion>> complete(boost::asio::io_context& io, base::CompletionRequest request, base::CancelToken cancel) override {
    asked = request;
    if (request.text == "none") co_return Error{Errc::limit, "too many requests"};
    while (request.text == "wait" && !cancel.cancelled()) co_await boost::asio::post(io, boost::asio::use_awaitable);
    if (cancel.cancelled()) co_return Error{Errc::internal, "cut off"};
    co_return base::Completion{"echo", request.instructions + "|" + request.text, request.tokens_max == 1, 3, 2};
  }
  base::CompletionRequest asked;
};

struct Complete : Tables {
  Complete() {
    services = std::make_shared<Services>(settings, sandbox, nullptr, nullptr, &models);
    origin = std::make_unique<OneCall>("plug", "inst", std::vector<std::string>{"complete"}, services);
    request.struct_size = sizeof(request);
    request.instructions = to_str("Be brief.");
    request.text = to_str("Hello");
  }
  collet_status ask(std::uint64_t id = 1) {
    const collet_status status = kCompleteTable.complete(call(id), &request, [](void* user, const collet_complete_result* result) {
      *static_cast<std::string*>(user) = std::to_string(result->status) + " " + std::string(to_view(result->model)) + ": " + std::string(to_view(result->text)) +
          std::string(to_view(result->message)) + " " + std::to_string(result->prompt_tokens) + "+" + std::to_string(result->completion_tokens) +
          ((result->flags & COLLET_COMPLETE_CUT) != 0 ? " cut" : "");
    }, &told);
    origin->scope->context.restart();
    origin->scope->context.run();
    return status;
  }
  Echo models;
  collet_complete_request request = {};
  std::string told;
};

TEST_F(Complete, AsksTheModelOfTheRun) {
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, "0 echo: Be brief.|Hello 3+2");
  EXPECT_EQ(models.asked.caller, "me") << "whose tokens these are";
  EXPECT_EQ(models.asked.model, "") << "the call stands alone";
  EXPECT_EQ(models.asked.timeout_ms, 5'000) << "never longer than the call";
  origin->scope->run = std::make_shared<base::RunScope>("local");
  request.tokens_max = 1;
  request.timeout_ms = 100;
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, "0 echo: Be brief.|Hello 3+2 cut");
  EXPECT_EQ(models.asked.model, "local");
  EXPECT_EQ(models.asked.timeout_ms, 100);
  request.model = to_str("other");
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(models.asked.model, "other");
}

TEST_F(Complete, TellsWhatWentWrong) {
  request.text = to_str("none");
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, std::to_string(COLLET_E_LIMIT) + " : too many requests 0+0");
  request.text = to_str("wait");
  request.timeout_ms = 1;
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, std::to_string(COLLET_E_TIMEOUT) + " : the model did not answer within 1 ms 0+0");
  origin->scope->source.cancel(Error{Errc::cancelled, "gone"});
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, std::to_string(COLLET_E_CANCELLED) + " : the call is over 0+0");
}

TEST_F(Complete, RefusesWhatIsMalformed) {
  EXPECT_EQ(ask(0), COLLET_E_INVALID);
  EXPECT_EQ(ask(2), COLLET_E_CLOSED);
  request.text = to_str("\xff");
  EXPECT_EQ(ask(), COLLET_E_INVALID);
  request.text = {};
  EXPECT_EQ(ask(), COLLET_E_INVALID);
  const std::string huge(COLLET_COMPLETE_BYTES_MAX, 'x');
  request.text = to_str(huge);
  EXPECT_EQ(ask(), COLLET_E_LIMIT) << "with the instructions";
  request.flags = 1;
  EXPECT_EQ(ask(), COLLET_E_UNAVAILABLE);
  EXPECT_EQ(told, "") << "nobody was told of any";
}

}  // namespace
}  // namespace collet::services
