#include "llm/factory.hpp"

#include <gtest/gtest.h>

#include "support/fake_http.hpp"

namespace collet::llm {
namespace {

std::string why_not(const config::ModelSettings& settings) {
  boost::asio::io_context io;
  testing::FakeHttp http;
  const auto provider = make_provider(settings, http, io, nullptr, nullptr);
  return provider ? "" : provider.error().message;
}

TEST(Factory, SaysWhatIsWrongWithAModel) {
  config::ModelSettings settings;
  settings.id = "big";
  EXPECT_EQ(why_not(settings), "models: 'big': base_url '' must begin with http:// or https://");
  settings.base_url = "https://up/v1";
  EXPECT_EQ(why_not(settings), "");
  settings.tool_mode = "planned";
  EXPECT_EQ(why_not(settings), "");
  settings.provider = "telepathy";
  EXPECT_EQ(why_not(settings), "models: 'big': provider 'telepathy' is unknown; use openai or embedded");
  settings.provider = "embedded";
  EXPECT_EQ(why_not(settings), "models: 'big': provider is embedded, but no embedded model runs here");
}

}  // namespace
}  // namespace collet::llm
