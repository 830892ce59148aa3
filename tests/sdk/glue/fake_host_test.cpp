// The fake host and the glue against each other: three plugins that the real host
// is tested with, too.
#include "collet/testing/fake_host.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "collet/plugin.hpp"

namespace collet::testing {
namespace {

std::string plugin(const char* name) { return std::string(COLLET_ABI_PLUGINS) + "/" + name; }

TEST(FakeHost, CallsAnAsynchronousToolAndCancelsIt) {
  const auto host = FakeHost::load(plugin("waits.so"));
  EXPECT_EQ(host->call("wait", R"({"ms":1})").text(), "waited as wait");
  const auto call = host->start("wait", R"({"ms":60000})");
  EXPECT_FALSE(call->finished());
  call->cancel();
  EXPECT_EQ(call->wait().text(), "stopped early\nerror: stopped early");
}

TEST(FakeHost, PassesTheDeadline) {
  const auto host = FakeHost::load(plugin("pinned.so"));
  FakeCallOptions brief;
  brief.timeout_ms = 20;
  EXPECT_EQ(host->call("block", R"({"ms":60000})", brief).text(), "error: stopped blocking");
}

TEST(FakeHost, CollectsProgressLogAndConfig) {
  FakeHost::Options options;
  options.config = R"({"greeting":"hello"})";
  const auto pinned = FakeHost::load(plugin("pinned.so"), options);
  FakeCallOptions call;
  call.tool_params = R"({"mode":"fast"})";
  EXPECT_EQ(pinned->call("query_table", R"({"query":"q","table":"t"})", call).text(), R"(hello {"query":"q","table":"t"} mode fast)");
  EXPECT_EQ(pinned->log_lines(), std::vector<std::string>{R"(info: pinned is up {"greeting":"hello"})"});
  const auto waits = FakeHost::load(plugin("waits.so"));
  EXPECT_EQ(waits->call("wait", R"({"ms":1,"steps":2})").progress, (std::vector<std::string>{"stdout: step 0\n", "stdout: step 1\n"}));
}

TEST(FakeHost, ShowsDescriptorsAndExtensions) {
  const auto host = FakeHost::load(plugin("pinned.so"));
  const auto tools = host->tools();
  ASSERT_EQ(tools.size(), 3u);
  EXPECT_EQ(tools[0].examples.at(0).answer, "Ann is in it.");
  EXPECT_EQ(tools[0].blocking, true);
  const auto made = host->specialize("run_declared", R"({"cmd":"ls","description":"Lists"})");
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->description, "Lists");
  EXPECT_EQ(host->specialize("run_declared", R"({"cmd":"ls"})").error().message,
            "/tool_params/description: required, what the command does");
  EXPECT_EQ(host->redact("query_table", "a text of more than twenty bytes"), "a text of ...");
}

TEST(FakeHost, TakesPluginsInPlainC) {
  const auto host = FakeHost::load(plugin("plain_c.so"));
  EXPECT_EQ(host->call("reverse", R"([1])").text(), "]1[");
  EXPECT_EQ(host->call("later", "{}").text(), "later is now");
}

TEST(FakeHost, SaysWhatIsWrongWithArguments) {
  const auto host = FakeHost::load(plugin("waits.so"));
  EXPECT_EQ(host->call("wait", "[]").text(), "error: the arguments must be a JSON object");
  EXPECT_EQ(host->call("wait", R"({"ms":"soon"})").text(), "error: /ms: expected a whole number, got \"soon\"");
}

/// Counts how many copies of it are alive.
struct Tracked {
  static inline std::atomic<int> alive = 0;
  Tracked() { ++alive; }
  Tracked(const Tracked&) { ++alive; }
  ~Tracked() { --alive; }
};

struct Watcher {
  std::vector<ToolSpec> tools() const {
    ToolSpec spec{.name = "watched", .description = "Ends itself, or waits to be cancelled."};
    spec.input_schema = R"({"type":"object"})";
    return {spec};
  }
  void start(Call call, const Args& args) {
    call.on_cancel([call, tracked = Tracked()]() mutable { call.fail({Errc::cancelled, "heard it"}); });
    if (args.has("late")) call.finish();
    if (args.has("after")) {
      call.finish();
      call.on_cancel([call, tracked = Tracked()] {});
    }
  }
};

TEST(Call, ACancelCallbackThatHoldsItsCallGoesWithTheCall) {
  {
    FakeHost host([](std::uint32_t) { return &glue::Trampolines<Watcher>::table; });
    EXPECT_TRUE(host.call("watched", R"({"late":true})").ok);
    EXPECT_TRUE(host.call("watched", R"({"after":true})").ok);
    const auto call = host.start("watched", "{}");
    call->cancel();
    EXPECT_EQ(call->wait().text(), "error: heard it");
  }
  EXPECT_EQ(Tracked::alive, 0) << "the callback and its Call keep each other alive";
}

}  // namespace
}  // namespace collet::testing
