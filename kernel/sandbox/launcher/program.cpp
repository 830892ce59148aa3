#include "sandbox/launcher/program.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Newer than the headers of Debian 12.
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

namespace collet::launcher {
namespace {

struct LandlockRules {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};
// Not signals: the first process of a box is outside the domain of a copied program, which
// may signal it as any program may; nobody else is in its process namespace.
constexpr std::uint64_t kScopeAbstractSocket = 1;

constexpr std::uint64_t kChanges =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | LANDLOCK_ACCESS_FS_TRUNCATE;
constexpr std::uint64_t kNoNodes = kChanges & ~(LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK);

bool allow_below(int rules, const char* path, std::uint64_t access) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access;
  rule.parent_fd = ::open(path, O_PATH | O_CLOEXEC);
  if (rule.parent_fd < 0) return false;
  const bool added = ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
  ::close(rule.parent_fd);
  return added;
}

bool set_limit(int resource, rlim_t value) {
  const rlimit limit{value, value};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0;
}

bool drop_capabilities() {
  int capability = 0;
  while (::prctl(PR_CAPBSET_DROP, capability) == 0) ++capability;
  if (errno != EINVAL || capability < CAP_LAST_CAP) return false;  // EINVAL: beyond the kernel's last
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return false;
  constexpr unsigned long kLocked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP_LOCKED |
                                    SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE |
                                    SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  return ::prctl(PR_SET_SECUREBITS, kLocked) == 0 && give_up_capabilities();
}

// A second wall behind the read-only mounts and the net namespace. Needs a
// kernel that knows scopes (Landlock 6); older ones do without.
bool restrict_with_landlock(const ProgramPlan& plan) {
  const LandlockRules attributes{kChanges, 0, kScopeAbstractSocket};
  const int rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (rules < 0) return false;
  constexpr std::uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;
  const bool built = allow_below(rules, "/work", kNoNodes) && allow_below(rules, "/tmp", kNoNodes) &&
                     allow_below(rules, "/dev/shm", kNoNodes) && allow_below(rules, "/out", kNoNodes) &&
                     allow_below(rules, "/dev", kWrite) && allow_below(rules, "/proc", kWrite) &&
                     (!plan.app_scratch || allow_below(rules, "/app", kNoNodes));
  const bool active = built && ::syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  const int error = errno;
  ::close(rules);
  errno = error;
  return active;
}

bool set_limits(const ProgramPlan& plan) {
  const wire::Limits& limits = plan.limits;
  // No limit on address space: Go and V8 reserve far more than they use.
  const bool common = set_limit(RLIMIT_CORE, 0) && set_limit(RLIMIT_NOFILE, 256) &&
                      set_limit(RLIMIT_NPROC, limits.pids_max) && set_limit(RLIMIT_FSIZE, limits.disk_bytes) &&
                      set_limit(RLIMIT_CPU, limits.cpu_seconds) && set_limit(RLIMIT_MEMLOCK, 65'536) &&
                      set_limit(RLIMIT_MSGQUEUE, 0) && set_limit(RLIMIT_SIGPENDING, 1024) &&
                      set_limit(RLIMIT_RTPRIO, 0) && set_limit(RLIMIT_NICE, 0);
  return common && (!plan.soft_limits || set_limit(RLIMIT_DATA, limits.memory_bytes));
}

bool join_new_keyring() {
  if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0) return true;
  return errno == ENOSYS;  // a kernel without keyrings has none to hide
}

// The launcher raised the first process. Who has given it up cannot have it back.
bool go_back_to_normal_priority() {
  constexpr long kNormal = 20;  // the raw call counts from 1 (nice 19) to 40 (nice -20)
  return ::syscall(SYS_getpriority, PRIO_PROCESS, 0) <= kNormal || ::setpriority(PRIO_PROCESS, 0, 0) == 0;
}

bool try_step(Step& step, Step what, bool ok) {
  if (!ok) step = what;
  return ok;
}

}  // namespace

bool take_ids(uid_t id) {
  return ::syscall(SYS_setresgid, id, id, id) == 0 && ::syscall(SYS_setresuid, id, id, id) == 0;
}

bool give_up_capabilities() {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2] = {};
  return ::syscall(SYS_capset, &head, none) == 0;
}

bool drop_rights(const ProgramPlan& plan, Step& step) {
  return try_step(step, Step::keyring, join_new_keyring()) &&
         try_step(step, Step::no_new_privs, ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) &&
         (!plan.landlock || try_step(step, Step::landlock, restrict_with_landlock(plan))) &&
         try_step(step, Step::capabilities, drop_capabilities());
}

bool install_filter(const sock_fprog& filter) {
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0;
}

bool settle_program(const ProgramPlan& plan, Step& step) {
  return try_step(step, Step::session, ::setsid() >= 0) &&
         try_step(step, Step::limits, go_back_to_normal_priority() && set_limits(plan));
}

// 0, 1, 2 and the agreed extras; everything else is closed. The launcher keeps
// its own descriptors above 15, so no source is overwritten.
bool place_descriptors(const ProgramPlan& plan, const ProgramFds& fds) {
  bool used[wire::kLastExtraFd + 1] = {};
  for (std::uint32_t i = 0; i < plan.input_count; ++i) {
    if (::dup2(fds.inputs[i], plan.input_targets[i]) < 0) return false;
    used[plan.input_targets[i]] = true;
  }
  if (!used[0]) {
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || (null != 0 && ::dup2(null, 0) < 0)) return false;
  }
  if (::dup2(fds.out, 1) < 0 || ::dup2(fds.err, 2) < 0) return false;
  if (fds.capture >= 0) {
    if (::dup2(fds.capture, plan.capture_target) < 0) return false;
    used[plan.capture_target] = true;
  }
  for (int fd = wire::kFirstExtraFd; fd <= wire::kLastExtraFd; ++fd) {
    if (!used[fd]) ::close(fd);
  }
  return ::close_range(wire::kLastExtraFd + 1, ~0u, 0) == 0;
}

bool enter_first_folder(const ProgramPlan& plan) { return ::chdir(plan.starts_in_app ? "/app" : "/work") == 0; }

}  // namespace collet::launcher
