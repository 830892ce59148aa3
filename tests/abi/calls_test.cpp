// The three ways to be a plugin, through the real host: cancel, deadline and
// disconnect must end the same for each.
#include <thread>

#include "kernel/plugin/host_fixture.hpp"

#include "collet/abi.h"

namespace collet::test {
namespace {

using namespace std::chrono_literals;

class AbiCalls : public PluginHostTest {
 protected:
  AbiCalls() {
    settings_.plugins.instances = {{"pinned", "", json::object({{"greeting", "hello"}})}};
    load(COLLET_ABI_PLUGINS);
  }
  static plugin::CallFacts within(std::int64_t ms) {
    plugin::CallFacts facts;
    facts.timeout_ms = ms;
    return facts;
  }
};

TEST_F(AbiCalls, LoadsAllThree) {
  std::vector<std::string> serving;
  for (const auto& status : host_->statuses()) serving.push_back(status.state + " " + status.id);
  EXPECT_EQ(serving, (std::vector<std::string>{"serving pinned", "serving plain_c", "serving waits"})) << report();
}

TEST_F(AbiCalls, AsynchronousToolAnswersFromItsOwnThread) {
  EXPECT_EQ(show(call("sleep", R"({"ms":1})")), "waited as sleep");
}

TEST_F(AbiCalls, CancelCompletesAtOnceAndTellsTheAsynchronousTool) {
  Pending pending = start("wait", R"({"ms":60000})");
  pending.call->cancel({Errc::cancelled, "the client went away"});
  EXPECT_EQ(show(wait(pending)), "isError [cancelled: the client went away]");
}

TEST_F(AbiCalls, DeadlineLetsTheToolSayWhatItHas) {
  const auto outcome = call("wait", R"({"ms":60000})", within(20));
  EXPECT_EQ(show(outcome), "isError stopped early[cancelled: stopped early]");
  EXPECT_GE(outcome.duration_us, 20'000);
}

TEST_F(AbiCalls, DeadlineCutsOffAToolThatDoesNotListen) {
  const auto outcome = call("wait", R"({"ms":400,"heeds_cancel":false})", within(20));
  EXPECT_EQ(show(outcome), "isError [timeout: tool wait did not finish within 20 ms]");
  // It is still waiting; the host's shutdown waits for it, so nothing dangles.
}

TEST_F(AbiCalls, BlockingToolRunsBesideTheIoThread) {
  Pending slow = start("block", R"({"ms":60000})");
  EXPECT_EQ(show(call("wait", R"({"ms":1})")), "waited as wait");
  slow.call->cancel({Errc::cancelled, "enough"});
  EXPECT_EQ(show(wait(slow)), "isError [cancelled: enough]");
}

TEST_F(AbiCalls, BlockingToolSeesItsDeadline) {
  EXPECT_EQ(show(call("block", R"({"ms":60000})", within(20))), "isError [cancelled: stopped blocking]");
}

TEST_F(AbiCalls, PlainCToolAnswersInAndAfterInvoke) {
  EXPECT_EQ(show(call("reverse", R"({"a":1})")), R"(}1:"a"{)");
  EXPECT_EQ(show(call("later", "{}")), "later is now");
}

TEST_F(AbiCalls, PlainCToolIsCancelled) {
  plugin::CallFacts facts;
  facts.tool_params = json::object({{"for", "ever"}});
  Pending pending = start("later", "{}", facts);
  pending.call->cancel({Errc::cancelled, "the client went away"});
  EXPECT_EQ(show(wait(pending)), "isError [cancelled: the client went away]");
}

TEST_F(AbiCalls, PlainCToolSeesItsDeadline) {
  plugin::CallFacts facts = within(20);
  facts.tool_params = json::object({{"for", "ever"}});
  EXPECT_EQ(show(call("later", "{}", facts)), "isError [cancelled: given up]");
}

TEST_F(AbiCalls, OneCallAtATimeWhereTheToolAsksForIt) {
  const auto begun = std::chrono::steady_clock::now();
  std::vector<Pending> calls;
  for (int i = 0; i < 5; ++i) calls.push_back(start("wait_narrow", R"({"ms":5})"));
  for (auto& pending : calls) EXPECT_EQ(show(wait(pending)), "waited as wait_narrow");
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 25ms) << "five calls of 5 ms ran side by side";
}

TEST_F(AbiCalls, WaitingForAPlaceCountsTowardsTheDeadline) {
  Pending first = start("wait_narrow", R"({"ms":60000})");
  const auto second = call("wait_narrow", R"({"ms":1})", within(20));
  EXPECT_EQ(show(second), "isError [timeout: tool wait_narrow got no free place within 20 ms]");
  first.call->cancel({Errc::cancelled, "done"});
  wait(first);
  EXPECT_EQ(show(call("wait_narrow", R"({"ms":1})")), "waited as wait_narrow");
}

TEST_F(AbiCalls, OutputIsPutTogetherForWatchers) {
  Pending pending = start("wait", R"({"ms":120,"steps":200})");
  wait(pending);
  std::string text;
  for (const auto& progress : *pending.progress) text += progress.text;
  EXPECT_TRUE(text.starts_with("step 0\nstep 1\n")) << text;
  EXPECT_TRUE(text.ends_with("step 199\n")) << text;
  EXPECT_LE(pending.progress->size(), 5u) << "200 pieces in one instant must be put together";
}

TEST_F(AbiCalls, OutputCapEndsInLimit) {
  plugin::CallFacts facts;
  facts.output_bytes_max = 5;
  EXPECT_EQ(show(call("reverse", R"({"abc":1})", facts)), "");
}

TEST_F(AbiCalls, TheEndOfACallEndsItsBoxes) {
  sandbox_.hold = true;
  Pending first = start("leave_box", R"({"ms":1000})");
  for (int i = 0; i < 1'000'000 && boxes_seen() == 0; ++i) std::this_thread::yield();
  EXPECT_EQ(boxes_seen(), 1u) << "the box runs while the call does";
  EXPECT_EQ(show(wait(first)), "the last one ended as 0");
  settle();
  EXPECT_EQ(show(call("leave_box", R"({"ms":0})")), "the last one ended as 6") << "COLLET_EXEC_CANCELLED";
}

// ---- pinned arguments, tool_params, specialise

TEST_F(AbiCalls, PinnedArgumentsLeaveTheSchema) {
  const auto offer = plugin::make_offer(tool("query_table"), "query_table", json::object({{"table", "people"}, {"mode", "fast"}}), "");
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->pinned.dump(), R"({"table":"people"})");
  EXPECT_EQ(offer->tool_params.dump(), R"({"mode":"fast"})");
  EXPECT_FALSE(offer->input_schema["properties"].has("table"));
  EXPECT_EQ(offer->input_schema["required"].dump(), R"(["query"])");
  EXPECT_TRUE(offer->input.validate(json::object({{"query", "x"}})).empty());
  EXPECT_FALSE(offer->input.validate(json::object({{"query", "x"}, {"table", "y"}})).empty());
}

TEST_F(AbiCalls, UnknownToolParamNamesTheChoices) {
  const auto offer = plugin::make_offer(tool("query_table"), "q", json::object({{"tabel", "people"}}), "");
  ASSERT_FALSE(offer.ok());
  EXPECT_EQ(offer.error().code, Errc::invalid);
  EXPECT_NE(offer.error().message.find("/tool_params"), std::string::npos) << offer.error().message;
  EXPECT_NE(offer.error().message.find("tabel"), std::string::npos) << offer.error().message;
}

TEST_F(AbiCalls, BadPinnedValueNamesItsPlace) {
  const auto offer = plugin::make_offer(tool("query_table"), "q", json::object({{"limit", 1000}}), "");
  ASSERT_FALSE(offer.ok());
  EXPECT_NE(offer.error().message.find("/tool_params/limit"), std::string::npos) << offer.error().message;
}

TEST_F(AbiCalls, BadConfigValueNamesItsPlace) {
  const auto offer = plugin::make_offer(tool("query_table"), "q", json::object({{"mode", "slow"}}), "");
  ASSERT_FALSE(offer.ok());
  EXPECT_NE(offer.error().message.find("/tool_params/mode"), std::string::npos) << offer.error().message;
}

TEST_F(AbiCalls, ToolParamsReachThePlugin) {
  plugin::CallFacts facts;
  facts.tool_params = json::object({{"mode", "exact"}});
  EXPECT_EQ(show(call("query_table", R"({"query":"q","table":"t"})", facts)), R"(hello {"query":"q","table":"t"} mode exact)");
}

TEST_F(AbiCalls, SpecializeMakesDescriptionAndSchema) {
  const Value params = Value::parse(R"({"cmd":"ls","description":"Lists files","parameters":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}})").value();
  const auto offer = plugin::make_offer(tool("run_declared"), "run_declared", params, "");
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->description, "Lists files");
  EXPECT_FALSE(offer->input.validate(json::object({})).empty());
  EXPECT_TRUE(offer->input.validate(json::object({{"path", "/"}})).empty());
}

