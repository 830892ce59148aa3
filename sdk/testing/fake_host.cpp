// The fake host itself: one instance, calls, and what they say.
#include "collet/testing/fake_host.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>

#include "collet/ext/redact.h"
#include "collet/ext/commands.h"
#include "collet/ext/specialize.h"
#include "collet/sized.hpp"
#include "fake_state.hpp"

namespace collet::testing {
namespace {

// ---- what a plugin may do with a call

collet_status emit(collet_call call, const collet_content* part) noexcept {
  const auto state = state_of(call).find(call.id);
  if (!state) return COLLET_E_CLOSED;
  if (!is_whole(part) || part->data.ptr == nullptr) return COLLET_E_INVALID;
  if (part->kind == COLLET_CONTENT_JSON && !Value::parse(to_view(part->data))) return COLLET_E_INVALID;
  if (part->mime.len > COLLET_MIME_BYTES_MAX || part->name.len > COLLET_NAME_BYTES_MAX) return COLLET_E_LIMIT;
  const std::scoped_lock lock(state->mutex);
  if (part->data.len > state->options.output_bytes_max - state->output_bytes ||
      state->result.contents.size() >= COLLET_PARTS_MAX) {
    return COLLET_E_LIMIT;
  }
  state->output_bytes += part->data.len;
  state->result.contents.push_back({part->kind, std::string(to_view(part->data)), std::string(to_view(part->mime)),
                                    std::string(to_view(part->name))});
  return COLLET_OK;
}

collet_status progress(collet_call call, const collet_progress* progress) noexcept {
  const auto state = state_of(call).find(call.id);
  if (!state) return COLLET_E_CLOSED;
  if (!is_whole(progress)) return COLLET_E_INVALID;
  std::string text(to_view(progress->text));
  if (progress->kind == COLLET_PROGRESS_STDOUT) text = "stdout: " + text;
  if (progress->kind == COLLET_PROGRESS_STDERR) text = "stderr: " + text;
  const std::scoped_lock lock(state->mutex);
  state->result.progress.push_back(std::move(text));
  return COLLET_OK;
}

std::int64_t remaining_ms(collet_call call) noexcept {
  const auto state = state_of(call).find(call.id);
  if (!state || state->stop) return 0;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(state->deadline - Clock::now()).count();
  return std::max<std::int64_t>(0, left);
}

std::int32_t cancelled(collet_call call) noexcept {
  const auto state = state_of(call).find(call.id);
  return !state || state->stop || remaining_ms(call) == 0 ? 1 : 0;
}

const collet_call_info* info(collet_call call) noexcept {
  const auto state = state_of(call).find(call.id);
  return state ? &state->info : nullptr;
}

collet_status finish(collet_call call, const collet_finish* end) noexcept {
  auto& host = state_of(call);
  const auto state = host.find(call.id);
  if (!state) return COLLET_E_CLOSED;
  if (!is_whole(end)) return COLLET_E_INVALID;
  {
    const std::scoped_lock lock(host.mutex);
    host.calls.erase(call.id);
  }
  {
    const std::scoped_lock lock(state->mutex);
    state->finished = true;
    FakeResult& result = state->result;
    result.ok = end->status >= 0;
    if (!result.ok) result.error = {to_errc(end->status), std::string(to_view(end->message))};
    result.end = {(end->flags & COLLET_FINISH_ERROR) != 0, (end->flags & COLLET_FINISH_EMPTY) != 0,
                  (end->flags & COLLET_FINISH_RETRYABLE) != 0, std::string(to_view(end->details))};
  }
  state->changed.notify_all();
  return COLLET_OK;
}

constexpr collet_call_api kCallApi = {sizeof(collet_call_api), 0, emit, progress, cancelled, remaining_ms, info, finish};

const void* get_service(collet_call self, collet_str id) noexcept {
  const std::string_view wanted = to_view(id);
  for (const auto& service : state_of(self).options.services) {
    if (wanted == "collet." + service + "/1") return fake_service(wanted);
  }
  return nullptr;
}

ToolSpec to_spec(const collet_tool& tool) {
  ToolSpec spec;
  spec.name = to_view(tool.name);
  spec.name_space = to_view(tool.name_space);
  spec.title = to_view(tool.title);
  spec.description = to_view(tool.description);
  spec.input_schema = to_view(tool.input_schema);
  spec.config_schema = to_view(tool.config_schema);
  spec.output_schema = to_view(tool.output_schema);
  for (std::uint32_t i = 0; i < tool.alias_count; ++i) spec.aliases.emplace_back(to_view(tool.aliases[i]));
  for (std::uint32_t i = 0; i < tool.example_count; ++i) {
    const collet_example& example = *tool.examples[i];
    spec.examples.push_back({std::string(to_view(example.request)), std::string(to_view(example.task)),
                             std::string(to_view(example.arguments)), std::string(to_view(example.result)),
                             std::string(to_view(example.answer))});
  }
  spec.effects = tool.effects;
  spec.exposure = tool.exposure;
  spec.needs_app = (tool.flags & COLLET_TOOL_NEEDS_APP) != 0;
  spec.idempotent = (tool.flags & COLLET_TOOL_IDEMPOTENT) != 0;
  spec.blocking = (tool.flags & COLLET_TOOL_BLOCKING) != 0;
  spec.timeout_ms = tool.timeout_ms;
  spec.concurrency_max = tool.concurrency_max;
  return spec;
}

collet_status collect_spec(void* user, const collet_tool* tool) noexcept {
  if (!is_whole(tool)) return COLLET_E_INVALID;
  static_cast<std::vector<ToolSpec>*>(user)->push_back(to_spec(*tool));
  return COLLET_OK;
}

/// A plugin-side extension, or null.
template <class T>
const T* extension(const FakeHost::State& host, std::string_view id) {
  if (!host.plugin.get_extension) return nullptr;
  const auto* table = static_cast<const T*>(host.plugin.get_extension(host.instance, to_str(id)));
  return is_whole(table) ? table : nullptr;
}

void fill_info(FakeCall::State& call) {
  call.info.struct_size = sizeof(call.info);
  call.info.attempt = 1;
  call.info.request_id = to_str("request-1");
  call.info.call_id = to_str("call-1");
  call.info.caller = to_str(call.options.caller);
  call.info.tool = to_str(call.tool);
  call.info.app = to_optional_str(call.options.app);
  call.info.size = to_str(call.options.size);
  call.info.tool_params = to_str(call.options.tool_params);
  call.info.deadline_ms = call.options.timeout_ms;
  call.info.output_bytes_max = call.options.output_bytes_max;
}

}  // namespace

// ---- FakeResult, FakeCall

std::string FakeResult::text() const {
  std::string out;
  for (const auto& content : contents) {
    if (content.kind != COLLET_CONTENT_TEXT && content.kind != COLLET_CONTENT_JSON) continue;
    out += (out.empty() ? "" : "\n") + content.data;
  }
  if (!ok) out += (out.empty() ? "" : "\n") + ("error: " + error.message);
  return out;
}

FakeResult FakeCall::wait(std::int64_t wait_ms) {
  std::unique_lock lock(state_->mutex);
  const bool done = state_->changed.wait_for(lock, std::chrono::milliseconds(wait_ms), [&] { return state_->finished; });
  if (done) return state_->result;
  FakeResult none;
  none.error = {Errc::timeout, "the call did not finish within " + std::to_string(wait_ms) + " ms"};
  return none;
}

void FakeCall::cancel() {
  state_->stop = true;
  const auto& plugin = state_->host->plugin;
  if (plugin.cancel && !finished()) plugin.cancel({state_->host, state_->id}, state_->host->instance);
}

bool FakeCall::finished() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->finished;
}

