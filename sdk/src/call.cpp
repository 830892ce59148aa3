#include "collet/call.hpp"

#include <atomic>
#include <mutex>
#include <utility>

#include "collet/plugin.hpp"
#include "collet/sized.hpp"

namespace collet {
namespace glue {

struct CallState {
  CallState(collet_call call, const collet_call_api& call_api, const ServiceTables& service_tables,
            std::shared_ptr<RunningCalls> running_calls)
      : handle(call), api(call_api), tables(service_tables), running(std::move(running_calls)) {}

  ~CallState() {
    finish(COLLET_E_INTERNAL, "the plugin let go of the call without finishing it", {});
  }

  void finish(collet_status status, std::string_view message, const End& end) {
    if (finished.exchange(true)) return;
    if (watched) running->remove(handle.id);
    drop_cancel_callback();
    collet_finish out = {};
    out.struct_size = sizeof(out);
    out.flags = (end.is_error ? COLLET_FINISH_ERROR : 0u) | (end.is_empty ? COLLET_FINISH_EMPTY : 0u) |
                (end.retryable ? COLLET_FINISH_RETRYABLE : 0u);
    out.status = status;
    out.message = to_optional_str(message);
    out.details = to_optional_str(end.details);
    api.finish(handle, &out);
  }

  std::function<void()> take_cancel_callback() {
    const std::scoped_lock lock(mutex);
    return std::exchange(on_cancel, {});
  }

  void run_cancel_callback() {
    if (const auto callback = take_cancel_callback()) callback();
  }

  /// A callback mostly holds its own Call, so kept after the end it would keep
  /// this state alive for ever. It goes outside of the lock: what it captured may
  /// have a destructor of its own.
  void drop_cancel_callback() { const auto dropped = take_cancel_callback(); }

  const collet_call handle;
  const collet_call_api& api;
  const ServiceTables& tables;
  const std::shared_ptr<RunningCalls> running;
  std::atomic<bool> finished = false;
  std::atomic<bool> watched = false;
  std::mutex mutex;
  std::function<void()> on_cancel;
};

void RunningCalls::add(std::uint64_t id, std::weak_ptr<CallState> state) {
  const std::scoped_lock lock(mutex_);
  calls_[id] = std::move(state);
}

void RunningCalls::remove(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  calls_.erase(id);
}

void RunningCalls::cancel(std::uint64_t id) {
  std::shared_ptr<CallState> state;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = calls_.find(id);
    if (found == calls_.end()) return;
    state = found->second.lock();
  }
  if (state) state->run_cancel_callback();
}

void InstanceBase::set_blocking(const std::string& tool, bool blocking) {
  const std::scoped_lock lock(mutex_);
  blocking_[tool] = blocking;
}

bool InstanceBase::is_blocking(std::string_view tool) {
  const std::scoped_lock lock(mutex_);
  const auto found = blocking_.find(std::string(tool));
  return found != blocking_.end() && found->second;
}

Call make_call(InstanceBase& instance, collet_call handle) {
  return Call(std::make_shared<CallState>(handle, *instance.host.call, instance.tables, instance.running));
}

std::optional<Args> read_arguments(Call& call, collet_str arguments) {
  auto parsed = Value::parse(to_view(arguments));
  if (parsed && parsed->is_object()) return Args(std::move(parsed).value());
  call.fail({Errc::invalid, parsed ? "the arguments must be a JSON object" : parsed.error().message});
  return std::nullopt;
}

Error current_exception_error() {
  try {
    throw;
  } catch (const std::exception& e) {
    return {Errc::internal, std::string("the plugin failed: ") + e.what()};
  } catch (...) {
    return {Errc::internal, "the plugin failed with an unknown exception"};
  }
}

void conclude(Call& call, Result<void> result) {
  if (result) call.finish();
  else call.fail(result.error());
}

void conclude(Call& call, Result<std::string> result) {
  if (!result) return call.fail(result.error());
  if (call.finished()) return;
  const auto emitted = call.text(*result);
  if (!emitted) return call.fail(emitted.error());
  call.finish(End{.is_empty = result->empty()});
}

void conclude(Call& call, Result<Value> result) {
  if (!result) return call.fail(result.error());
  if (call.finished()) return;
  conclude(call, call.json(*result));
}

}  // namespace glue

