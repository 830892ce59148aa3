// The Sandbox made of a launcher.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"
#include "base/text.hpp"
#include "sandbox/explain.hpp"
#include "sandbox/run.hpp"

namespace collet::sandbox {

std::string text_of(const Check& check) {
  return check.remedy.empty() ? check.detail : check.detail + ". " + check.remedy;
}

namespace {

Check launcher_is_lost() {
  return {"launcher", false, "the sandbox launcher has ended, and the server has no rights left to start another", "Restart collet"};
}

}  // namespace

std::string RunCore::launcher_trouble() {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock()) return "";  // one is being started
  const bool is_lost = launcher_ && launcher_->is_gone() && ::geteuid() != started_as;
  return is_lost && !stopped_ ? text_of(launcher_is_lost()) : "";
}

std::shared_ptr<LauncherProcess> RunCore::launcher(Check& why_not) {
  const std::lock_guard lock(mutex_);
  if (launcher_ && !launcher_->is_gone()) return launcher_;
  why_not = {"launcher", false, "", ""};
  if (stopped_) return why_not.detail = "the server is stopping", nullptr;
  if (::geteuid() != started_as) return why_not = launcher_is_lost(), nullptr;
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
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (launcher_) launcher_->end();
}

namespace {

constexpr std::int64_t kProbeTimeoutMs = 5'000;
constexpr std::int64_t kUidMax = 4'294'967'294;

AdmissionLimits admission_limits(const config::SandboxSettings& settings) {
  const double share = std::clamp(settings.memory_budget, 0.01, 1.0);
  return {static_cast<std::uint32_t>(std::max(1, settings.boxes_max)),
          static_cast<std::int64_t>(static_cast<double>(host_memory_bytes()) * share),
          static_cast<std::size_t>(std::max(0, settings.queue_max))};
}

// A box like any other, whose program is the launcher itself in its other role.
BoxSpec probe_spec(const std::string& launcher_path, const std::string& kind) {
  const std::filesystem::path path(launcher_path);
  BoxSpec spec;
  spec.argv = {"/app/" + path.filename().string(), "--probe", kind};
  spec.app_root = path.parent_path().string();
  if (std::filesystem::exists("/usr")) spec.roots = {"/usr"};
  spec.timeout_ms = kProbeTimeoutMs;
  spec.size.memory_bytes = kind == "memory" ? 8ll << 20 : 64ll << 20;
  spec.size.disk_bytes = 16ll << 20;
  spec.size.pids_max = 16;
  return spec;
}

std::vector<Check> parse_probe(const std::string& text) {
  std::vector<Check> checks;
  for (const auto line : base::split(text, '\n')) {
    const auto fields = base::split(line, '\t');
    if (fields.size() != 3) continue;
    Check check{std::string(fields[0]), fields[1] == "ok", std::string(fields[2]), ""};
    if (!check.ok) check.remedy = "This is a fault of the sandbox on this kernel, not of the configuration: please report it";
    checks.push_back(std::move(check));
  }
  return checks;
}

class NativeSandbox : public Sandbox {
 public:
  explicit NativeSandbox(const config::SandboxSettings& settings) : core_(std::make_shared<RunCore>()) {
    core_->settings = settings;
    core_->admission = std::make_shared<Admission>(admission_limits(settings));
    core_->started_as = ::geteuid();
    for (const Check& check : first_look()) {
      if (check.ok || !reason_.empty()) continue;
      reason_ = text_of(check);
    }
  }
  ~NativeSandbox() override { core_->stop(); }

  void run(boost::asio::io_context& io, BoxSpec spec, OutputFn output, DoneFn done, base::CancelToken cancel) override {
    if (reason_.empty()) {
      std::make_shared<Run>(core_, io, std::move(spec), std::move(output), std::move(done))->start(cancel);
      return;
    }
    BoxResult result;
    result.outcome = Outcome::unavailable;
    result.returncode = -1;
    result.message = "this host cannot isolate: " + reason_;
    boost::asio::post(io, [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }

  std::vector<Check> probe() override { return look(); }
  const std::string& unavailable_reason() const override { return reason_; }
  std::string present_reason() const override { return reason_.empty() ? core_->launcher_trouble() : reason_; }

 private:
  std::vector<Check> first_look() {
    if (core_->settings.backend != "auto" && core_->settings.backend != "native") {
      return {{"backend", false, "sandbox.backend is \"" + core_->settings.backend + "\"; expected auto or native", ""}};
    }
    const std::int64_t first = core_->settings.uid_base;
    if (first < 1 || first + core_->settings.boxes_max > kUidMax) {
      return {{"uids", false, "sandbox.uid_base is " + std::to_string(first) + "; expected at least 1, with room for boxes_max uids", ""}};
    }
    return look();
  }

  std::vector<Check> look() {
    Check why_not;
    const auto launcher = core_->launcher(why_not);
    if (!launcher) return {why_not};
    std::vector<Check> checks = {{"launcher", true, launcher->path(), ""}};
    checks.push_back({"cgroups", true, launcher->ready().detail.data(), ""});
    const bool own_uids = (launcher->ready().abilities & wire::kOwnUids) != 0;
    const BoxResult result = run_probe(launcher->path(), own_uids ? "own_uids" : "shared_uid");
    const bool ran = result.outcome == Outcome::exited;
    checks.push_back({"box", ran, ran ? "built and ran in " + std::to_string(result.wall_us) + " us" : result.message, ""});
    for (auto& check : parse_probe(result.stdout_text)) checks.push_back(std::move(check));
    if (ran) checks.push_back(check_memory(run_probe(launcher->path(), "memory")));
    return checks;
  }

  // Its program asks for too much: it must have been stopped.
  static Check check_memory(const BoxResult& result) {
    const bool was_refused = result.outcome == Outcome::exited && result.returncode == wire::kProbeMemoryRefused;
    const bool ok = result.outcome == Outcome::oom || was_refused;
    Check check{"memory_limit", ok, "ended at its limit in " + std::to_string(result.wall_us) + " us", ""};
    if (was_refused) check.detail = "refused by the allocator (soft limits)";
    if (ok) return check;
    check.detail = "a program used four times the memory of its box: outcome " +
                   std::to_string(static_cast<int>(result.outcome)) + " " + result.message;
    check.remedy = "The memory controller of the cgroup does not hold boxes: see the line cgroups";
    return check;
  }

  BoxResult run_probe(const std::string& path, const std::string& kind) {
    boost::asio::io_context io;
    BoxResult result;
    std::make_shared<Run>(core_, io, probe_spec(path, kind), nullptr, [&](BoxResult r) { result = std::move(r); })->start({});
    io.run_for(std::chrono::milliseconds(2 * kProbeTimeoutMs));
    return result;
  }

  std::shared_ptr<RunCore> core_;
  std::string reason_;
};

}  // namespace

std::unique_ptr<Sandbox> Sandbox::start(const config::SandboxSettings& settings) {
  return std::make_unique<NativeSandbox>(settings);
}

}  // namespace collet::sandbox
