// The C tables, called as a plugin calls them.
#include <gtest/gtest.h>

#include "tables_fixture.hpp"

namespace collet::services {
namespace {

TEST_F(Tables, ConfigVarsBelongToTheCallsOwnApp) {
  const auto get = [&](std::string_view name, std::uint64_t id = 1) { return kAppTable.config_var(call(id), to_str(name), assign_text, &text); };
  EXPECT_EQ(get("API_KEY"), COLLET_E_DENIED) << "the tool's effects do not name SECRETS";
  origin->scope->effects = COLLET_EFFECT_SECRETS;
  EXPECT_EQ(get("API_KEY"), COLLET_E_NOT_FOUND) << "the call has no app";
  origin->scope->app = "shop";
  EXPECT_EQ(get("API_KEY"), COLLET_OK);
  EXPECT_EQ(text, "s3cret-value-of-key");
  EXPECT_EQ(get("NOPE"), COLLET_E_NOT_FOUND);
  EXPECT_EQ(get("API_KEY", 2), COLLET_E_CLOSED);
  EXPECT_EQ(get("API_KEY", 0), COLLET_E_INVALID) << "an app belongs to a call";
  EXPECT_EQ(kAppTable.root(call(), assign_text, &text), COLLET_E_DENIED);
  origin->scope->effects = COLLET_EFFECT_READS;
  EXPECT_EQ(kAppTable.root(call(), assign_text, &text), COLLET_OK);
  EXPECT_EQ(text, "/srv/shop");
}

TEST_F(Tables, SecretsGoByNameAndGrant) {
  origin->scope->effects = COLLET_EFFECT_SECRETS;
  const auto get = [&](std::string_view name) { return kSecretsTable.get(call(), to_str(name), assign_text, &text); };
  EXPECT_EQ(get("token"), COLLET_OK);
  EXPECT_EQ(text, "of the instance");
  EXPECT_EQ(get("other"), COLLET_E_DENIED) << "the manifest asks for token alone";
  origin->scope->effects = 0;
  EXPECT_EQ(get("token"), COLLET_E_DENIED);
}

TEST_F(Tables, OutsideOfACallASecretIsAskedForByItsName) {
  const auto get = [&](std::uint64_t id) { return kSecretsTable.get(call(id), to_str("token"), assign_text, &text); };
  EXPECT_EQ(get(0), COLLET_OK) << "secrets:token";
  origin = std::make_unique<OneCall>("plug", "inst", std::vector<std::string>{"secrets"}, services);
  EXPECT_EQ(get(0), COLLET_E_DENIED) << "no effect of a tool stands behind it";
  EXPECT_EQ(get(1), COLLET_E_DENIED);
  origin->scope->effects = COLLET_EFFECT_SECRETS;
  EXPECT_EQ(get(1), COLLET_OK);
}

TEST_F(Tables, SecretsAreBlottedOut) {
  EXPECT_EQ(services->without_secrets("key=s3cret-value-of-key, again s3cret-value-of-key; x"), "key=[secret], again [secret]; x");
}

struct Ran {
  int times = 0;
  std::int32_t outcome = 0;
  std::string out;
  std::uint32_t session = 0;
};

void on_done(void* user, const collet_exec_result* result) {
  auto& ran = *static_cast<Ran*>(user);
  ++ran.times;
  ran.outcome = result->outcome;
  ran.out = to_view(result->stdout_text);
  ran.session = result->session;
}

struct Exec : Tables {
  Exec() {
    request.struct_size = sizeof(request);
    request.argv = argv;
    request.argv_count = 1;
    origin->scope->effects = COLLET_EFFECT_RUNS_CODE;
  }
  collet_status run(std::uint64_t id = 1) { return kExecTable.run(call(id), &request, on_done, &ran); }
  void work() {
    origin->scope->context.restart();
    origin->scope->context.run();
  }
  const collet_str argv[1] = {to_str("/bin/true")};
  collet_exec_request request = {};
  Ran ran;
};

TEST_F(Exec, RunsOnTheCallsThreadInTheCallsSize) {
  origin->scope->size = "big";
  request.timeout_ms = 60'000;
  ASSERT_EQ(run(), COLLET_PENDING);
  EXPECT_EQ(ran.times, 0) << "nothing happens before the call's thread gets to it";
  work();
  EXPECT_EQ(ran.times, 1);
  EXPECT_EQ(ran.outcome, COLLET_EXEC_EXITED);
  EXPECT_EQ(ran.out, "ran");
  EXPECT_EQ(sandbox.seen.size.memory_bytes, 77);
  EXPECT_EQ(sandbox.seen.timeout_ms, 5'000) << "never longer than the call";
}

TEST_F(Exec, ASessionThatCannotBeHadIsAnOutcome) {
  request.flags = COLLET_EXEC_SESSION;
  request.session = to_str("mine");
  for (const Errc why : {Errc::unavailable, Errc::limit}) {
    sandbox.no_work_folder = why;
    ran = {};
    ASSERT_EQ(run(), COLLET_PENDING);
    work();
    EXPECT_EQ(ran.times, 1);
    EXPECT_EQ(ran.outcome, why == Errc::limit ? COLLET_EXEC_CAPACITY : COLLET_EXEC_UNAVAILABLE);
    EXPECT_EQ(ran.session, 0u) << "nothing ran in any";
  }
}

TEST_F(Exec, ASessionHasAShortNameAndKeepsNothingElse) {
  request.flags = COLLET_EXEC_SESSION;
  const std::string long_name(129, 'x');
  request.session = to_str(long_name);
  EXPECT_EQ(run(), COLLET_E_INVALID);
  request.session = {};
  const collet_exec_keep keep = {sizeof(keep), 0, to_str("key"), to_str("label")};
  request.keep = &keep;
  EXPECT_EQ(run(), COLLET_E_INVALID);
}

TEST_F(Exec, RefusesWhatIsNotAllowedOrMalformed) {
  EXPECT_EQ(run(0), COLLET_E_INVALID);
  EXPECT_EQ(run(2), COLLET_E_CLOSED);
  origin->scope->effects = 0;
  EXPECT_EQ(run(), COLLET_E_DENIED);
  origin->scope->effects = COLLET_EFFECT_RUNS_CODE;
  request.argv_count = 0;
  EXPECT_EQ(run(), COLLET_E_INVALID);
  const collet_str relative[1] = {to_str("true")};
  request.argv = relative;
  request.argv_count = 1;
  EXPECT_EQ(run(), COLLET_E_INVALID);
  request.argv = argv;
  const collet_exec_input twice[2] = {{3, 0, to_str("a")}, {3, 0, to_str("b")}};
  request.inputs = twice;
  request.input_count = 2;
  EXPECT_EQ(run(), COLLET_E_INVALID);
  request.input_count = 0;
  request.capture_fd = 1;
  EXPECT_EQ(run(), COLLET_E_INVALID);
  EXPECT_EQ(ran.times, 0);
}

TEST_F(Exec, ProgramsOfTheToolsOwnNeedAnEffectToo) {
  origin->scope->effects = COLLET_EFFECT_RUNS_PROGRAMS;
  EXPECT_EQ(run(), COLLET_PENDING);
  work();
  origin->scope->effects = COLLET_EFFECT_READS | COLLET_EFFECT_WRITES;
  EXPECT_EQ(run(), COLLET_E_DENIED);
}

TEST_F(Exec, WhatIsNotKnownIsRefusedNotLeftOut) {
  request.flags = 0x80000000u;
  EXPECT_EQ(run(), COLLET_E_UNAVAILABLE);
  request.flags = 0;
  const collet_exec_input input[1] = {{3, 0x80u, to_str("a")}};
  request.inputs = input;
  request.input_count = 1;
  EXPECT_EQ(run(), COLLET_E_UNAVAILABLE) << "a flag of an input";
  request.input_count = 0;
  request.struct_size = 56;
  EXPECT_EQ(run(), COLLET_E_INVALID) << "shorter than in 1.0";
  request.struct_size = sizeof(request) + 8;
  EXPECT_EQ(run(), COLLET_PENDING) << "of a newer minor";
  work();
}

TEST_F(Exec, ConfigVarsNeedAskingForAndTheEffect) {
  request.flags = COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV;
  EXPECT_EQ(run(), COLLET_E_INVALID) << "no app";
  origin->scope->app = "shop";
  EXPECT_EQ(run(), COLLET_E_DENIED) << "no SECRETS";
  origin->scope->effects |= COLLET_EFFECT_SECRETS;
  ASSERT_EQ(run(), COLLET_PENDING);
  work();
  EXPECT_EQ(sandbox.seen.app_root, "/srv/shop");
  EXPECT_FALSE(sandbox.seen.app_scratch);
  EXPECT_EQ(sandbox.seen.env, (std::vector<std::string>{"API_KEY=s3cret-value-of-key", "PLAIN=x"}));
}

TEST_F(Exec, AnAppBringsItsFoldersAndItsVarsComeFirst) {
  origin->scope->app = "shop";
  origin->scope->effects |= COLLET_EFFECT_SECRETS;
  request.flags = COLLET_EXEC_APP_SCRATCH;
  EXPECT_EQ(run(), COLLET_E_INVALID) << "scratch over nothing";
  const collet_str env[2] = {to_str("PLAIN=tool's"), to_str("PLAINER=tool's")};
  const collet_str roots[1] = {to_str("/usr")};
  request.flags = COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV | COLLET_EXEC_APP_SCRATCH;
  request.env = env, request.env_count = 2;
  request.roots = roots, request.root_count = 1;
  ASSERT_EQ(run(), COLLET_PENDING);
  work();
  EXPECT_TRUE(sandbox.seen.app_scratch);
  EXPECT_EQ(sandbox.seen.env, (std::vector<std::string>{"PLAINER=tool's", "API_KEY=s3cret-value-of-key", "PLAIN=x"}));
  EXPECT_EQ(sandbox.seen.roots, (std::vector<std::string>{"/usr", "/opt/ruby"}));
}

TEST_F(Exec, AnAppsNetworkIsItsOperators) {
  request.flags = COLLET_EXEC_APP_NETWORK;
  origin->scope->effects |= COLLET_EFFECT_NETWORK;
  EXPECT_EQ(run(), COLLET_E_INVALID) << "no app";
  origin->scope->app = "shop";
  EXPECT_EQ(run(), COLLET_E_UNAVAILABLE) << "this host has no gate";
  start([](auto&&...) { return std::unique_ptr<base::Gate>(); });
  origin->scope->app = "shop";
  origin->scope->effects = COLLET_EFFECT_RUNS_CODE;
  EXPECT_EQ(run(), COLLET_E_DENIED) << "no NETWORK";
  origin->scope->effects |= COLLET_EFFECT_NETWORK | COLLET_EFFECT_SECRETS;
  ASSERT_EQ(run(), COLLET_PENDING);
  work();
  EXPECT_TRUE(sandbox.seen.gate);
  EXPECT_EQ(sandbox.seen.env, (std::vector<std::string>{"HTTPS_PROXY=http://127.0.0.1:3128", "https_proxy=http://127.0.0.1:3128"}));
  const collet_str env[1] = {to_str("https_proxy=tool's")};
  request.env = env, request.env_count = 1;
  ASSERT_EQ(run(), COLLET_PENDING);
  work();
  EXPECT_EQ(sandbox.seen.env, (std::vector<std::string>{"https_proxy=tool's", "HTTPS_PROXY=http://127.0.0.1:3128"}));
  request.flags = COLLET_EXEC_APP_ENV;
  ASSERT_EQ(run(), COLLET_PENDING);
  work();
  EXPECT_FALSE(sandbox.seen.gate) << "was not asked for";
}

TEST_F(Exec, AnAppWithoutANetworkHasNone) {
  request.flags = COLLET_EXEC_APP_NETWORK;
  origin->scope->effects |= COLLET_EFFECT_NETWORK;
  origin->scope->app = "closed";
  ASSERT_EQ(run(), COLLET_PENDING);
  work();
  EXPECT_FALSE(sandbox.seen.gate);
  EXPECT_TRUE(sandbox.seen.env.empty());
}

TEST_F(Exec, ACallThatIsGoneRunsNothing) {
  ASSERT_EQ(run(), COLLET_PENDING);
  origin->scope->source.cancel({Errc::cancelled, "gone"});
  work();
  EXPECT_EQ(ran.outcome, COLLET_EXEC_CANCELLED);
  EXPECT_TRUE(sandbox.seen.argv.empty());
}

TEST_F(Exec, ACallThatHasItsOutcomeBeginsNothing) {
  ASSERT_EQ(run(), COLLET_PENDING);
  origin->scope->is_over = true;
  work();
  EXPECT_EQ(ran.outcome, COLLET_EXEC_CANCELLED) << "not TIMEOUT";
  EXPECT_EQ(run(), COLLET_E_CLOSED);
}

TEST_F(Exec, NamesTheOperatorsInterpreter) {
  EXPECT_EQ(kExecTable.runtime(call(0), to_str("python"), assign_text, &text), COLLET_OK);
  EXPECT_EQ(text, R"({"interpreter":"/opt/python","roots":["/opt"]})");
  EXPECT_EQ(kExecTable.runtime(call(0), to_str("cobol"), assign_text, &text), COLLET_E_NOT_FOUND);
}

TEST_F(Tables, ShortStructsAreMalformed) {
  collet_http_request request = {};
  request.struct_size = 64;
  request.url = to_str("https://example.org/");
  request.timeout_ms = 1;
  origin->scope->effects = COLLET_EFFECT_NETWORK;
  const auto ignore = [](void*, const collet_http_result*) {};
  EXPECT_EQ(kHttpTable.request(call(), &request, ignore, nullptr), COLLET_E_INVALID);
  collet_metric metric = {16, COLLET_METRIC_COUNTER, to_str("rows_total"), to_str("Rows."), {}};
  std::uint32_t id = 0;
  EXPECT_EQ(kMetricsTable.define(call(0), &metric, &id), COLLET_E_INVALID);
  metric.struct_size = sizeof(metric);
  EXPECT_EQ(kMetricsTable.define(call(0), &metric, &id), COLLET_OK);
}

TEST_F(Tables, BlobsAreCheckedBeforeTheyAreCopied) {
  collet_blob_view blob = {sizeof(blob), 0, to_str("data"), to_str("text/plain"), {}};
  const auto put = [&] { return kBlobTable.put(call(0), &blob, assign_text, &text); };
  EXPECT_EQ(put(), COLLET_OK);
  blob.struct_size = 8;
  EXPECT_EQ(put(), COLLET_E_INVALID);
  blob.struct_size = sizeof(blob);
  blob.reserved = 1;
  EXPECT_EQ(put(), COLLET_E_UNAVAILABLE);
  blob.reserved = 0;
  blob.data.len = std::uint64_t{1} << 62;
  EXPECT_EQ(put(), COLLET_E_LIMIT);
  blob.data.len = 4;
  blob.mime.len = COLLET_MIME_BYTES_MAX + 1;
  EXPECT_EQ(put(), COLLET_E_INVALID);
}

TEST_F(Tables, AConflictIsAnError) {
  std::uint64_t version = 0;
  const auto put = [&](std::uint64_t expected, std::int64_t ttl_ms = 0) {
    return kKvTable.put(call(0), to_str("key"), to_str("value"), ttl_ms, expected, &version);
  };
  ASSERT_EQ(put(COLLET_KV_ABSENT), COLLET_OK);
  EXPECT_EQ(put(COLLET_KV_ABSENT), COLLET_E_CONFLICT);
  EXPECT_LT(put(version + 1), 0) << "a check for < 0 must see it";
  EXPECT_EQ(kKvTable.remove(call(0), to_str("key"), version + 1), COLLET_E_CONFLICT);
  EXPECT_EQ(put(version, -1), COLLET_E_INVALID);
  EXPECT_EQ(to_errc(COLLET_E_CONFLICT), Errc::conflict);
  EXPECT_EQ(name(Errc::conflict), "conflict");
}

TEST_F(Tables, ServicesAreFoundById) {
  for (const auto& service : known_services()) EXPECT_NE(service_table(service_id(service)), nullptr) << service;
  EXPECT_EQ(service_table("collet.exec/2"), nullptr);
  EXPECT_EQ(service_table("exec"), nullptr);
}

}  // namespace
}  // namespace collet::services
