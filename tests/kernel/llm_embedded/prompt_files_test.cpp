#include "llm/prompt_files.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "kernel/llm_embedded/fixture.hpp"
#include "support/fake_http.hpp"

namespace collet::llm {
namespace {

using testing::ModelFiles;

void finish(boost::asio::awaitable<void> task) {
  boost::asio::io_context io(1);
  boost::asio::co_spawn(io, std::move(task), boost::asio::detached);
  io.run();
}

ToolSpec tool_named(std::string name) { return {std::move(name), "Does something.", Value(), {}}; }

struct PromptFilesTest : ::testing::Test {
  PromptFilesTest() : model(files.settings(), files.scripts()) { url = testing::wait_for_url(model).value(); }
  ModelFiles files;
  EmbeddedModel model;
  std::string url;
  collet::testing::FakeHttp client;  // has no answers: what was asked for was not there
};

TEST_F(PromptFilesTest, AsksForEachSlotWithTheKey) {
  finish(PromptFiles(client, model, {tool_named("a")}).restore());
  ASSERT_EQ(client.requests.size(), 2u);
  EXPECT_EQ(client.requests[0].method, "POST");
  EXPECT_EQ(client.requests[0].url, url.substr(0, url.size() - 3) + "/slots/0?action=restore");
  EXPECT_EQ(client.requests[1].url, url.substr(0, url.size() - 3) + "/slots/1?action=restore");
  EXPECT_EQ(base::find_header(client.requests[0].headers, "authorization"), "Bearer " + model.api_key());
}

TEST_F(PromptFilesTest, SavesUnderTheNameThatItRestores) {
  PromptFiles prompts(client, model, {tool_named("a")});
  finish(prompts.save());
  finish(prompts.restore());
  ASSERT_EQ(client.requests.size(), 4u);
  EXPECT_TRUE(client.requests[0].url.ends_with("/slots/0?action=save")) << client.requests[0].url;
  EXPECT_EQ(client.requests[0].body, client.requests[2].body);
  EXPECT_NE(client.requests[0].body, client.requests[1].body) << "two slots in one file";
}

TEST_F(PromptFilesTest, OtherToolsHaveOtherFiles) {
  finish(PromptFiles(client, model, {tool_named("a")}).save());
  finish(PromptFiles(client, model, {tool_named("b")}).save());
  ASSERT_EQ(client.requests.size(), 4u);
  EXPECT_NE(client.requests[0].body, client.requests[2].body);
}

TEST_F(PromptFilesTest, AModelThatIsGoneIsNotAsked) {
  model.stop();
  finish(PromptFiles(client, model, {tool_named("a")}).save());
  EXPECT_TRUE(client.requests.empty());
}

}  // namespace
}  // namespace collet::llm
