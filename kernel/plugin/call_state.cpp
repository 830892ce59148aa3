#include "plugin/call_state.hpp"

#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "collet/str.hpp"
#include "plugin/call_table.hpp"
#include "plugin/gate.hpp"
#include "plugin/generation.hpp"

namespace collet::plugin {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kDefaultTimeoutMs = 120'000;
constexpr std::uint64_t kDefaultOutputBytesMax = 1 << 20;

std::chrono::milliseconds time_limit(const CallFacts& facts, const ToolInfo& info) {
  if (facts.timeout_ms > 0) return std::chrono::milliseconds(facts.timeout_ms);
  return std::chrono::milliseconds(info.timeout_ms > 0 ? info.timeout_ms : kDefaultTimeoutMs);
}

/// The first JSON part that does not fit the tool's own output schema.
Result<void> check_output(const Tool& tool, const std::vector<Content>& contents) {
  if (!tool.output) return {};
  for (const auto& content : contents) {
    if (content.kind != COLLET_CONTENT_JSON) continue;
    const auto value = Value::parse(content.data);
    if (!value) return Error{Errc::internal, "the tool's result is not JSON: " + value.error().message};
    const auto findings = tool.output->validate(*value);
    if (!findings.empty()) {
      return Error{Errc::internal, "the tool's result does not fit its own output schema: " + describe(findings)};
    }
  }
  return {};
}

}  // namespace

CallState::CallState(asio::io_context& io, ToolPtr tool, CallFacts facts, std::string arguments,
                     CallEvents events)
    : io_(io), tool_(std::move(tool)), facts_(std::move(facts)), arguments_(std::move(arguments)),
      tool_params_(facts_.tool_params.size() == 0 ? "{}" : facts_.tool_params.dump()),
      events_(std::move(events)), started_(Clock::now()),
      deadline_(started_ + time_limit(facts_, tool_->info)), timer_(io),
      wants_progress_(static_cast<bool>(events_.progress)) {
  fill_info();
}

CallState::~CallState() {
  if (placed_.exchange(false)) tool_->gate->leave();
  if (entered_) generation().leave();
}

void CallState::fill_info() {
  info_.struct_size = sizeof(info_);
  info_.attempt = static_cast<std::uint32_t>(facts_.attempt);
  info_.request_id = to_str(facts_.request_id);
  info_.call_id = to_str(facts_.call_id);
  info_.caller = to_str(facts_.caller);
  info_.tool = to_str(facts_.tool_name);
  info_.app = to_optional_str(facts_.app);
  info_.size = to_optional_str(facts_.size);
  info_.tool_params = to_str(tool_params_);
  info_.deadline_ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - started_).count();
  info_.output_bytes_max = facts_.output_bytes_max > 0 ? facts_.output_bytes_max : kDefaultOutputBytesMax;
}

// ---- beginning

void CallState::begin() {
  if ((tool_->info.flags & COLLET_TOOL_NEEDS_APP) != 0 && facts_.app.empty()) {
    complete(Error{Errc::invalid, "tool " + tool_->info.name + " needs a target app"}, nullptr);
    return;
  }
  if (!generation().enter()) {
    complete(Error{Errc::unavailable, "plugin " + generation().name() + " takes no calls: " +
                       (generation().quarantined() ? "too many of its calls did not end when they should"
                                                   : "it is being stopped")}, nullptr);
    return;
  }
  entered_ = true;
  arm_deadline();
  if (!tool_->gate) return dispatch();
  switch (tool_->gate->enter(self())) {
    case Gate::Entry::admitted:
      placed_ = true;
      return dispatch();
    case Gate::Entry::waiting: return;
    case Gate::Entry::full:
      complete(Error{Errc::limit, "too many calls of tool " + tool_->info.name + " are waiting already"}, nullptr);
  }
}

void CallState::admitted() {
  placed_ = true;
  asio::post(io_, [call = self()] { call->dispatch(); });
}

