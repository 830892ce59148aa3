// collet/services.hpp - the host's services, as a plugin written in C++ uses them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collet/abi.h"
#include "collet/ext/app.h"
#include "collet/ext/blob.h"
#include "collet/ext/complete.h"
#include "collet/ext/embed.h"
#include "collet/ext/exec.h"
#include "collet/ext/http.h"
#include "collet/ext/kv.h"
#include "collet/ext/log.h"
#include "collet/ext/metrics.h"
#include "collet/ext/secrets.h"
#include "collet/json.hpp"
#include "collet/result.hpp"

namespace collet {

/// The tables this instance was granted; NULL where it was not. Every wrapper
/// below answers denied for a missing one.
struct ServiceTables {
  const collet_log* log = nullptr;
  const collet_app* app = nullptr;
  const collet_secrets* secrets = nullptr;
  const collet_exec* exec = nullptr;
  const collet_http* http = nullptr;
  const collet_kv* kv = nullptr;
  const collet_blob* blob = nullptr;
  const collet_metrics* metrics = nullptr;
  const collet_embed* embed = nullptr;
  const collet_complete* complete = nullptr;

  [[nodiscard]] static ServiceTables of(const collet_host& host);
};

/// A program to run in the sandbox; see collet_exec_request.
struct ExecRequest {
  struct Input {
    int fd = 0;
    std::string data;
    bool late = false;  ///< COLLET_EXEC_INPUT_LATE
    bool fork = false;  ///< COLLET_EXEC_INPUT_FORK; with late
  };
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::vector<std::string> roots;
  std::vector<Input> inputs;
  int capture_fd = 0;
  std::uint32_t timeout_ms = 0;
  bool app_root = false;
  bool app_env = false;
  bool app_scratch = false;
  bool app_network = false;
  bool live_output = false;
  bool files = false;              ///< Files left in /out come back.
  std::optional<std::string> session;  ///< COLLET_EXEC_SESSION and its name; "": of the agent run.
  std::vector<std::string> trees;  ///< Keys, shown at /packages and /cache.
  std::vector<std::string> hosts;  ///< "HOST:PORT"; see collet_exec_request.
  /// Of what the program leaves in /out; see collet_exec_keep. An empty key: nothing is kept.
  struct Keep {
    std::string key;
    std::string label;
    std::uint32_t seconds_max = 0;
  } keep;
};

/// See collet_exec_result.
struct ExecResult {
  std::int32_t outcome = COLLET_EXEC_FAILED;
  int returncode = 0;
  int signal = 0;
  std::string stdout_text, stderr_text, captured, message;
  std::uint64_t wall_us = 0, cpu_us = 0, max_rss_bytes = 0;
  std::uint64_t stdout_omitted_bytes = 0, stderr_omitted_bytes = 0;
  struct File {
    std::string name;
    std::string data;
  };
  std::vector<File> files;
  std::uint32_t files_skipped = 0;
  std::string first_skipped;
  std::uint32_t session = 0;  ///< COLLET_EXEC_SESSION_NEW or _CONTINUED; 0: none.
};

/// See collet_http_request.
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint32_t timeout_ms = 0;
  std::uint64_t response_bytes_max = 0;
  bool follow_redirects = true;
  bool use_cache = true;
  /// Gets the body piece by piece, on a thread of the host that must not wait; false: no
  /// more of it is wanted. Unset: the body comes with the response.
  std::function<bool(std::string_view)> on_body;
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string url;
  bool is_cached = false;
};

/// See collet_embed_request.
struct EmbedRequest {
  std::vector<std::string> texts;
  std::string model;  ///< "": the first that makes vectors.
  std::uint32_t timeout_ms = 0;
};

struct Embeddings {
  std::string model;
  std::vector<std::vector<float>> vectors;  ///< One for each text.
};

/// See collet_complete_request.
struct CompleteRequest {
  std::string text;
  std::string instructions;
  std::string model;  ///< "": the one that called the tool.
  std::uint32_t tokens_max = 0;
  std::uint32_t timeout_ms = 0;
};