TEST_F(AbiCalls, SpecializeTakesTheHintAndExplainsItsRefusal) {
  const auto hinted = plugin::make_offer(tool("run_declared"), "run_declared", json::object({{"cmd", "ls"}}), "from the request");
  ASSERT_TRUE(hinted.ok()) << hinted.error().message;
  EXPECT_EQ(hinted->description, "from the request");
  const auto refused = plugin::make_offer(tool("run_declared"), "run_declared", json::object({{"cmd", "ls"}}), "");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "/tool_params/description: required, what the command does");
}

TEST_F(AbiCalls, SpecializeLearnsWhoAsks) {
  const plugin::OfferFor who{"me", "shop", "big"};
  const auto offer = plugin::make_offer(tool("run_declared"), "run_declared", json::object({{"cmd", "ls"}}), "Lists", who);
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  EXPECT_EQ(offer->description, "Lists for me on shop big");
}

TEST_F(AbiCalls, AStoppedPluginIsAskedNothing) {
  const auto declared = tool("run_declared"), query = tool("query_table");
  host_->shutdown();
  const auto offer = plugin::make_offer(declared, "run_declared", json::object({{"cmd", "ls"}}), "Lists");
  ASSERT_FALSE(offer.ok());
  EXPECT_EQ(offer.error(), (Error{Errc::unavailable, "plugin pinned takes no calls any more"}));
  EXPECT_EQ(plugin::redact(*query, "a text of more than twenty bytes"), "a text of more than twenty bytes");
}

