#include "sandbox/core.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

#include "base/log.hpp"
#include "sandbox/explain.hpp"
#include "sandbox/launch.hpp"

namespace collet::sandbox {
namespace {

AdmissionLimits admission_limits(const config::SandboxSettings& settings) {
  const double share = std::clamp(settings.memory_budget, 0.01, 1.0);
  return {static_cast<std::uint32_t>(std::max(1, settings.boxes_max)),
          static_cast<std::int64_t>(static_cast<double>(host_memory_bytes()) * share),
          static_cast<std::size_t>(std::max(0, settings.queue_max))};
}

Check launcher_is_lost() {
  return {"launcher", false, "the sandbox launcher has ended, and the server has no rights left to start another", "Restart collet"};
}

}  // namespace

std::string text_of(const Check& check) {
  return check.remedy.empty() ? check.detail : check.detail + ". " + check.remedy;
}

RunCore::RunCore(const config::SandboxSettings& given)
    : settings(given), admission(std::make_shared<Admission>(admission_limits(given))), slots(slot_count(given)),
      started_as_(::geteuid()), zygotes_(*this), warm_(*this) {}

std::string RunCore::launcher_trouble() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return "";  // one is being started
  const bool is_lost = launcher_ && launcher_->is_gone() && ::geteuid() != started_as_;
  return is_lost && !stopped_ ? text_of(launcher_is_lost()) : "";
}

std::shared_ptr<LauncherProcess> RunCore::launcher(Check& why_not) {
  const std::lock_guard lock(mutex_);
  if (launcher_ && !launcher_->is_gone()) return launcher_;
  why_not = {"launcher", false, "", ""};
  if (stopped_) return why_not.detail = "the server is stopping", nullptr;
  if (::geteuid() != started_as_) return why_not = launcher_is_lost(), nullptr;
  auto started = LauncherProcess::start(settings);
  if (!started) return why_not.detail = started.error().message, nullptr;
  const wire::Ready& ready = (*started)->ready();
  if (ready.failure.step != wire::Step::none) {
    const Explanation why = explain(ready.failure, {});
    why_not = {std::string(wire::name(ready.failure.step)), false, why.message + ": " + ready.detail.data(), why.remedy};
    return nullptr;
  }
  if (std::exchange(started_once_, true)) base::log_warn("sandbox launcher started anew", {{"pid", Value((*started)->pid())}});
  return launcher_ = std::move(*started);
}

void RunCore::stop() {
  warm_.stop();
  zygotes_.drop();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (launcher_) launcher_->end();
}

}  // namespace collet::sandbox