struct Completion {
  std::string model;
  std::string text;
  bool is_cut = false;
  std::uint64_t prompt_tokens = 0, completion_tokens = 0;
};

struct KvEntry {
  std::string value;
  std::uint64_t version = 0;
};

struct Blob {
  std::string data, mime, name;
};

/// Everything the host offers to one call, or (Host) outside of any call.
class Services {
 public:
  Services(collet_call call, const ServiceTables& tables) : call_(call), tables_(&tables) {}

  // log
  using LogFields = std::initializer_list<std::pair<std::string_view, Value>>;
  [[nodiscard]] bool log_enabled(std::int32_t level) const;
  void log(std::int32_t level, std::string_view message, LogFields fields = {}) const;
  void log_info(std::string_view message, LogFields fields = {}) const { log(COLLET_LOG_INFO, message, fields); }
  void log_warn(std::string_view message, LogFields fields = {}) const { log(COLLET_LOG_WARN, message, fields); }

  // app: the call's own target app
  [[nodiscard]] Result<std::string> config_var(std::string_view name) const;
  [[nodiscard]] Result<std::vector<std::string>> config_names() const;
  [[nodiscard]] Result<std::string> app_root() const;

  [[nodiscard]] Result<std::string> secret(std::string_view name) const;

  /// `done` comes exactly once if this answers ok, from any thread, maybe before
  /// it returns; never if it answers an error. Holds no thread meanwhile.
  Result<void> exec(const ExecRequest& request, std::function<void(ExecResult)> done) const;
  /// The same for a plugin that may block.
  [[nodiscard]] Result<ExecResult> exec_wait(const ExecRequest& request) const;
  /// {"interpreter": path, "roots": [...]} of a language. @error not_found.
  [[nodiscard]] Result<Value> exec_runtime(std::string_view language) const;

  /// As exec(). @error unavailable: this host has no outgoing HTTP.
  Result<void> http(const HttpRequest& request, std::function<void(Result<HttpResponse>)> done) const;
  [[nodiscard]] Result<HttpResponse> http_wait(const HttpRequest& request) const;

  /// As exec(). @error unavailable: this host embeds nothing.
  Result<void> embed(const EmbedRequest& request, std::function<void(Result<Embeddings>)> done) const;
  [[nodiscard]] Result<Embeddings> embed_wait(const EmbedRequest& request) const;

  /// As exec(). @error unavailable: this host has no models for plugins.
  Result<void> complete(const CompleteRequest& request, std::function<void(Result<Completion>)> done) const;
  [[nodiscard]] Result<Completion> complete_wait(const CompleteRequest& request) const;

  [[nodiscard]] Result<KvEntry> kv_get(std::string_view key) const;
  /// The new version. @error conflict: another version is there (see collet_kv.put).
  Result<std::uint64_t> kv_put(std::string_view key, std::string_view value, std::int64_t ttl_ms = 0,
                               std::uint64_t expected = COLLET_KV_ANY) const;
  Result<void> kv_remove(std::string_view key, std::uint64_t expected = COLLET_KV_ANY) const;

  /// The blob's id.
  Result<std::string> blob_put(std::string_view data, std::string_view mime, std::string_view name = {}) const;
  [[nodiscard]] Result<Blob> blob_get(std::string_view id) const;

  /// The metric's id. Only in create().
  Result<std::uint32_t> metric(std::int32_t kind, std::string_view name, std::string_view help,
                               std::string_view label = {}) const;
  void count(std::uint32_t metric, double amount = 1, std::string_view label = {}) const;
  void observe(std::uint32_t metric, double value, std::string_view label = {}) const;

 protected:
  collet_call call_;
  const ServiceTables* tables_;
};

/// The host outside of any call: for create() and a plugin's own threads. What
/// needs a call answers invalid, see the headers in ext/.
class Host : public Services {
 public:
  using Services::Services;
};

}  // namespace collet
