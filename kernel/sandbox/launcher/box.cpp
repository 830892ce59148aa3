// The child sequence. Between the clone and the exec there is no heap, no lock
// and no library state: only system calls, each checked, each with a name.
#include "sandbox/launcher/net.hpp"
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <grp.h>
#include <linux/futex.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace collet::launcher {
namespace {

bool wait_for_maps(SharedPage& page) {
  while (page.maps_written.load(std::memory_order_acquire) == 0) {
    const long woken = ::syscall(SYS_futex, &page.maps_written, FUTEX_WAIT, 0, nullptr, nullptr, 0);
    if (woken < 0 && errno != EAGAIN && errno != EINTR) return false;
  }
  return true;
}

bool take_uid(const BoxTemplate& box) {
  // Without this the kernel would take the capabilities away together with
  // uid 0, and the mounts come later.
  return ::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS) == 0 && take_ids(box.ids.inside);
}

// Nobody may look into the first process, whose memory once was the launcher's.
void close_to_looks(const BoxPlan& plan) { require(plan, Step::capabilities, ::prctl(PR_SET_DUMPABLE, 0) == 0); }

void confine(const BoxPlan& plan) {
  Step step = Step::none;
  if (!drop_rights(plan.program, step)) give_up(plan, step);
  require(plan, Step::filter, install_filter(plan.box.filter));
}

[[noreturn]] void run_program(const BoxPlan& plan) {
  Step step = Step::none;
  if (!settle_program(plan.program, step)) give_up(plan, step);
  require(plan, Step::descriptors, place_descriptors(plan.program, plan.fds));
  require(plan, Step::cwd, enter_first_folder(plan.program));
  execute(plan);
}

void start_program(const BoxPlan& plan) {
  close_to_looks(plan);
  confine(plan);
  const pid_t program = static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  require(plan, Step::fork, program >= 0);
  if (program == 0) run_program(plan);
  plan.page->program.store(program, std::memory_order_release);
}

// The zygote has to look at this process to find the box, which nothing else in it can:
// the copy runs no line of its own before this process is closed again. No filter and no
// Landlock here: the copy has its own, and this process only waits for it.
void adopt_copy(const BoxPlan& plan) {
  require(plan, Step::join, ::prctl(PR_SET_DUMPABLE, 1) == 0);
  offer_program(plan);
  require(plan, Step::no_new_privs, ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  require(plan, Step::capabilities, give_up_capabilities());
  await_join(plan);
  close_to_looks(plan);
  plan.page->joining.sealed.store(1, std::memory_order_release);
  ::syscall(SYS_futex, &plan.page->joining.sealed, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace

void require(const BoxPlan& plan, Step step, bool ok) {
  if (!ok) give_up(plan, step);
}

// A privileged launcher has none left; whoever finds some has found a fault. One
// without rights keeps those of its user: the kernel takes them from nobody, since
// a file may be closed to just one group.
bool has_no_groups(const BoxTemplate& box) {
  return box.keeps_groups || ::syscall(SYS_getgroups, 0, nullptr) == 0;
}

// The launcher handles no signal, so there is only the mask to set.
bool hold_signals_for_reaper() {
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int signal : {SIGCHLD, SIGTERM, SIGQUIT}) ::sigaddset(&blocked, signal);
  return ::sigprocmask(SIG_SETMASK, &blocked, nullptr) == 0;
}

// v1: a task that moves itself takes the kernel's short path; the launcher
// writing the pid would wait for a grace period.
bool enter_cgroups(const BoxTemplate& box) {
  for (const int tasks : box.cgroup_tasks) {
    if (tasks >= 0 && ::write(tasks, "0", 1) != 1) return false;
  }
  return true;
}

// The launcher may have died before; its end of the pipe then hangs up.
bool die_with_launcher(const BoxTemplate& box) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return false;
  pollfd life{box.life_fd, POLLIN, 0};
  if (::poll(&life, 1, 0) < 0) return false;
  if ((life.revents & POLLHUP) != 0) ::_exit(125);
  return true;
}

void execute(const BoxPlan& plan) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const auto* argv = const_cast<char* const*>(plan.spec->argv.data());
  ::execve(argv[0], argv, const_cast<char* const*>(plan.spec->env.data()));
  give_up(plan, Step::exec);
}

void give_up(const BoxPlan& plan, Step step, std::uint32_t index) {
  plan.page->failure = {step, errno, index};
  ::_exit(125);
}

void live_in_box(const BoxPlan& plan) {
  const BoxTemplate& box = plan.box;
  ::close(box.life_write_fd);
  // Before the first wait, since nobody else could end it ...
  require(plan, Step::session, die_with_launcher(box));
  require(plan, Step::id_map, !box.user_ns || wait_for_maps(*plan.page));
  require(plan, Step::session, ::setsid() >= 0 && hold_signals_for_reaper());
  require(plan, Step::cgroup_attach, enter_cgroups(box));
  // Only now: the namespace takes the cgroup one is in as its root.
  require(plan, Step::cgroup_ns, ::unshare(CLONE_NEWCGROUP) == 0);
  require(plan, Step::uid, take_uid(box));
  require(plan, Step::groups, has_no_groups(box));
  // ... and after the uid switch, which clears the signal.
  require(plan, Step::session, die_with_launcher(box));
  require(plan, Step::host_name, ::sethostname("box", 3) == 0);
  ::umask(022);
  const int out_folder = enter_tree(plan);
  if (box.fresh_net) require(plan, Step::loopback, raise_loopback());
  serve_program(plan, out_folder);
}

void serve_program(const BoxPlan& plan, int out_folder) {
  require(plan, Step::openings, send_openings(plan, out_folder));
  if (plan.offers >= 0) adopt_copy(plan);
  else start_program(plan);
  reap(plan);
}

}  // namespace collet::launcher
