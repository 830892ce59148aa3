// One call: what the plugin says about it, what the caller hears, and who of
// plugin, deadline and caller ends it first.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/cancel.hpp"
#include "collet/abi.h"
#include "plugin/invoke.hpp"
#include "plugin/progress_feed.hpp"
#include "services/origin.hpp"

namespace collet::plugin {

/// Ends twice: for the caller (an outcome, exactly once) and for the plugin (its
/// finish). Between the two the call is abandoned: the plugin's words meet CLOSED
/// while its strings stay alive.
class CallState final : public services::Scope, public std::enable_shared_from_this<CallState> {
 public:
  using Clock = std::chrono::steady_clock;

  CallState(boost::asio::io_context& io, ToolPtr tool, CallFacts facts, std::string arguments,
            CallEvents events);
  ~CallState() override;

  /// [thread of io] Once, right after construction.
  void begin();
  /// The gate has a place for this call now. [any-thread]
  void admitted();

  /// See RunningCall. [any-thread]
  void cancel(Error reason);

  // services::Scope
  [[nodiscard]] Facts facts() const override;
  [[nodiscard]] boost::asio::io_context& io() override { return io_; }
  [[nodiscard]] std::int64_t remaining_ms() const override;
  [[nodiscard]] bool over() const override { return over_; }
  [[nodiscard]] base::CancelToken gone() const override { return gone_.token(); }
  void output(std::int32_t kind, std::string_view piece) override;
  void note_egress(const base::EgressDecision& decision) override;

  // The plugin's side; see collet_call_api. [any-thread]
  collet_status emit(const collet_content& part);
  collet_status progress(const collet_progress& progress);
  [[nodiscard]] bool should_stop() const { return stop_ || over_ || Clock::now() >= deadline_; }
  [[nodiscard]] const collet_call_info* info() const { return over_ ? nullptr : &info_; }
  collet_status finish(const collet_finish& end);

 private:
  [[nodiscard]] std::shared_ptr<CallState> self() { return shared_from_this(); }
  void fill_info();
  void dispatch();
  void invoke();
  void after_invoke(collet_status status);
  void arm_deadline();
  void on_deadline();
  void on_grace_over();
  void watch_abandoned();
  void push_cancel();
  void end_plugin_side();
  /// OK, LIMIT or CLOSED for a part of so many bytes. Under mutex_.
  [[nodiscard]] collet_status room_for(std::uint64_t bytes) const;
  /// False when the caller had an outcome already. `is_error` and the rest of the
  /// outcome come from `end`, if any.
  bool complete(Result<void> status, const collet_finish* end);
  void deliver(CallOutcome outcome);
  void flush_progress();
  collet_status feed(CallProgress progress);
  [[nodiscard]] Generation& generation() const { return *tool_->generation; }

  boost::asio::io_context& io_;
  const ToolPtr tool_;
  const CallFacts facts_;
  const std::string arguments_;
  const std::string tool_params_;
  CallEvents events_;  ///< [thread of io]
  const Clock::time_point started_;
  const Clock::time_point deadline_;
  boost::asio::steady_timer timer_;  ///< [thread of io]
  base::CancelSource gone_;          ///< [thread of io] Ends what services still do for the call.
  collet_call_info info_ = {};
  std::uint64_t id_ = 0;  ///< Set before the plugin is invoked.
  bool stuck_counted_ = false;  ///< [thread of io]
  const bool wants_progress_;
  std::atomic<bool> entered_ = false;   ///< Counted by the generation.
  std::atomic<bool> placed_ = false;    ///< Holds a place of the gate.
  std::atomic<bool> invoked_ = false;   ///< The plugin knows of the call.
  std::atomic<bool> pushed_ = false;    ///< Its cancel slot was called.
  std::atomic<bool> stop_ = false;      ///< cancelled() answers 1.
  std::atomic<bool> over_ = false;      ///< The caller has its outcome.
  std::mutex mutex_;                    ///< Of what follows.
  bool plugin_done_ = false;
  std::vector<Content> contents_;
  std::uint64_t output_bytes_ = 0;
  base::EgressRecord egress_;
  ProgressFeed feed_;
};

/// The C functions behind a call handle.
extern const collet_call_api kCallApi;

}  // namespace collet::plugin
