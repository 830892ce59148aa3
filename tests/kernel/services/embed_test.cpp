// collet.embed/1, called as a plugin calls it.
#include <gtest/gtest.h>

#include "tables_fixture.hpp"

namespace collet::services {
namespace {

/// Each text becomes its length and 1.
class LengthEmbedder final : public base::PluginModels {
 public:
  boost::asio::awaitable<Result<base::Embeddings>> embed(boost::asio::io_context&, std::string model, std::vector<std::string> texts, base::CancelToken) override {
    if (model == "none") co_return Error{Errc::not_found, "no such model"};
    base::Embeddings out{"lengths", {}, 2};
    for (const auto& text : texts) out.values.insert(out.values.end(), {static_cast<float>(text.size()), 1.0f});
    co_return out;
  }
  boost::asio::awaitable<Result<base::Completion>> complete(boost::asio::io_context&, base::CompletionRequest, base::CancelToken) override {
    co_return Error{Errc::not_found, "only vectors here"};
  }
};

struct Embed : Tables {
  Embed() {
    services = std::make_shared<Services>(settings, sandbox, nullptr, nullptr, &embedder);
    origin = std::make_unique<OneCall>("plug", "inst", std::vector<std::string>{"embed"}, services);
    request.struct_size = sizeof(request);
    request.texts = texts;
    request.text_count = 2;
  }
  collet_status ask(std::uint64_t id = 1) {
    const collet_status status = kEmbedTable.embed(call(id), &request, [](void* user, const collet_embed_result* result) {
      auto& told = *static_cast<std::string*>(user);
      told = std::to_string(result->status) + " " + std::string(to_view(result->model)) + std::string(to_view(result->message));
      for (std::uint32_t i = 0; i < result->text_count * result->dimensions; ++i) told += " " + std::to_string(static_cast<int>(result->values[i]));
    }, &told);
    origin->scope->context.restart();
    origin->scope->context.run();
    return status;
  }
  LengthEmbedder embedder;
  const collet_str texts[2] = {to_str("two"), to_str("texts")};
  collet_embed_request request = {};
  std::string told;
};

TEST_F(Embed, GivesAVectorForEachText) {
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, "0 lengths 3 1 5 1");
}

TEST_F(Embed, TellsWhatTheModelSays) {
  request.model = to_str("none");
  ASSERT_EQ(ask(), COLLET_PENDING);
  EXPECT_EQ(told, std::to_string(COLLET_E_NOT_FOUND) + " no such model");
}

TEST_F(Embed, RefusesWhatIsMalformed) {
  EXPECT_EQ(ask(0), COLLET_E_INVALID);
  EXPECT_EQ(ask(2), COLLET_E_CLOSED);
  request.text_count = 97;
  EXPECT_EQ(ask(), COLLET_E_INVALID);
  request.text_count = 0;
  EXPECT_EQ(ask(), COLLET_E_INVALID);
  const collet_str bad[1] = {to_str("\xff")};
  request.texts = bad;
  request.text_count = 1;
  EXPECT_EQ(ask(), COLLET_E_INVALID);
  request.flags = 1;
  EXPECT_EQ(ask(), COLLET_E_UNAVAILABLE);
  EXPECT_EQ(told, "") << "nobody was told of any";
}

}  // namespace
}  // namespace collet::services
