// collet/testing/fake_host.hpp - a host in process, so that a plugin's tests need
// no kernel. Target collet::testing.
// SPDX-License-Identifier: Apache-2.0
//
//   FakeHost host(collet_plugin_entry_v1);            // plugin.cpp linked in, or
//   auto host = FakeHost::load("build/plugins/x.so"); // the built file
//   host.config_vars["API_URL"] = "...";
//   host.on_exec = [](const ExecRequest& run) { ExecResult r; r.outcome = COLLET_EXEC_EXITED; return r; };
//   EXPECT_EQ(host.call("greet", R"({"name":"Ann"})").text(), "Hello Ann");
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collet/abi.h"
#include "collet/call.hpp"
#include "collet/json.hpp"
#include "collet/result.hpp"
#include "collet/services.hpp"
#include "collet/tool.hpp"

namespace collet::testing {

struct FakeContent {
  std::int32_t kind = 0;
  std::string data, mime, name;
};

/// What a finished call left behind.
struct FakeResult {
  Error error{Errc::internal, ""};  ///< Only when !ok.
  bool ok = false;                  ///< Ended without a negative status.
  End end;
  std::vector<FakeContent> contents;
  std::vector<std::string> progress;  ///< Texts; output pieces as "stdout: ...".
  /// All text and JSON content, one part a line; an error as "error: message".
  [[nodiscard]] std::string text() const;
};

struct FakeCallOptions {
  std::string app, size = "standard-1x", caller = "test";
  std::string tool_params = "{}";
  std::int64_t timeout_ms = 10'000;
  std::uint64_t output_bytes_max = 1 << 20;
};

/// One call under way.
class FakeCall {
 public:
  /// Waits for finish. @return nothing (ok false, timeout) after wait_ms.
  FakeResult wait(std::int64_t wait_ms = 10'000);
  /// As if the caller had gone away or the time limit were over: the plugin's
  /// cancel is called, cancelled() is 1 and remaining_ms() 0 from now on.
  void cancel();
  [[nodiscard]] bool finished() const;

  struct State;
  explicit FakeCall(std::shared_ptr<State> state) : state_(std::move(state)) {}

 private:
  std::shared_ptr<State> state_;
};

class FakeHost {
 public:
  struct Options {
    std::string config = "{}";
    /// Services to grant; the default grants all.
    std::vector<std::string> services = {"log", "app", "secrets", "exec", "http", "kv", "blob", "metrics", "embed", "complete"};
  };

  explicit FakeHost(collet_plugin_entry_fn entry, Options options);
  explicit FakeHost(collet_plugin_entry_fn entry) : FakeHost(entry, Options{}) {}
  /// Loads a built plugin. Its library stays loaded until the process ends.
  static std::unique_ptr<FakeHost> load(const std::string& file, Options options);
  static std::unique_ptr<FakeHost> load(const std::string& file) { return load(file, Options{}); }
  ~FakeHost();  ///< quiesce and destroy.
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // The instance is made by the first of these that is called, so that what its
  // services answer can be set before.

  /// Why the plugin's create failed; "" when there is an instance.
  const std::string& create_error();
  std::vector<ToolSpec> tools();
  std::vector<ToolSpec> commands();  ///< Run by start() and call(), as tools are.
  std::shared_ptr<FakeCall> start(std::string_view tool, std::string_view arguments,
                                                const FakeCallOptions& options = {});
  /// start() and wait().
  FakeResult call(std::string_view tool, std::string_view arguments, const FakeCallOptions& options = {});
  /// description and input_schema that the tool gives itself for `tool_params`.
  /// Of `options` caller, app and size count.
  Result<ToolSpec> specialize(std::string_view tool, std::string_view tool_params, std::string_view hint = {},
                              const FakeCallOptions& options = {});
  [[nodiscard]] std::string redact(std::string_view tool, std::string_view result);

  // What the services answer.
  std::function<ExecResult(const ExecRequest&)> on_exec;  ///< Unset: UNAVAILABLE.
  std::function<Result<HttpResponse>(const HttpRequest&)> on_http;  ///< Unset: UNAVAILABLE.
  std::function<Result<Embeddings>(const EmbedRequest&)> on_embed;  ///< Unset: UNAVAILABLE.
  std::function<Result<Completion>(const CompleteRequest&)> on_complete;  ///< Unset: UNAVAILABLE.
  std::map<std::string, std::string> runtimes;      ///< Language to the JSON of collet_exec.runtime.
  std::map<std::string, std::string> config_vars;   ///< Of the target app.
  std::map<std::string, std::string> secrets;
  std::string app_root;
  /// Log lines so far: "warn: message {fields}". [any-thread]
  [[nodiscard]] std::vector<std::string> log_lines() const;

  struct State;

 private:
  bool create();
  std::unique_ptr<State> state_;
  std::string create_error_;
};

}  // namespace collet::testing
