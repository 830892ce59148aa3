// The services of the fake host: canned answers, small stores.
#include "fake_state.hpp"

#include <algorithm>

#include "collet/sized.hpp"

namespace collet::testing {

std::shared_ptr<FakeCall::State> FakeHost::State::find(std::uint64_t id) {
  const std::scoped_lock lock(mutex);
  const auto found = calls.find(id);
  return found == calls.end() ? nullptr : found->second;
}

void FakeHost::State::run_later(std::function<void()> job) {
  const std::scoped_lock lock(mutex);
  threads.emplace_back(std::move(job));
}

void FakeHost::State::join() {
  for (;;) {
    std::vector<std::thread> running;  // a thread that ends may have begun another
    {
      const std::scoped_lock lock(mutex);
      running.swap(threads);
    }
    if (running.empty()) return;
    for (auto& thread : running) thread.join();
  }
}

collet_status authorize(collet_call call, std::uint32_t effect, std::shared_ptr<FakeCall::State>& state) {
  if (call.id == 0) return COLLET_OK;
  state = state_of(call).find(call.id);
  if (!state) return COLLET_E_CLOSED;
  return (state->effects & effect) == effect ? COLLET_OK : COLLET_E_DENIED;
}

namespace {

using CallPtr = std::shared_ptr<FakeCall::State>;

// ---- log

std::int32_t log_enabled(collet_call, std::int32_t) noexcept { return 1; }

collet_status log_write(collet_call call, std::int32_t level, collet_str message, collet_str fields) noexcept {
  static constexpr const char* kLevels[] = {"debug", "info", "warn", "error"};
  std::string line = std::string(kLevels[std::clamp(level, 1, 4) - 1]) + ": " + std::string(to_view(message));
  if (fields.len > 0) line += " " + std::string(to_view(fields));
  auto& state = state_of(call);
  const std::scoped_lock lock(state.mutex);
  state.log_lines.push_back(std::move(line));
  return COLLET_OK;
}

// ---- app and secrets

collet_status give(const std::map<std::string, std::string>& from, collet_str name, collet_text_fn value, void* user) {
  const auto found = from.find(std::string(to_view(name)));
  if (found == from.end()) return COLLET_E_NOT_FOUND;
  value(user, to_str(found->second));
  return COLLET_OK;
}

collet_status app_of(collet_call call, std::uint32_t effect) {
  CallPtr state;
  if (call.id == 0) return COLLET_E_INVALID;
  if (const auto allowed = authorize(call, effect, state); allowed != COLLET_OK) return allowed;
  return state && !state->options.app.empty() ? COLLET_OK : COLLET_E_NOT_FOUND;
}

collet_status config_var(collet_call call, collet_str name, collet_text_fn value, void* user) noexcept {
  if (const auto status = app_of(call, COLLET_EFFECT_SECRETS); status != COLLET_OK) return status;
  return give(state_of(call).owner.config_vars, name, value, user);
}

collet_status config_names(collet_call call, collet_text_fn each, void* user) noexcept {
  if (const auto status = app_of(call, COLLET_EFFECT_SECRETS); status != COLLET_OK) return status;
  for (const auto& [name, value] : state_of(call).owner.config_vars) each(user, to_str(name));
  return COLLET_OK;
}

collet_status app_root(collet_call call, collet_text_fn path, void* user) noexcept {
  if (const auto status = app_of(call, COLLET_EFFECT_READS); status != COLLET_OK) return status;
  const auto& root = state_of(call).owner.app_root;
  if (root.empty()) return COLLET_E_NOT_FOUND;
  path(user, to_str(root));
  return COLLET_OK;
}

collet_status secret(collet_call call, collet_str name, collet_text_fn value, void* user) noexcept {
  CallPtr state;
  if (const auto allowed = authorize(call, COLLET_EFFECT_SECRETS, state); allowed != COLLET_OK) return allowed;
  return give(state_of(call).owner.secrets, name, value, user);
}

// ---- exec

ExecRequest to_request(const collet_exec_request& from) {
  ExecRequest out;
  out.argv = to_texts(from.argv, from.argv_count);
  out.env = to_texts(from.env, from.env_count);
  out.roots = to_texts(from.roots, from.root_count);
  for (std::uint32_t i = 0; i < from.input_count; ++i) {
    out.inputs.push_back({from.inputs[i].fd, std::string(to_view(from.inputs[i].data)),
                          (from.inputs[i].flags & COLLET_EXEC_INPUT_LATE) != 0,
                          (from.inputs[i].flags & COLLET_EXEC_INPUT_FORK) != 0});
  }
  out.capture_fd = from.capture_fd;
  out.timeout_ms = from.timeout_ms;
  out.app_root = (from.flags & COLLET_EXEC_APP_ROOT) != 0;
  out.app_env = (from.flags & COLLET_EXEC_APP_ENV) != 0;
  out.app_scratch = (from.flags & COLLET_EXEC_APP_SCRATCH) != 0;
  out.app_network = (from.flags & COLLET_EXEC_APP_NETWORK) != 0;
  if ((from.flags & COLLET_EXEC_SESSION) != 0) out.session = std::string(to_view(from.session));
  out.files = (from.flags & COLLET_EXEC_FILES) != 0;
  out.trees = to_texts(from.trees, from.tree_count);
  out.hosts = to_texts(from.hosts, from.host_count);
  if (from.keep != nullptr) out.keep = {std::string(to_view(from.keep->key)), std::string(to_view(from.keep->label)), from.keep->seconds_max};
  out.live_output = (from.flags & COLLET_EXEC_LIVE_OUTPUT) != 0;
  return out;
}

void report(const ExecResult& from, collet_exec_done_fn done, void* user) {
  collet_exec_result out = {};
  out.struct_size = sizeof(out);
  out.outcome = from.outcome;
  out.returncode = from.returncode;
  out.signal = from.signal;
  out.stdout_text = to_str(from.stdout_text);
  out.stderr_text = to_str(from.stderr_text);
  out.captured = to_str(from.captured);
  out.message = to_str(from.message);
  out.wall_us = from.wall_us;
  out.cpu_us = from.cpu_us;
  out.max_rss_bytes = from.max_rss_bytes;
  out.stdout_omitted_bytes = from.stdout_omitted_bytes;
  out.stderr_omitted_bytes = from.stderr_omitted_bytes;
  std::vector<collet_exec_file> files;
  for (const auto& file : from.files) files.push_back({to_str(file.name), to_str(file.data)});
  out.files = files.data();
  out.file_count = static_cast<std::uint32_t>(files.size());
  out.files_skipped = from.files_skipped;
  out.first_skipped = to_str(from.first_skipped);
  out.session = from.session;
  done(user, &out);
}

ExecResult unavailable() {
  ExecResult out;
  out.outcome = COLLET_EXEC_UNAVAILABLE;
  out.message = "FakeHost::on_exec is not set";
  return out;
}

collet_status exec_run(collet_call call, const collet_exec_request* request, collet_exec_done_fn done, void* user) noexcept {
  CallPtr state;
  if (call.id == 0 || !is_whole(request) || request->argv_count == 0) return COLLET_E_INVALID;
  constexpr std::uint32_t kKnown = COLLET_EXEC_APP_ROOT | COLLET_EXEC_APP_ENV | COLLET_EXEC_LIVE_OUTPUT | COLLET_EXEC_FILES |
                                   COLLET_EXEC_APP_SCRATCH | COLLET_EXEC_APP_NETWORK | COLLET_EXEC_SESSION;
  if ((request->flags & ~kKnown) != 0) return COLLET_E_UNAVAILABLE;
  if (const auto allowed = authorize(call, 0, state); allowed != COLLET_OK) return allowed;
  if ((state->effects & (COLLET_EFFECT_RUNS_CODE | COLLET_EFFECT_RUNS_PROGRAMS)) == 0) return COLLET_E_DENIED;
  auto& host = state_of(call);
  host.run_later([&host, request = to_request(*request), done, user] {
    report(host.owner.on_exec ? host.owner.on_exec(request) : unavailable(), done, user);
  });
  return COLLET_PENDING;
}

collet_status exec_runtime(collet_call call, collet_str language, collet_text_fn found, void* user) noexcept {
  return give(state_of(call).owner.runtimes, language, found, user);
}

// ---- http

HttpRequest to_request(const collet_http_request& from) {
  HttpRequest out;
  out.method = from.method.len == 0 ? "GET" : std::string(to_view(from.method));
  out.url = to_view(from.url);
  out.body = to_view(from.body);
  for (std::uint32_t i = 0; i < from.header_count; ++i) {
    out.headers.emplace_back(to_view(from.headers[i].name), to_view(from.headers[i].value));
  }
  out.timeout_ms = from.timeout_ms;
  out.response_bytes_max = from.response_bytes_max;
  out.follow_redirects = (from.flags & COLLET_HTTP_NO_REDIRECTS) == 0;
  out.use_cache = (from.flags & COLLET_HTTP_NO_CACHE) == 0;
  return out;
}

void report(Result<HttpResponse> from, collet_http_body_fn on_body, collet_http_done_fn done, void* user) {
  if (from && on_body != nullptr) {
    const bool is_enough = on_body(user, to_str(from->body)) != 0;
    from->body.clear();
    if (is_enough) from = Error{Errc::cancelled, "the plugin wants no more of the answer"};
  }
  collet_http_result out = {};
  out.struct_size = sizeof(out);
  std::vector<collet_http_header> headers;
  if (!from) {
    out.status = static_cast<collet_status>(from.error().code);
    out.message = to_str(from.error().message);
  } else {
    for (const auto& [name, value] : from->headers) headers.push_back({to_str(name), to_str(value)});
    out.http_status = from->status;
    out.headers = headers.data();
    out.header_count = static_cast<std::uint32_t>(headers.size());
    out.body = to_str(from->body);
    out.url = to_str(from->url);
    out.flags = from->is_cached ? COLLET_HTTP_FROM_CACHE : 0u;
  }
  done(user, &out);
}

collet_status http_request(collet_call call, const collet_http_request* given, collet_http_done_fn done, void* user) noexcept {
  CallPtr state;
  if (call.id == 0 || !is_whole(given) || done == nullptr) return COLLET_E_INVALID;
  const collet_http_request request = read_struct(given);
  if (const auto allowed = authorize(call, COLLET_EFFECT_NETWORK, state); allowed != COLLET_OK) return allowed;
  auto& host = state_of(call);
  if (!host.owner.on_http || (request.flags & ~(COLLET_HTTP_NO_REDIRECTS | COLLET_HTTP_NO_CACHE)) != 0) return COLLET_E_UNAVAILABLE;
  host.run_later([&host, request = to_request(request), on_body = request.on_body, done, user] {
    report(host.owner.on_http(request), on_body, done, user);
  });
  return COLLET_PENDING;
}

// ---- kv, blob, metrics; the plugin may use a service in a callback of another,
// so none is called under the lock

template <class T>
std::optional<T> find_copy(FakeHost::State& host, const std::map<std::string, T>& in, collet_str key) {
  const std::scoped_lock lock(host.mutex);
  const auto found = in.find(std::string(to_view(key)));
  if (found == in.end()) return std::nullopt;
  return found->second;
}

collet_status kv_get(collet_call call, collet_str key, collet_kv_fn value, void* user) noexcept {
  auto& host = state_of(call);
  const auto found = find_copy(host, host.kv, key);
  if (!found) return COLLET_E_NOT_FOUND;
  value(user, to_str(found->value), found->version);
  return COLLET_OK;
}

collet_status kv_put(collet_call call, collet_str key, collet_str value, std::int64_t ttl_ms, std::uint64_t expected,
                     std::uint64_t* version) noexcept {
  auto& host = state_of(call);
  if (key.len == 0 || ttl_ms < 0) return COLLET_E_INVALID;
  const std::scoped_lock lock(host.mutex);
  auto& entry = host.kv[std::string(to_view(key))];
  const bool conflict = expected != COLLET_KV_ANY && expected != entry.version;
  if (!conflict) entry = KvEntry{std::string(to_view(value)), ++host.kv_version};
  if (version) *version = entry.version;
  if (entry.version == 0) host.kv.erase(std::string(to_view(key)));
  return conflict ? COLLET_E_CONFLICT : COLLET_OK;
}

collet_status kv_remove(collet_call call, collet_str key, std::uint64_t expected) noexcept {
  auto& host = state_of(call);
  const std::scoped_lock lock(host.mutex);
  const auto found = host.kv.find(std::string(to_view(key)));
  if (found == host.kv.end()) return COLLET_E_NOT_FOUND;
  if (expected != COLLET_KV_ANY && expected != found->second.version) return COLLET_E_CONFLICT;
  host.kv.erase(found);
  return COLLET_OK;
}

collet_status blob_put(collet_call call, const collet_blob_view* blob, collet_text_fn id, void* user) noexcept {
  auto& host = state_of(call);
  if (!is_whole(blob)) return COLLET_E_INVALID;
  std::string name;
  {
    const std::scoped_lock lock(host.mutex);
    name = "blob-" + std::to_string(++host.last_blob);
    host.blobs[name] = {std::string(to_view(blob->data)), std::string(to_view(blob->mime)), std::string(to_view(blob->name))};
  }
  id(user, to_str(name));
  return COLLET_OK;
}

collet_status blob_get(collet_call call, collet_str id, collet_blob_fn each, void* user) noexcept {
  auto& host = state_of(call);
  const auto found = find_copy(host, host.blobs, id);
  if (!found) return COLLET_E_NOT_FOUND;
  const collet_blob_view view = {sizeof(view), 0, to_str(found->data), to_optional_str(found->mime),
                                 to_optional_str(found->name)};
  each(user, &view);
  return COLLET_OK;
}

collet_status blob_remove(collet_call call, collet_str id) noexcept {
  auto& host = state_of(call);
  const std::scoped_lock lock(host.mutex);
  return host.blobs.erase(std::string(to_view(id))) > 0 ? COLLET_OK : COLLET_E_NOT_FOUND;
}

collet_status metric_define(collet_call self, const collet_metric* metric, std::uint32_t* id) noexcept {
  auto& host = state_of(self);
  if (!is_whole(metric)) return COLLET_E_INVALID;
  const std::scoped_lock lock(host.mutex);
  host.metrics.emplace_back(to_view(metric->name));
  *id = static_cast<std::uint32_t>(host.metrics.size());
  return COLLET_OK;
}

collet_status metric_note(collet_call call, std::uint32_t id, collet_str, double) noexcept {
  auto& host = state_of(call);
  const std::scoped_lock lock(host.mutex);
  return id >= 1 && id <= host.metrics.size() ? COLLET_OK : COLLET_E_NOT_FOUND;
}

constexpr collet_log kLog = {sizeof(collet_log), 0, log_enabled, log_write};
constexpr collet_app kApp = {sizeof(collet_app), 0, config_var, config_names, app_root};
constexpr collet_secrets kSecrets = {sizeof(collet_secrets), 0, secret};
constexpr collet_exec kExec = {sizeof(collet_exec), 0, exec_run, exec_runtime};
constexpr collet_http kHttp = {sizeof(collet_http), 0, http_request};
constexpr collet_kv kKv = {sizeof(collet_kv), 0, kv_get, kv_put, kv_remove};
constexpr collet_blob kBlob = {sizeof(collet_blob), 0, blob_put, blob_get, blob_remove};
constexpr collet_metrics kMetrics = {sizeof(collet_metrics), 0, metric_define, metric_note, metric_note};

}  // namespace

const void* fake_service(std::string_view id) {
  if (id == COLLET_LOG_ID) return &kLog;
  if (id == COLLET_APP_ID) return &kApp;
  if (id == COLLET_SECRETS_ID) return &kSecrets;
  if (id == COLLET_EXEC_ID) return &kExec;
  if (id == COLLET_HTTP_ID) return &kHttp;
  if (id == COLLET_KV_ID) return &kKv;
  if (id == COLLET_BLOB_ID) return &kBlob;
  if (id == COLLET_METRICS_ID) return &kMetrics;
  return fake_model_service(id);
}

}  // namespace collet::testing