TEST_F(AbiCalls, APinnedArgumentIsCheckedAlone) {
  const auto offer = plugin::make_offer(tool("either"), "either", json::object({{"b", 3}}), "");
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  const auto bad = plugin::make_offer(tool("either"), "either", json::object({{"b", 10}}), "");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("/tool_params/b"), std::string::npos) << bad.error().message;
}

TEST_F(AbiCalls, ArgumentsFitTheSchemaOnceThePinnedOnesAreIn) {
  const auto offer = plugin::make_offer(tool("either"), "either", json::object({{"b", 3}}), "");
  ASSERT_TRUE(offer.ok()) << offer.error().message;
  const auto complete = plugin::complete_arguments(*offer, json::object({}));
  ASSERT_TRUE(complete.ok()) << complete.error().message;
  EXPECT_EQ(complete->dump(), R"({"b":3})");
  EXPECT_FALSE(plugin::complete_arguments(*offer, json::object({{"a", 1}})).ok()) << "one of two, and one is pinned";
}

TEST_F(AbiCalls, RedactGivesTheShorterText) {
  EXPECT_EQ(plugin::redact(*tool("query_table"), "short"), "short");
  EXPECT_EQ(plugin::redact(*tool("query_table"), "a text of more than twenty bytes"), "a text of ...");
  EXPECT_EQ(plugin::redact(*tool("reverse"), "a text of more than twenty bytes"), "a text of more than twenty bytes");
}

}  // namespace
}  // namespace collet::test
