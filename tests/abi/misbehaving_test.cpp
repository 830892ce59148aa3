// Plugins that break the rules: the call fails in clear words, the server lives.
#include <fstream>

#include "collet/abi.h"
#include "kernel/plugin/host_fixture.hpp"

namespace collet::test {
namespace {

class AbiMisbehaving : public PluginHostTest {
 protected:
  AbiMisbehaving() {
    settings_.limits.stuck_calls_max = 2;
    settings_.limits.cancel_grace_ms = 20;
    load(COLLET_ABI_MISBEHAVING);
  }
  /// Lets the deaf calls go before their signal is cleared away.
  ~AbiMisbehaving() override {
    std::ofstream(signal_.path() + "/go") << "go";
    host_->shutdown();
    workers_.reset();
  }
  [[nodiscard]] std::string until_signal() const { return json::object({{"until", signal_.path() + "/go"}}).dump(); }

  TempFolder signal_;
};

TEST_F(AbiMisbehaving, ExceptionsEndAtTheBoundary) {
  EXPECT_EQ(show(call("throws_std", "{}")), "isError [internal: the plugin failed: an exception of mine]");
  EXPECT_EQ(show(call("throws_int", "{}")), "isError [internal: the plugin failed with an unknown exception]");
  EXPECT_EQ(show(call("start_throws", "{}")), "isError [internal: the plugin failed: thrown from start]");
}

TEST_F(AbiMisbehaving, ExceptionsOfTheOtherSlotsEndThereToo) {
  const auto offer = plugin::make_offer(tool("throws_std"), "throws_std", Value(), "");
  ASSERT_FALSE(offer.ok());
  EXPECT_EQ(offer.error(), (Error{Errc::internal, "the plugin failed: thrown from specialize"}));
  EXPECT_EQ(plugin::redact(*tool("throws_std"), "a long text"), "a long text");
  Pending pending = start("cancel_throws", "{}");
  ASSERT_EQ(pending.first_progress.wait_for(kPatience), std::future_status::ready);
  pending.call->cancel({Errc::cancelled, "the client went away"});
  EXPECT_EQ(show(wait(pending)), "isError [cancelled: the client went away]");
  EXPECT_TRUE(host_->shutdown()) << "quiesce throws, and the instance is destroyed all the same";
}

TEST_F(AbiMisbehaving, ExceptionsFromCreateAndListToolsRefuseTheInstance) {
  host_->shutdown();
  settings_.plugins.instances = {{"misbehaves", "one", json::object({{"throw", "create"}})},
                                 {"misbehaves", "two", json::object({{"throw", "list_tools"}})}};
  load(COLLET_ABI_MISBEHAVING);
  const std::string seen = report();
  EXPECT_NE(seen.find("one: create failed: the plugin failed: thrown from create"), std::string::npos) << seen;
  EXPECT_NE(seen.find("two: list_tools failed: internal"), std::string::npos) << seen;
}

TEST_F(AbiMisbehaving, QuiesceTakesItsTimeFromTheCalls) {
  host_->shutdown();
  settings_.limits.shutdown_grace_ms = 600;
  load(COLLET_ABI_MISBEHAVING);
  EXPECT_EQ(show(call("c_slow_quiesce", "{}")), "");
  Pending stuck = start("c_waits_for_push", "{}");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(host_->shutdown());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(1'100)) << "the grace was given twice";
  stuck.call->cancel({Errc::cancelled, "enough"});
  EXPECT_EQ(show(wait(stuck)), "isError [cancelled: enough]");
  settle();
}

TEST_F(AbiMisbehaving, WrongWordsAreRefusedAndLeaveNothing) {
  const auto outcome = call("c_says_it_wrong", "{}");
  EXPECT_EQ(show(outcome), "all refused");
  EXPECT_EQ(outcome.details, "") << "longer than COLLET_DETAILS_BYTES_MAX";
}

TEST_F(AbiMisbehaving, ALongMessageIsCut) {
  const auto outcome = call("c_fails_at_length", "{}");
  ASSERT_FALSE(outcome.status.ok());
  EXPECT_EQ(outcome.status.error(), (Error{Errc::conflict, std::string(COLLET_MESSAGE_BYTES_MAX, 'x')}));
}

TEST_F(AbiMisbehaving, ADroppedCallFailsInsteadOfHanging) {
  EXPECT_EQ(show(call("drops_call", "{}")), "isError [internal: the plugin let go of the call without finishing it]");
}

TEST_F(AbiMisbehaving, OnlyTheFirstFinishCounts) {
  EXPECT_EQ(show(call("finishes_twice", "{}")), "first");
  EXPECT_EQ(show(call("c_finishes_twice", "{}")), "first");
}

TEST_F(AbiMisbehaving, LateWordsMeetATombstone) {
  EXPECT_EQ(show(call("emits_late", "{}")), "");
  EXPECT_EQ(show(call("c_asks_after_end", "{}")), "first");
}

TEST_F(AbiMisbehaving, ReturningWithoutFinishIsAnError) {
  EXPECT_EQ(show(call("c_forgets_finish", "{}")), "isError [internal: tool c_forgets_finish returned without a result]");
  EXPECT_EQ(show(call("c_returns_error", "{}")), "isError [unavailable: tool c_returns_error failed: unavailable]");
}

TEST_F(AbiMisbehaving, OutputIsCapped) {
  plugin::CallFacts facts;
  facts.output_bytes_max = 10'500;
  const auto outcome = call("says_much", "{}", facts);
  EXPECT_EQ(outcome.output_bytes, 10'000u);
  EXPECT_EQ(outcome.contents.size(), 10u);
}

TEST_F(AbiMisbehaving, BrokenTextIsRepaired) {
  EXPECT_EQ(show(call("bad_utf8", "{}")), "a\xEF\xBF\xBD" "b in a block \xEF\xBF\xBD of eight fine: gr\xC3\xBC\xC3\x9F");
}

TEST_F(AbiMisbehaving, JsonIsHeldAgainstTheToolsOwnSchema) {
  const std::string shown = show(call("bad_json", "{}"));
  EXPECT_NE(shown.find("does not fit its own output schema"), std::string::npos) << shown;
}

TEST_F(AbiMisbehaving, AToolsOwnErrorIsNotHeldAgainstThatSchema) {
  EXPECT_EQ(show(call("bad_json_error", "{}")), R"(isError {"error":"the table is gone"})");
}

TEST_F(AbiMisbehaving, AServiceThatWasNotAskedForIsMissing) {
  const std::string shown = show(call("tries_exec", "{}"));
  EXPECT_NE(shown.find("not granted the host service \"exec\""), std::string::npos) << shown;
}

TEST_F(AbiMisbehaving, APluginThatIsEnteredAtTheVeryDeadlineIsToldToo) {
  host_->shutdown();
  settings_.limits.worker_threads = 1;
  load(COLLET_ABI_MISBEHAVING);
  // The long name makes the sentence about the missed deadline take its time, and
  // the worker comes free meanwhile.
  const auto slow = std::make_shared<plugin::Tool>(*tool("c_waits_for_push"));
  slow->info.name.append(128 << 20, 'x');
  slow->info.flags |= COLLET_TOOL_BLOCKING;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
  ASSERT_TRUE(workers_->submit([deadline] {
    while (std::chrono::steady_clock::now() < deadline + std::chrono::milliseconds(15)) std::this_thread::yield();
  }));
  std::promise<void> ended;
  boost::asio::post(io_.context(0), [&] {
    plugin::CallEvents events;
    events.done = [&](const plugin::CallOutcome&) { ended.set_value(); };
    plugin::CallFacts facts;
    facts.timeout_ms = 50;
    (void)plugin::start_call(io_.context(0), slow, std::move(facts), "{}", std::move(events));
  });
  ended.get_future().wait();
  EXPECT_TRUE(host_->shutdown()) << "the plugin waits on for a call that is over";
}

TEST_F(AbiMisbehaving, StuckCallsLeadToQuarantine) {
  plugin::CallFacts facts;
  facts.timeout_ms = 10;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(show(call("ignores_cancel", until_signal(), facts)), "isError [timeout: tool ignores_cancel did not finish within 10 ms]");
  }
  settle();
  std::vector<std::string> states;
  for (const auto& status : host_->statuses()) states.push_back(status.state + " " + status.id);
  EXPECT_EQ(states, (std::vector<std::string>{"serving double_finish", "quarantined misbehaves"})) << report();
  EXPECT_FALSE(host_->snapshot()->find("throws_std").ok());
  EXPECT_EQ(show(call("c_finishes_twice", "{}")), "first") << "other plugins go on";
}

TEST_F(AbiMisbehaving, ACancelledCallThatDoesNotEndCountsAsStuckToo) {
  for (int i = 0; i < 2; ++i) {
    Pending pending = start("ignores_cancel", until_signal());
    // The worker must have begun: a call that still waits is simply taken back.
    ASSERT_EQ(pending.first_progress.wait_for(kPatience), std::future_status::ready);
    pending.call->cancel({Errc::cancelled, "the client went away"});
    EXPECT_EQ(show(wait(pending)), "isError [cancelled: the client went away]");
  }
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (host_->snapshot()->find("throws_std").ok() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_FALSE(host_->snapshot()->find("throws_std").ok());
}

}  // namespace
}  // namespace collet::test