Call::Call(std::shared_ptr<glue::CallState> state)
    : Services(state->handle, state->tables), state_(std::move(state)) {}

Result<void> Call::emit(std::int32_t kind, std::string_view data, std::string_view mime,
                        std::string_view name) {
  collet_content part = {};
  part.struct_size = sizeof(part);
  part.kind = kind;
  part.mime = to_optional_str(mime);
  part.data = to_str(data);
  part.name = to_optional_str(name);
  const collet_status status = state_->api.emit(state_->handle, &part);
  if (status >= 0) return {};
  if (status == COLLET_E_LIMIT) return Error{Errc::limit, "the result is longer than the call may answer"};
  if (status == COLLET_E_CLOSED) return Error{Errc::closed, "the call is over"};
  if (status == COLLET_E_INVALID && kind == COLLET_CONTENT_JSON) return Error{Errc::invalid, "a JSON part of the result is no JSON"};
  return Error{to_errc(status), "the host refused a part of the result"};
}

Result<void> Call::text(std::string_view text) { return emit(COLLET_CONTENT_TEXT, text, {}, {}); }
Result<void> Call::json(const Value& value) { return emit(COLLET_CONTENT_JSON, value.dump(), {}, {}); }
Result<void> Call::json(std::string_view json) { return emit(COLLET_CONTENT_JSON, json, {}, {}); }
Result<void> Call::image(std::string_view bytes, std::string_view mime, std::string_view name) {
  return emit(COLLET_CONTENT_IMAGE, bytes, mime, name);
}
Result<void> Call::blob(std::string_view id, std::string_view mime, std::string_view name) {
  return emit(COLLET_CONTENT_BLOB, id, mime, name);
}
Result<void> Call::link(std::string_view uri, std::string_view name, std::string_view mime) {
  return emit(COLLET_CONTENT_LINK, uri, mime, name);
}

namespace {

void send_progress(const glue::CallState& state, std::int32_t kind, double done, double total,
                   std::string_view text) {
  collet_progress progress = {};
  progress.struct_size = sizeof(progress);
  progress.kind = kind;
  progress.done = done;
  progress.total = total;
  progress.text = to_str(text);
  state.api.progress(state.handle, &progress);
}

}  // namespace

void Call::progress(std::string_view text, double done, double total) {
  send_progress(*state_, COLLET_PROGRESS_STEP, done, total, text);
}

void Call::output(Stream stream, std::string_view piece) {
  send_progress(*state_, stream == Stream::out ? COLLET_PROGRESS_STDOUT : COLLET_PROGRESS_STDERR, 0, 0, piece);
}

bool Call::cancelled() const { return state_->api.cancelled(state_->handle) != 0; }
std::int64_t Call::remaining_ms() const { return state_->api.remaining_ms(state_->handle); }

CallInfo Call::info() const {
  CallInfo out;
  const collet_call_info* given = state_->finished ? nullptr : state_->api.info(state_->handle);
  if (!given) return out;
  const collet_call_info info = read_struct(given);
  out.request_id = to_view(info.request_id);
  out.call_id = to_view(info.call_id);
  out.caller = to_view(info.caller);
  out.tool = to_view(info.tool);
  out.app = to_view(info.app);
  out.size = to_view(info.size);
  out.tool_params = Value::parse(to_view(info.tool_params)).value_or(Value());
  out.attempt = info.attempt;
  out.deadline_ms = info.deadline_ms;
  out.output_bytes_max = info.output_bytes_max;
  return out;
}

void Call::on_cancel(std::function<void()> callback) {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->on_cancel = std::move(callback);
  }
  state_->watched = true;
  state_->running->add(state_->handle.id, state_);
  if (finished()) {  // another thread ended the call meanwhile
    state_->running->remove(state_->handle.id);
    return state_->drop_cancel_callback();
  }
  // The push may have come before there was anything to push to.
  if (cancelled()) state_->run_cancel_callback();
}

void Call::finish(const End& end) { state_->finish(COLLET_OK, {}, end); }

void Call::fail(const Error& error, const End& end) {
  state_->finish(static_cast<collet_status>(error.code), error.message, end);
}

bool Call::finished() const { return state_->finished; }

}  // namespace collet