// ---- FakeHost

FakeHost::FakeHost(collet_plugin_entry_fn entry, Options options) : state_(std::make_unique<State>(*this)) {
  state_->options = std::move(options);
  state_->host = {sizeof(collet_host), COLLET_ABI_MINOR, {state_.get(), 0}, &kCallApi, get_service};
  const collet_plugin* plugin = entry(COLLET_ABI_MINOR);
  if (!plugin) {
    create_error_ = "the plugin says that it does not work with this host";
    return;
  }
  if (!is_whole(plugin)) {
    create_error_ = "the plugin's table is shorter than the one of ABI 1.0";
    return;
  }
  state_->plugin = read_struct(plugin);
}

std::unique_ptr<FakeHost> FakeHost::load(const std::string& file, Options options) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* entry = library ? dlsym(library, COLLET_ENTRY_SYMBOL) : nullptr;
  if (!entry) {
    std::fprintf(stderr, "FakeHost: %s\n", dlerror());
    return nullptr;
  }
  return std::make_unique<FakeHost>(reinterpret_cast<collet_plugin_entry_fn>(entry), std::move(options));
}

bool FakeHost::create() {
  if (state_->instance || !create_error_.empty()) return state_->instance != nullptr;
  const collet_status status = state_->plugin.create(&state_->host, to_str(state_->options.config), assign_text,
                                                     &create_error_, &state_->instance);
  if (status < 0) {
    state_->instance = nullptr;
    if (create_error_.empty()) create_error_ = name(to_errc(status));
    return false;
  }
  for (const auto& specs : {tools(), commands()}) {
    for (const auto& spec : specs) state_->effects[spec.name] = spec.effects;
  }
  return true;
}

