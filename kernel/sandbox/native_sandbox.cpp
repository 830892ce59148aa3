// The Sandbox made of a launcher.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <filesystem>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "sandbox/explain.hpp"
#include "sandbox/run.hpp"
#include "sandbox/work_folder.hpp"

namespace collet::sandbox {
namespace {

constexpr std::int64_t kProbeTimeoutMs = 5'000;
constexpr const char* kBackends[] = {"native", "bwrap"};  // in the order in which "auto" tries them
constexpr const char* kNoRunsc =
    "sandbox.backend is \"runsc\", and this version of collet cannot make its boxes in gVisor. Set sandbox.backend: auto; where callers "
    "must not share a kernel, give each group of them a collet of its own in a virtual machine";
constexpr std::int64_t kUidMax = 4'294'967'294;

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

void refuse(boost::asio::io_context& io, DoneFn done, const std::string& reason) {
  BoxResult result;
  result.outcome = Outcome::unavailable;
  result.returncode = -1;
  result.message = "this host cannot isolate: " + reason;
  boost::asio::post(io, [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

// Of a host on which no back end works.
class UnavailableSandbox : public Sandbox {
 public:
  explicit UnavailableSandbox(std::string reason) : reason_(std::move(reason)) {}
  void run(boost::asio::io_context& io, BoxSpec, OutputFn, DoneFn done, base::CancelToken) override { refuse(io, std::move(done), reason_); }
  Result<std::shared_ptr<WorkFolder>> make_work_folder() override { return Error{Errc::unavailable, "this host cannot isolate: " + reason_}; }
  std::vector<Check> probe() override { return {{"backend", false, reason_, ""}}; }
  const std::string& unavailable_reason() const override { return reason_; }

 private:
  const std::string reason_;
};

class LauncherSandbox : public Sandbox {
 public:
  /// @param choice how the back end in `settings` was chosen.
  LauncherSandbox(const config::SandboxSettings& settings, Check choice) : core_(std::make_shared<RunCore>(settings)), choice_(std::move(choice)) {
    for (const Check& check : first_look()) {
      if (check.ok || !reason_.empty()) continue;
      reason_ = text_of(check);
    }
  }
  ~LauncherSandbox() override { core_->stop(); }

  void run(boost::asio::io_context& io, BoxSpec spec, OutputFn output, DoneFn done, base::CancelToken cancel) override {
    if (!reason_.empty()) return refuse(io, std::move(done), reason_);
    std::make_shared<Run>(core_, io, std::move(spec), std::move(output), std::move(done))->start(cancel);
  }

  Result<std::shared_ptr<WorkFolder>> make_work_folder() override {
    if (reason_.empty()) return WorkFolder::make(core_);
    return Error{Errc::unavailable, "this host cannot isolate: " + reason_};
  }
  void on_work_folders_wanted(std::function<void()> free) override { core_->admission->on_held_wanted(std::move(free)); }

  std::size_t warm_boxes() const override { return core_->warm().waiting(); }
  void drop_warm_boxes() override {
    core_->warm().drop();  // first: one that lost its zygote would be started anew
    core_->zygotes().drop();
  }
  std::size_t ready_zygotes() override { return core_->zygotes().ready_count(); }

  std::vector<Check> probe() override { return look(); }
  const std::string& unavailable_reason() const override { return reason_; }
  std::string present_reason() const override { return reason_.empty() ? core_->launcher_trouble() : reason_; }

 private:
  std::vector<Check> first_look() {
    if (std::ranges::find(kBackends, core_->settings.backend) == std::end(kBackends)) {
      return {{"backend", false, "sandbox.backend is \"" + core_->settings.backend + "\"; expected auto, native, bwrap or runsc", ""}};
    }
    const std::int64_t first = core_->settings.uid_base;
    if (first < 1 || first + slot_count(core_->settings) + 1 > kUidMax) {
      return {{"uids", false, "sandbox.uid_base is " + std::to_string(first) + "; expected at least 1, with room for boxes_max + warm_boxes_max + sessions_max + 1 uids", ""}};
    }
    return look();
  }

  std::vector<Check> look() {
    Check why_not;
    const auto launcher = core_->launcher(why_not);
    if (!launcher) return {why_not};
    std::vector<Check> checks = {choice_, {"launcher", true, launcher->path(), ""}};
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
  const Check choice_;
  std::string reason_;
};

Check choice_of(std::string text) { return {"backend", true, std::move(text), ""}; }

// The first that works. Where none does, the reasons of all: often it is one.
std::unique_ptr<Sandbox> start_any(config::SandboxSettings settings) {
  std::string reasons, last;
  bool differ = false;
  for (const char* backend : kBackends) {
    settings.backend = backend;
    const std::string why = last.empty() ? "the first that works" : reasons;
    auto sandbox = std::make_unique<LauncherSandbox>(settings, choice_of(std::string(backend) + " (auto; " + why + ")"));
    if (sandbox->unavailable_reason().empty()) return sandbox;
    differ = differ || (!last.empty() && last != sandbox->unavailable_reason());
    last = sandbox->unavailable_reason();
    reasons += (reasons.empty() ? "" : "; ") + std::string(backend) + ": " + last;
  }
  return std::make_unique<UnavailableSandbox>(differ ? std::move(reasons) : std::move(last));
}

}  // namespace

std::unique_ptr<Sandbox> Sandbox::start(const config::SandboxSettings& settings) {
  if (settings.backend == "auto") return start_any(settings);
  if (settings.backend == "runsc") return std::make_unique<UnavailableSandbox>(kNoRunsc);
  return std::make_unique<LauncherSandbox>(settings, choice_of(settings.backend + " (sandbox.backend)"));
}

}  // namespace collet::sandbox
