#include "sandbox/launcher/zygote.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "sandbox/launcher/clock.hpp"
#include "sandbox/launcher/offer.hpp"
#include "sandbox/launcher/rights.hpp"

namespace collet::launcher {
namespace {

namespace fs = std::filesystem;

constexpr timeval kOfferPatience{5, 0};
constexpr std::uint64_t kOverdueNs = 2'000'000'000;

// Beside the launcher, or where an installation puts it. Empty: it is not there.
std::string library_folder() {
  std::error_code error;
  const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {here / "fork-point", here / "../lib/collet"}) {
    if (fs::exists(folder / kForkPointLibrary, error)) return fs::canonical(folder, error).string();
  }
  return "";
}

std::string fork_point_variable(const wire::SpecView& spec, int late_fd) {
  std::string text = std::string(kForkPointVariable) + "=" + std::to_string(late_fd);
  for (const int fd : spec.input_fds) {
    if (fd != late_fd) text += " " + std::to_string(fd);
  }
  return spec.capture_fd == 0 ? text : text + " " + std::to_string(spec.capture_fd);
}

// Boxes write to the first end, the zygote reads from the other.
bool make_offers(UniqueFd& ours, UniqueFd& theirs) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  ours.reset(ends[0]);
  theirs.reset(ends[1]);
  return ::setsockopt(ours.get(), SOL_SOCKET, SO_SNDTIMEO, &kOfferPatience, sizeof kOfferPatience) == 0;
}

}  // namespace

Zygote::~Zygote() {
  if (pid_ > 0) {
    const bool is_dying = kill();
    while (is_dying && ::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
  }
  if (socket_ && page_ != nullptr) report_failure(socket_.get(), page_->failure);
  cgroup_.remove();
  if (page_ != nullptr) ::munmap(page_, sizeof(SharedPage));
}

// Only as itself: the launcher has no right to end what is not its own.
bool Zygote::kill() {
  if (!take_effective_uid(host_.zygote_uid())) return false;
  const bool sent = ::kill(pid_, SIGKILL) == 0;
  if (!take_effective_uid(0)) ::_exit(1);
  return sent;
}

bool Zygote::fail(Step step, int error) {
  report_failure(socket_.get(), {step, error, 0});
  socket_.reset();
  return false;
}

bool Zygote::start(const wire::SpecView& spec, int late_fd, ZygoteFds fds) {
  socket_ = std::move(fds.socket);
  void* page = ::mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return fail(Step::slot, errno);
  page_ = new (page) SharedPage{};
  const std::string folder = library_folder();
  if (!host_.can(wire::kZygotes) || folder.empty()) return fail(Step::join, folder.empty() ? ENOENT : ENOTSUP);
  // What it prints before it is ready nobody wants, but it is to find pipes there, as its
  // copies will.
  UniqueFd their_offers;
  int prints[2];
  if (!make_offers(offers_, their_offers) || ::pipe2(prints, O_CLOEXEC) != 0) return fail(Step::slot, errno);
  const UniqueFd unread(prints[0]), printed(prints[1]), null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  wire::SpecView own = spec;
  const std::string preload = std::string("LD_PRELOAD=/app/") + kForkPointLibrary;
  const std::string variable = fork_point_variable(spec, late_fd);
  own.env.insert(own.env.end() - 1, {preload.c_str(), variable.c_str()});  // before the null pointer
  BoxPlan plan;
  plan.spec = &own;
  plan.page = page_;
  plan.fds.out = plan.fds.err = printed.get();
  if (spec.capture_fd != 0) plan.fds.capture = null.get(), plan.program.capture_target = spec.capture_fd;
  std::size_t next = 0;
  for (const int target : spec.input_fds) {
    const std::uint32_t at = plan.program.input_count++;
    plan.program.input_targets[at] = target;
    plan.fds.inputs[at] = target == late_fd ? their_offers.get() : fds.inputs[next++].get();
  }
  plan.late.push_back({Mount::Kind::tree, folder, "app", true, false, false, false, {}});
  if (!prepare(spec, plan)) return false;
  return clone_process(plan) || fail(Step::clone, errno);
}

bool Zygote::prepare(const wire::SpecView& spec, BoxPlan& plan) {
  plan.is_zygote = true;
  plan.box.ids = {host_.zygote_uid(), host_.zygote_uid(), 1};
  plan.box.life_fd = host_.life_read.get();
  plan.box.life_write_fd = host_.life_write.get();
  if (host_.can(wire::kHardLimits)) {
    const std::string name = "collet-" + std::to_string(host_.setup.owner_pid) + "-zygote-" + std::to_string(id_);
    if (!cgroup_.prepare(host_.cgroups, name, spec.limits)) return fail(Step::cgroup, errno);
    plan.box.cgroup_tasks = cgroup_.task_fds();
    plan.box.cgroup_v2 = cgroup_.v2_fd();
  }
  Failure failure;
  plan_disk(spec, plan);
  if (!plan_roots(host_, spec, plan, failure)) return fail(failure.step, failure.error);
  for (Mount& mount : plan.late) {
    if (mount.kind == Mount::Kind::tree && !mount.tree) mount.tree.reset(copy_tree(mount.source.c_str(), mount.is_device));
    if (mount.kind == Mount::Kind::tree && !mount.tree) return fail(Step::root_tree, errno);
  }
  return true;
}

bool Zygote::clone_process(const BoxPlan& plan) {
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_PIDFD;
  if (plan.box.cgroup_v2 >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(plan.box.cgroup_v2);
  }
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) live_as_zygote(plan);
  if (pid < 0) return false;
  pid_ = static_cast<pid_t>(pid);
  pidfd_.reset(pidfd);
  return true;
}

// Boxes that ask from now on hear at once that nobody listens.
void Zygote::retire() {
  socket_.reset();
  retired_ns_ = now_ns();
  ::shutdown(offers_.get(), SHUT_WR);
}

bool Zygote::is_overdue() const { return retired_ns_ != 0 && now_ns() - retired_ns_ > kOverdueNs; }

void Zygote::on_ready() {
  char byte = 0;
  if (::recv(offers_.get(), &byte, 1, MSG_DONTWAIT) != 1 || byte != kZygoteIsReady) return;
  const wire::ZygoteReady ready{wire::kMagic, id_};
  sandbox::send_message(socket_.get(), {reinterpret_cast<const char*>(&ready), sizeof ready});
}

}  // namespace collet::launcher