FakeHost::~FakeHost() {
  if (!state_->instance) return;
  if (state_->plugin.quiesce) state_->plugin.quiesce(state_->instance, 1'000);
  std::vector<std::shared_ptr<FakeCall::State>> running;
  {
    const std::scoped_lock lock(state_->mutex);
    for (const auto& [id, call] : state_->calls) running.push_back(call);
  }
  for (const auto& call : running) FakeCall(call).cancel();
  state_->join();
  state_->plugin.destroy(state_->instance);
}

const std::string& FakeHost::create_error() {
  create();
  return create_error_;
}

std::vector<ToolSpec> FakeHost::tools() {
  std::vector<ToolSpec> out;
  if (create()) state_->plugin.list_tools(state_->instance, collect_spec, &out);
  return out;
}

std::vector<ToolSpec> FakeHost::commands() {
  std::vector<ToolSpec> out;
  if (!create()) return out;
  const auto* table = extension<collet_commands>(*state_, COLLET_COMMANDS_ID);
  if (table) table->list_commands(state_->instance, collect_spec, &out);
  return out;
}

std::shared_ptr<FakeCall> FakeHost::start(std::string_view tool, std::string_view arguments, const FakeCallOptions& options) {
  const auto call = std::make_shared<FakeCall::State>();
  if (!create()) {
    call->finished = true;
    call->result.error = {Errc::unavailable, create_error_};
    return std::make_shared<FakeCall>(call);
  }
  call->host = state_.get();
  call->options = options;
  call->tool = tool;
  call->arguments = arguments;
  call->deadline = Clock::now() + std::chrono::milliseconds(options.timeout_ms);
  const auto effects = state_->effects.find(call->tool);
  call->effects = effects == state_->effects.end() ? 0 : effects->second;
  fill_info(*call);
  {
    const std::scoped_lock lock(state_->mutex);
    call->id = ++state_->last_id;
    state_->calls[call->id] = call;
  }
  state_->run_later([call] {
    const collet_call handle = {call->host, call->id};
    const collet_status status = call->host->plugin.invoke(handle, call->host->instance, to_str(call->tool), to_str(call->arguments));
    collet_finish end = {};
    end.struct_size = sizeof(end);
    end.status = status < 0 ? status : COLLET_E_INTERNAL;
    end.message = to_str(status < 0 ? "" : "invoke returned OK without finish");
    if (status != COLLET_PENDING) finish(handle, &end);  // CLOSED if the plugin has finished, as it should
  });
  return std::make_shared<FakeCall>(call);
}

FakeResult FakeHost::call(std::string_view tool, std::string_view arguments, const FakeCallOptions& options) {
  return start(tool, arguments, options)->wait(options.timeout_ms + 5'000);
}

Result<ToolSpec> FakeHost::specialize(std::string_view tool, std::string_view tool_params, std::string_view hint,
                                      const FakeCallOptions& options) {
  if (!create()) return Error{Errc::unavailable, create_error_};
  const auto* table = extension<collet_specialize>(*state_, COLLET_SPECIALIZE_ID);
  if (!table) return Error{Errc::unavailable, "the plugin has no " COLLET_SPECIALIZE_ID};
  std::vector<ToolSpec> made;
  std::string reason;
  collet_specialize_request request = {};
  request.struct_size = sizeof(request);
  request.tool = to_str(tool);
  request.tool_params = to_str(tool_params);
  request.description_hint = to_optional_str(hint);
  request.caller = to_optional_str(options.caller);
  request.app = to_optional_str(options.app);
  request.size = to_optional_str(options.size);
  const collet_status status = table->specialize(state_->instance, &request, collect_spec, &made, assign_text, &reason);
  if (status < 0) return Error{to_errc(status), reason};
  return made.empty() ? ToolSpec{} : made.front();
}

std::string FakeHost::redact(std::string_view tool, std::string_view result) {
  std::string out(result);
  if (!create()) return out;
  const auto* table = extension<collet_redact>(*state_, COLLET_REDACT_ID);
  if (!table) return out;
  collet_redact_request request = {};
  request.struct_size = sizeof(request);
  request.tool = to_str(tool);
  request.result = to_str(result);
  std::string shorter(result);
  const collet_status status = table->redact(state_->instance, &request, assign_text, &shorter);
  return status >= 0 && shorter.size() <= out.size() ? shorter : out;
}

std::vector<std::string> FakeHost::log_lines() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->log_lines;
}

}  // namespace collet::testing
