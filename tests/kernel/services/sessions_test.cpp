#include "services/sessions.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace collet::services {
namespace {

using sandbox::WorkFolder;

// Its work folders are there to be counted.
class CountingSandbox final : public sandbox::Sandbox {
 public:
  void run(boost::asio::io_context&, sandbox::BoxSpec, sandbox::OutputFn, sandbox::DoneFn, base::CancelToken) override {}
  Result<std::shared_ptr<WorkFolder>> make_work_folder() override {
    if (living() >= most) return Error{Errc::limit, "too many"};
    auto one = std::shared_ptr<void>(std::make_shared<int>());
    made.push_back(one);
    return std::static_pointer_cast<WorkFolder>(std::move(one));
  }
  void on_work_folders_wanted(std::function<void()> free) override { want_one = std::move(free); }
  std::vector<sandbox::Check> probe() override { return {}; }
  const std::string& unavailable_reason() const override { return reason_; }
  int living() const {
    int count = 0;
    for (const auto& one : made) count += one.expired() ? 0 : 1;
    return count;
  }
  std::vector<std::weak_ptr<void>> made;
  int most = 100;
  std::function<void()> want_one;

 private:
  std::string reason_;
};

struct Sessions : ::testing::Test {
  void start(std::int64_t idle_seconds, std::int64_t seconds_max) {
    settings.session_idle_seconds = idle_seconds;
    settings.session_seconds_max = seconds_max;
    store = SessionStore::make(sandbox, settings);
  }
  std::shared_ptr<SessionUse> open(const SessionName& name) {
    auto use = store->open(name, io);
    EXPECT_TRUE(use) << use.error().message;
    return use ? *use : nullptr;
  }
  SessionName named(const std::string& name, const std::string& caller = "me", const std::string& instance = "inst") { return {instance, caller, name, nullptr}; }

  CountingSandbox sandbox;
  config::SandboxSettings settings;
  boost::asio::io_context io;
  std::shared_ptr<SessionStore> store = SessionStore::make(sandbox, settings);
};

TEST_F(Sessions, ANameIsTheSameOneForTheSameCallerAndPlugin) {
  const auto first = open(named("a"));
  EXPECT_EQ(open(named("a"))->folder, first->folder);
  EXPECT_NE(open(named("b"))->folder, first->folder);
  EXPECT_NE(open(named("a", "you"))->folder, first->folder);
  EXPECT_NE(open(named("a", "me", "other"))->folder, first->folder);
  EXPECT_EQ(store->count(), 4u);
}

TEST_F(Sessions, ThatOfARunGoesWithTheRun) {
  auto run = std::make_shared<base::RunScope>();
  const auto other = std::make_shared<base::RunScope>();
  auto use = open({"inst", "me", "", run});
  EXPECT_EQ(open({"inst", "me", "", run})->folder, use->folder);
  EXPECT_NE(open({"inst", "me", "", other})->folder, use->folder);
  EXPECT_NE(open({"plug", "me", "", run})->folder, use->folder);
  EXPECT_EQ(sandbox.living(), 3);
  run.reset();
  EXPECT_EQ(sandbox.living(), 2) << "one call still uses it";
  use.reset();
  EXPECT_EQ(sandbox.living(), 1);
  EXPECT_EQ(store->count(), 0u);
}

TEST_F(Sessions, ACallThatStandsAloneHasItForItself) {
  const auto use = open({"inst", "me", "", nullptr});
  EXPECT_NE(open({"inst", "me", "", nullptr})->folder, use->folder);
}

TEST_F(Sessions, ANamedOneGoesWhenNothingUsesItForAWhile) {
  start(0, 1'000);
  auto use = open(named("a"));
  auto again = open(named("a"));
  use.reset();
  open(named("b"));
  EXPECT_EQ(open(named("a"))->folder, again->folder) << "the other call still uses it";
  again.reset();
  io.run();
  EXPECT_EQ(sandbox.living(), 0);
  EXPECT_EQ(store->count(), 0u);
}

TEST_F(Sessions, AnOldOneIsBegunAnewThoughCallsAreInIt) {
  start(1'000, 0);
  auto first = open(named("a"));
  const auto second = open(named("a"));
  EXPECT_NE(second->folder, first->folder);
  first.reset();
  EXPECT_EQ(sandbox.living(), 1);
}

TEST_F(Sessions, OneCallerHasHalfOfThemAndHisLeastUsedGoesFirst) {
  settings.sessions_max = 4;
  start(1'000, 1'000);
  const auto other = open(named("x", "you"))->folder;
  const auto a = open(named("a"))->folder;
  auto b = open(named("b"));
  open(named("a"));
  b.reset();
  const auto c = open(named("c"));
  EXPECT_EQ(open(named("x", "you"))->folder, other);
  EXPECT_NE(open(named("a"))->folder, a) << "it was used before b";
  const auto d = open(named("a"));
  EXPECT_EQ(store->open(named("d"), io).error().code, Errc::limit) << "both are in use";
}

TEST_F(Sessions, WhereNoMoreCanBeMadeTheLeastUsedOneGoes) {
  sandbox.most = 2;
  const auto in_use = open(named("a"));
  open(named("b", "you"));
  const auto run = std::make_shared<base::RunScope>();
  EXPECT_NE(open({"inst", "me", "", run}), nullptr);
  EXPECT_EQ(store->count(), 1u) << "b has gone";
  EXPECT_EQ(store->open(named("c"), io).error().code, Errc::limit) << "the rest is in use";
}

TEST_F(Sessions, WhereTheirMemoryIsWantedTheLeastUsedOneGoes) {
  const auto in_use = open(named("a"));
  open(named("b"));
  open(named("c"));
  sandbox.want_one();
  EXPECT_EQ(store->count(), 2u);
  sandbox.want_one();
  sandbox.want_one();
  EXPECT_EQ(store->count(), 1u);
  EXPECT_EQ(open(named("a"))->folder, in_use->folder);
  store.reset();
  sandbox.want_one();  // nobody is there any more
}

TEST_F(Sessions, TheStoreMayGoBeforeItsCalls) {
  auto use = open(named("a"));
  store.reset();
  use.reset();
  EXPECT_EQ(sandbox.living(), 0);
}

TEST_F(Sessions, WhatCannotBeMadeIsToldAndLeavesNothing) {
  sandbox.most = 0;
  const auto run = std::make_shared<base::RunScope>();
  EXPECT_EQ(store->open(named("a"), io).error().code, Errc::limit);
  EXPECT_EQ(store->open({"inst", "me", "", run}, io).error().code, Errc::limit);
  EXPECT_EQ(store->count(), 0u);
  sandbox.most = 2;
  EXPECT_TRUE(store->open({"inst", "me", "", run}, io));
}

}  // namespace
}  // namespace collet::services