void CallState::dispatch() {
  if ((tool_->info.flags & COLLET_TOOL_BLOCKING) == 0) return invoke();
  if (generation().workers().submit([call = self()] { call->invoke(); })) return;
  complete(Error{Errc::unavailable, "the server is busy: every worker thread and every place in their queue is taken"}, nullptr);
  if (placed_.exchange(false)) tool_->gate->leave();
}

void CallState::invoke() {
  const auto keep = self();
  bool abandoned = false;
  {
    const std::scoped_lock lock(mutex_);
    abandoned = over_;
    if (!abandoned) {
      id_ = CallTable::get().add(keep);
      invoked_ = id_ != 0;
    }
  }
  if (!invoked_) {
    if (!abandoned) complete(Error{Errc::limit, "too many calls at once"}, nullptr);
    if (placed_.exchange(false)) tool_->gate->leave();
    return;
  }
  after_invoke(generation().table().invoke(generation().handle(id_), generation().instance(),
                                           to_str(tool_->info.name), to_str(arguments_)));
}

void CallState::after_invoke(collet_status status) {
  if (status == COLLET_PENDING) return;
  {
    const std::scoped_lock lock(mutex_);
    if (plugin_done_) return;
    plugin_done_ = true;
  }
  if (status >= 0) {
    base::log_error("a plugin misbehaves: invoke returned without finish",
                    {{"plugin", generation().name()}, {"tool", tool_->info.name}});
    complete(Error{Errc::internal, "tool " + tool_->info.name + " returned without a result"}, nullptr);
  } else {
    const Errc code = to_errc(status);
    complete(Error{code, "tool " + tool_->info.name + " failed: " + std::string(name(code))}, nullptr);
  }
  end_plugin_side();
}

// ---- ending

void CallState::end_plugin_side() {
  CallTable::get().remove(id_);
  if (placed_.exchange(false)) tool_->gate->leave();
}

bool CallState::complete(Result<void> status, const collet_finish* end) {
  CallOutcome outcome;
  {
    const std::scoped_lock lock(mutex_);
    if (over_.exchange(true)) return false;
    outcome.contents = std::move(contents_);
    outcome.output_bytes = output_bytes_;
    outcome.egress = std::move(egress_);
  }
  if (end) {
    outcome.is_empty = (end->flags & COLLET_FINISH_EMPTY) != 0;
    outcome.retryable = (end->flags & COLLET_FINISH_RETRYABLE) != 0;
    outcome.is_error = (end->flags & COLLET_FINISH_ERROR) != 0;
    if (end->details.len <= COLLET_DETAILS_BYTES_MAX) outcome.details = base::repair_utf8(to_view(end->details));
  }
  // What a tool says of its own failure has a shape of its own.
  if (status && !outcome.is_error) status = check_output(*tool_, outcome.contents);
  outcome.is_error |= !status;
  outcome.status = std::move(status);
  outcome.duration_us = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started_).count();
  asio::post(io_, [call = self(), outcome = std::move(outcome)]() mutable { call->deliver(std::move(outcome)); });
  return true;
}

void CallState::note_egress(const base::EgressDecision& decision) {
  const std::scoped_lock lock(mutex_);
  if (!over_) egress_.add(decision);
}

void CallState::deliver(CallOutcome outcome) {
  timer_.cancel();
  flush_progress();
  const auto done = std::move(events_.done);
  events_ = {};
  if (done) done(std::move(outcome));
  // A box or an exchange that the tool did not wait for has nobody to run for.
  gone_.cancel(Error{Errc::cancelled, "the call is over"});
  watch_abandoned();
}

void CallState::cancel(Error reason) {
  asio::dispatch(io_, [call = self(), reason = std::move(reason)]() mutable {
    if (call->over_) return;
    call->stop_ = true;
    call->complete(reason, nullptr);
    call->gone_.cancel(std::move(reason));
    call->push_cancel();
  });
}

void CallState::push_cancel() {
  if (!generation().table().cancel || !invoked_ || pushed_.exchange(true)) return;
  {
    const std::scoped_lock lock(mutex_);
    if (plugin_done_) return;
  }
  generation().table().cancel(generation().handle(id_), generation().instance());
}

}  // namespace collet::plugin
