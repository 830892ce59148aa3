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
  ASSERT_EQ(tools.size(), 4u);
  EXPECT_EQ(tools[0].examples.at(0).answer, "Ann is in it.");
  EXPECT_EQ(tools[0].blocking, true);
  ASSERT_EQ(host->commands().size(), 1u);
  EXPECT_EQ(host->commands().front().name_space, "demo");
  EXPECT_EQ(host->call("greet-all", R"({"people_named":["Ann"]})").text(), R"(query all {"people_named":["Ann"]})");
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

/// Offers a second tool once it is asked again; that one blocks.
struct Growing {
  std::vector<ToolSpec> tools() const {
    ToolSpec first{.name = "first", .description = "Does not block."};
    first.blocking = false;
    ToolSpec later{.name = "later", .description = "Blocks."};
    later.blocking = true;
    return ++listed_ == 1 ? std::vector{first} : std::vector{first, later};
  }
  void start(Call call, const Args&) {
    (void)call.text("started");
    call.finish();
  }
  Result<std::string> run(Call&, const Args&) { return std::string("ran"); }
  mutable int listed_ = 0;
};

TEST(Glue, AToolThatComesLaterIsDispatchedAsItSays) {
  FakeHost host([](std::uint32_t) { return &glue::Trampolines<Growing>::table; });
  EXPECT_EQ(host.call("first", "{}").text(), "started");
  ASSERT_EQ(host.tools().size(), 2u);
  EXPECT_EQ(host.call("later", "{}").text(), "ran");
}

/// Keeps what the host handed out, and asks the services itself.
const collet_host* kept_host = nullptr;
const collet_plugin kKeeper = {
    sizeof(collet_plugin), 0,
    [](const collet_host* host, collet_str, collet_text_fn, void*, void** instance) -> collet_status {
      kept_host = host;
      *instance = &kept_host;
      return COLLET_OK;
    },
    [](void*) {}, [](void*, collet_tool_fn, void*) -> collet_status { return COLLET_OK; },
    [](collet_call, void*, collet_str, collet_str) -> collet_status { return COLLET_E_UNAVAILABLE; },
    nullptr, nullptr, nullptr};

TEST(FakeHost, ACallbackMayUseTheServices) {
  FakeHost host([](std::uint32_t) { return &kKeeper; });
  ASSERT_EQ(host.create_error(), "");
  const auto table = [](const char* id) { return kept_host->get_service(kept_host->self, to_str(id)); };
  static const collet_kv* kv;
  static const collet_blob* blobs;
  kv = static_cast<const collet_kv*>(table(COLLET_KV_ID));
  blobs = static_cast<const collet_blob*>(table(COLLET_BLOB_ID));
  const auto put = [](void*, collet_str value) {
    EXPECT_EQ(kv->put(kept_host->self, to_str("copy"), value, 0, COLLET_KV_ANY, nullptr), COLLET_OK);
  };
  ASSERT_EQ(kv->put(kept_host->self, to_str("key"), to_str("v"), 0, COLLET_KV_ANY, nullptr), COLLET_OK);
  const collet_blob_view blob = {sizeof(blob), 0, to_str("data"), {}, {}};
  ASSERT_EQ(blobs->put(kept_host->self, &blob, put, nullptr), COLLET_OK);
  std::string id;
  const auto take = [](void* user, collet_str value, std::uint64_t) {
    assign_text(user, value);
    EXPECT_EQ(kv->remove(kept_host->self, to_str("copy"), COLLET_KV_ANY), COLLET_OK);
  };
  ASSERT_EQ(kv->get(kept_host->self, to_str("copy"), take, &id), COLLET_OK);
  const auto read = [](void* user, const collet_blob_view* view) {
    EXPECT_EQ(kv->put(kept_host->self, to_str("read"), view->data, 0, COLLET_KV_ABSENT, nullptr), COLLET_OK);
    assign_text(user, view->data);
  };
  std::string data;
  EXPECT_EQ(blobs->get(kept_host->self, to_str(id), read, &data), COLLET_OK);
  EXPECT_EQ(data, "data");
}

TEST(FakeHost, IsAsStrictAsTheKernel) {
  FakeHost host([](std::uint32_t) { return &kKeeper; });
  ASSERT_EQ(host.create_error(), "");
  const auto* kv = static_cast<const collet_kv*>(kept_host->get_service(kept_host->self, to_str(COLLET_KV_ID)));
  const auto* app = static_cast<const collet_app*>(kept_host->get_service(kept_host->self, to_str(COLLET_APP_ID)));
  ASSERT_EQ(kv->put(kept_host->self, to_str("key"), to_str("v"), 0, COLLET_KV_ABSENT, nullptr), COLLET_OK);
  EXPECT_EQ(kv->put(kept_host->self, to_str("key"), to_str("v"), 0, COLLET_KV_ABSENT, nullptr), COLLET_E_CONFLICT);
  std::string text;
  EXPECT_EQ(app->config_var(kept_host->self, to_str("A"), assign_text, &text), COLLET_E_INVALID);
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
