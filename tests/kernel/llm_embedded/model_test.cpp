#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "kernel/llm_embedded/fixture.hpp"
#include "llm/embedded.hpp"

namespace collet::llm {
namespace {

using testing::get;
using testing::ModelFiles;
using testing::wait_for_url;
using testing::Watched;

constexpr int kLongMs = 20'000;
constexpr RestartPolicy kFast{.first_ms = 1, .max_ms = 50};

TEST(EmbeddedModel, StartsByItselfOnTheFirstUseAndAnswers) {
  const ModelFiles files;
  EmbeddedModel model(files.settings(), files.scripts());
  EXPECT_EQ(model.status().state, EmbeddedState::stopped);
  const auto url = wait_for_url(model);
  ASSERT_TRUE(url.ok()) << url.error().message;
  EXPECT_TRUE(url->ends_with("/v1")) << *url;
  EXPECT_TRUE(get(url->substr(0, url->size() - 3), "/health")) << *url;
  EXPECT_EQ(model.status().state, EmbeddedState::ready);
  EXPECT_EQ(model.status().runtime, "fake");
}

TEST(EmbeddedModel, RequestsWaitForTheWarmUp) {
  const ModelFiles files;
  EmbeddedModel model(files.settings(), files.scripts());
  model.expect_warmup();
  const auto early = wait_for_url(model, {}, Caller::warmup);
  ASSERT_TRUE(early.ok()) << early.error().message;
  EXPECT_EQ(model.status().state, EmbeddedState::warming);
  model.warmed(0);
  EXPECT_EQ(model.status().state, EmbeddedState::warming) << "that was an earlier start";
  Result<std::string> url = Error{Errc::internal, "not asked"};
  std::thread request([&] { url = wait_for_url(model); });
  model.warmed(1);
  request.join();
  EXPECT_EQ(url.ok() ? *url : url.error().message, *early);
  EXPECT_EQ(model.status().state, EmbeddedState::ready);
}

TEST(EmbeddedModel, ServesManyWaitersOfManyThreads) {
  const ModelFiles files;
  EmbeddedModel model(files.settings(), files.scripts());
  std::atomic<int> served{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { served += wait_for_url(model).ok() ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(served, 8);
  EXPECT_EQ(model.status().starts, 1);
}

TEST(EmbeddedModel, IsStartedAgainAfterACrash) {
  const ModelFiles files;
  EmbeddedModel model(files.settings(), files.scripts(), kFast);
  const auto first = wait_for_url(model);
  ASSERT_TRUE(first.ok()) << first.error().message;
  const Watched runtime(model.status().pid);
  get(first->substr(0, first->size() - 3), "/crash");
  ASSERT_TRUE(runtime.ends_within(kLongMs));
  Result<std::string> second = wait_for_url(model);
  while (second.ok() && model.status().starts < 2) second = wait_for_url(model);  // until it is noticed
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_TRUE(get(second->substr(0, second->size() - 3), "/health"));
}

TEST(EmbeddedModel, KilledSupervisorLeavesNoRuntimeBehind) {
  const ModelFiles files;
  EmbeddedModel model(files.settings(), files.scripts(), kFast);
  const auto url = wait_for_url(model);
  ASSERT_TRUE(url.ok()) << url.error().message;
  const pid_t runtime_pid = model.status().pid;
  const Watched runtime(runtime_pid);
  const pid_t supervisor = ::getpgid(runtime_pid);
  ASSERT_GT(supervisor, 1);
  ASSERT_NE(supervisor, ::getpgrp()) << "the children must have a group of their own";
  ::kill(supervisor, SIGKILL);
  EXPECT_TRUE(runtime.ends_within(kLongMs));
  Result<std::string> again = wait_for_url(model);
  while (again.ok() && model.status().starts < 2) again = wait_for_url(model);
  EXPECT_TRUE(again.ok()) << again.error().message;
}

TEST(EmbeddedModel, StopLeavesNoProcess) {
  const ModelFiles files;
  EmbeddedModel model(files.settings(), files.scripts());
  ASSERT_TRUE(wait_for_url(model).ok());
  const pid_t runtime_pid = model.status().pid;
  const Watched runtime(runtime_pid);
  const Watched supervisor(::getpgid(runtime_pid));
  model.stop();
  EXPECT_TRUE(runtime.ends_within(kLongMs));
  EXPECT_TRUE(supervisor.ends_within(kLongMs));
  EXPECT_EQ(model.status().state, EmbeddedState::stopped);
  const auto url = wait_for_url(model);
  ASSERT_FALSE(url.ok()) << "a stopped model must not start again by itself";
  EXPECT_EQ(url.error().message, "the model is stopped");
}

TEST(EmbeddedModel, SaysWhatItWaitsForWhenItTakesTooLong) {
  const ModelFiles files("unhealthy");
  auto settings = files.settings();
  settings.embedded.ready_wait_ms = 100;
  EmbeddedModel model(settings, files.scripts());
  const auto url = wait_for_url(model);
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().code, Errc::unavailable);
  EXPECT_NE(url.error().message.find("the model is"), std::string::npos) << url.error().message;
}

TEST(EmbeddedModel, AWaitingCallEndsWhenCancelled) {
  const ModelFiles files("unhealthy");
  EmbeddedModel model(files.settings(), files.scripts());
  base::CancelSource source;
  boost::asio::io_context io(1);
  std::optional<Result<std::string>> kept;
  const auto wait = [](EmbeddedModel& m, boost::asio::io_context& i, base::CancelToken token,
                       std::optional<Result<std::string>>& out) -> boost::asio::awaitable<void> {
    out = co_await m.base_url(i, token);
  };
  boost::asio::co_spawn(io, wait(model, io, source.token(), kept), boost::asio::detached);
  boost::asio::post(io, [&] { source.cancel({Errc::cancelled, "the client went away"}); });
  io.run();
  ASSERT_TRUE(kept.has_value());
  ASSERT_FALSE(kept->ok());
  EXPECT_EQ(kept->error().code, Errc::cancelled);
  EXPECT_NE(kept->error().message.find("the client went away"), std::string::npos) << kept->error().message;
}

TEST(EmbeddedModel, FailsAtOnceWhenAFileIsMissingAndMayNotBeFetched) {
  const ModelFiles files;
  auto settings = files.settings();
  settings.embedded.download = false;
  EmbeddedModel model(settings, files.scripts());
  const auto url = wait_for_url(model);
  ASSERT_FALSE(url.ok());
  EXPECT_NE(url.error().message.find("tiny.bin is not in"), std::string::npos) << url.error().message;
  EXPECT_NE(url.error().message.find("collet model pull"), std::string::npos) << url.error().message;
}

TEST(EmbeddedModel, TellsTheLastWordsOfARuntimeThatDies) {
  const ModelFiles files("dies");
  EmbeddedModel model(files.settings(), files.scripts(), kFast);
  const auto url = wait_for_url(model);
  ASSERT_FALSE(url.ok());
  EXPECT_NE(url.error().message.find("no such instruction"), std::string::npos) << url.error().message;
}

TEST(EmbeddedModel, SaysWhenPythonIsNotThere) {
  const ModelFiles files;
  auto scripts = files.scripts();
  scripts.python = "/no/such/python";
  EmbeddedModel model(files.settings(), scripts, kFast);
  const auto url = wait_for_url(model);
  ASSERT_FALSE(url.ok());
  EXPECT_NE(url.error().message.find("/no/such/python"), std::string::npos) << url.error().message;
}

}  // namespace
}  // namespace collet::llm
