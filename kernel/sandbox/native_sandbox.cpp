// The Sandbox made of a launcher.
#include <chrono>
#include <filesystem>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/text.hpp"
#include "sandbox/explain.hpp"
#include "sandbox/run.hpp"

namespace collet::sandbox {
namespace {

constexpr std::int64_t kProbeTimeoutMs = 5'000;
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

class NativeSandbox : public Sandbox {
 public:
  explicit NativeSandbox(const config::SandboxSettings& settings) : core_(std::make_shared<RunCore>(settings)) {
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
    const std::string& backend = core_->settings.backend;
    if (backend != "auto" && backend != "native" && backend != "bwrap") {
      return {{"backend", false, "sandbox.backend is \"" + backend + "\"; expected auto, native or bwrap", ""}};
    }
    const std::int64_t first = core_->settings.uid_base;
    if (first < 1 || first + slot_count(core_->settings) + 1 > kUidMax) {
      return {{"uids", false, "sandbox.uid_base is " + std::to_string(first) + "; expected at least 1, with room for boxes_max + warm_boxes_max + 1 uids", ""}};
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
