#include "sandbox/launcher/slot.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>

#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/launcher/clock.hpp"
#include "sandbox/launcher/net.hpp"
#include "sandbox/launcher/pipes.hpp"
#include "sandbox/launcher/rights.hpp"
#include "sandbox/launcher/zygote.hpp"

namespace collet::launcher {
namespace {

constexpr int kReaperNice = -20;
constexpr std::uint32_t kNetUsesMax = 1000;

bool put(pid_t pid, const char* file, std::string_view text) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool is_pipe(int fd) {
  struct stat about{};
  return ::fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
}

sock_fprog as_program(std::vector<sock_filter>& filter) {
  return {static_cast<unsigned short>(filter.size()), filter.data()};
}

// Folders in which programs of the host may listen: the owner of an app folder is
// the box's own uid there, and connecting is no writing that a mount could refuse.
bool shows_host_folders(const wire::SpecView& spec) {
  for (const char* root : spec.roots) {
    if (root != nullptr && !is_system_root(root)) return true;
  }
  return spec.app_root != nullptr;
}

void plan_program(const wire::SpecView& spec, const RunFds& fds, BoxPlan& plan) {
  plan.program.limits = spec.limits;
  plan.program.app_scratch = spec.app_scratch;
  plan.program.starts_in_app = spec.app_root != nullptr;
  plan.program.capture_target = spec.capture_fd;
  plan.fds = {fds.out.get(), fds.err.get(), fds.capture.get(), {}};
  for (std::size_t i = 0; i < fds.inputs.size(); ++i) {
    plan.program.input_targets[i] = spec.input_fds[i];
    plan.fds.inputs[i] = fds.inputs[i].get();
  }
  plan.program.input_count = static_cast<std::uint32_t>(fds.inputs.size());
}

std::uint64_t namespaces_of(const BoxTemplate& box) {
  std::uint64_t flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
  if (box.user_ns) flags |= CLONE_NEWUSER;
  if (box.fresh_net) flags |= CLONE_NEWNET;
  return flags;
}

}  // namespace

Slot::Slot(Host& host, std::uint32_t index) : host_(host), index_(index) {}

// A file, for a copy of a zygote has to find it from outside. Who was to bring a copy into
// the last box may still be about to say that it could not: that page is for no other box.
bool Slot::renew_page() {
  if (page_ != nullptr && !is_joined_) {
    page_->~SharedPage();
    new (page_) SharedPage{};
    return true;
  }
  drop_page();
  page_file_.reset(::memfd_create("page", MFD_CLOEXEC));
  if (!page_file_ || ::ftruncate(page_file_.get(), sizeof(SharedPage)) != 0) return false;
  void* page = ::mmap(nullptr, sizeof(SharedPage), PROT_READ | PROT_WRITE, MAP_SHARED, page_file_.get(), 0);
  if (page != MAP_FAILED) page_ = new (page) SharedPage{};
  return page_ != nullptr;
}

void Slot::drop_page() {
  if (page_ != nullptr) ::munmap(page_, sizeof(SharedPage));
  page_ = nullptr;
}

Slot::~Slot() {
  if (busy()) {
    cgroup_.lift_cpu_limit();
    end_at_once();
    finish();
  }
  cgroup_.remove();
  drop_page();
}

void report_failure(int socket, const Failure& failure) {
  wire::RunReport report;
  report.failure = failure;
  sandbox::send_message(socket, {reinterpret_cast<const char*>(&report), sizeof report});
}

bool Slot::fail(const Failure& failure) {
  report_failure(socket_.get(), failure);
  socket_.reset();
  return false;
}

bool Slot::fail(Step step, int error, std::uint32_t index) { return fail(Failure{step, error, index}); }

bool Slot::start(const wire::SpecView& spec, RunFds fds, Zygote* zygote) {
  socket_ = std::move(fds.socket);
  if (busy()) return fail(Step::slot, EBUSY);
  if (!renew_page()) return fail(Step::slot, errno);
  memory_bytes_ = spec.limits.memory_bytes;
  BoxPlan plan;
  plan.spec = &spec;
  plan.page = page_;
  plan.run_socket = socket_.get();
  plan.page_fd = page_file_.get();
  plan.spec_fd = fds.spec.get();
  plan.spec_bytes = fds.spec_bytes;
  plan.work = fds.work.get();
  if (zygote != nullptr) plan.offers = zygote->offers();
  plan_program(spec, fds, plan);
  if (!prepare(spec, plan)) return false;
  Failure failure;
  if (host_.uses_bwrap() && (bwrap_ = plan_bwrap(host_, plan, failure)) == nullptr) return fail(failure);
  if (!clone_box(plan)) return fail(Step::clone, errno);
  if (bwrap_ != nullptr) bwrap_->is_under_way();
  if (bwrap_ == nullptr && plan.box.user_ns && !write_maps(plan.box.ids)) {
    const int error = errno;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
    pidfd_.reset();
    return fail(Step::id_map, error);
  }
  return true;
}

bool Slot::prepare(const wire::SpecView& spec, BoxPlan& plan) {
  const bool own_uids = host_.can(wire::kOwnUids);
  BoxTemplate& box = plan.box;
  box.user_ns = host_.can(wire::kUserNs);
  box.ids.outside = own_uids ? static_cast<uid_t>(host_.setup.uid_base + index_) : ::geteuid();
  if (!box.user_ns) box.ids.inside = box.ids.outside;
  box.fresh_net = !own_uids;
  plan.program.soft_limits = !host_.can(wire::kHardLimits);
  plan.program.landlock = host_.can(wire::kLandlock);
  box.keeps_groups = !own_uids;
  const bool is_strict = shows_host_folders(spec);
  box.filter = as_program(is_strict ? host_.strict_filter : host_.filter);
  plan.filter_fd = (is_strict ? host_.strict_filter_file : host_.filter_file).get();
  box.life_fd = host_.life_read.get();
  box.life_write_fd = host_.life_write.get();
  // A program may open /dev/stdout anew, and a pipe belongs to who made it.
  std::vector<int> pipes = {plan.fds.out, plan.fds.err, plan.fds.capture};
  std::copy_if(plan.fds.inputs, plan.fds.inputs + plan.program.input_count, std::back_inserter(pipes), is_pipe);
  for (const int fd : pipes) {
    if (own_uids && fd >= 0 && ::fchown(fd, box.ids.outside, box.ids.outside) != 0) return fail(Step::slot, errno);
  }
  if (host_.can(wire::kHardLimits)) {
    const std::string name = "collet-" + std::to_string(host_.setup.owner_pid) + "-" + std::to_string(index_);
    wire::Limits limits = spec.limits;
    if (host_.uses_bwrap()) ++limits.pids_max;  // bubblewrap itself
    if (!cgroup_.prepare(host_.cgroups, name, limits)) return fail(Step::cgroup, errno);
    box.cgroup_tasks = cgroup_.task_fds();
    box.cgroup_v2 = cgroup_.v2_fd();
    box.cgroup_v2_procs = cgroup_.v2_procs_fd();
  }
  if (own_uids && !prepare_net()) return fail(Step::net_ns, errno);
  return prepare_tree(spec, plan);
}

// The box inherits the net namespace: entering a ready one takes a microsecond,
// making one most of a millisecond, and its owner is not the box.
// Whether the last box left anything in it is asked only now: nobody waits for the answer.
bool Slot::prepare_net() {
  const bool is_reusable = net_ && ++net_uses_ < kNetUsesMax && ::setns(net_.get(), CLONE_NEWNET) == 0 && !net_was_used();
  if (is_reusable) return true;
  net_.reset();
  net_ = host_.can(wire::kZygotes) ? make_net_of(host_.zygote_uid()) : make_net();
  net_uses_ = 0;
  return static_cast<bool>(net_);
}

bool Slot::clone_box(const BoxPlan& plan) {
  int pidfd = -1;
  clone_args args{};
  args.flags = CLONE_PIDFD | (bwrap_ != nullptr ? bwrap_->namespaces : namespaces_of(plan.box));
  if (plan.box.cgroup_v2 >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(plan.box.cgroup_v2);
  }
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.exit_signal = SIGCHLD;
  started_ns_ = now_ns();
  // Who makes a user namespace may enter it: the zygote is to.
  is_joined_ = plan.offers >= 0;
  if (is_joined_ && !take_effective_uid(host_.zygote_uid())) return false;
  const long pid = ::syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    if (bwrap_ != nullptr) become_bwrap(plan, *bwrap_);
    live_in_box(plan);
  }
  const int error = errno;
  if (is_joined_ && !take_effective_uid(0)) ::_exit(1);  // never go on as somebody else
  errno = error;
  if (pid < 0) return false;
  pid_ = static_cast<pid_t>(pid);
  pidfd_.reset(pidfd);
  // The first process competes with what it is to end. The program goes back to 0.
  if (bwrap_ == nullptr && host_.can(wire::kOwnUids)) ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid_), kReaperNice);
  killed_ = oom_ = marked_ = false;
  kill_at_ns_ = 0;
  doubt_ = cgroup_.oom_needs_help() && cgroup_.oom_event_fd() < 0 ? INT_MAX : 0;
  return true;
}

bool Slot::write_maps(const IdRange& ids) {
  const std::string line = std::to_string(ids.inside) + " " + std::to_string(ids.outside) + " " +
                           std::to_string(ids.count) + "\n";
  if (!put(pid_, "setgroups", "deny") || !put(pid_, "uid_map", line) || !put(pid_, "gid_map", line)) return false;
  page_->maps_written.store(1, std::memory_order_release);
  return ::syscall(SYS_futex, &page_->maps_written, FUTEX_WAKE, 1, nullptr, nullptr, 0) >= 0;
}

}  // namespace collet::launcher
