#include "sandbox/launcher/filter.hpp"

#include <cerrno>
#include <initializer_list>
#include <memory>
#include <string>

#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

namespace collet::launcher {
namespace {

using Names = std::initializer_list<const char*>;

constexpr Names kFiles = {
  "access", "chdir", "chmod", "chown", "close", "close_range", "copy_file_range", "creat", "dup", "dup2",
  "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2",
  "fchown", "fchownat", "fcntl", "fdatasync", "fgetxattr", "flistxattr", "flock", "fremovexattr", "fsetxattr",
  "fstat", "fstatfs", "fsync", "ftruncate", "futimesat", "getcwd", "getdents", "getdents64", "getxattr",
  "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "lchown", "lgetxattr", "link",
  "linkat", "listxattr", "llistxattr", "lremovexattr", "lseek", "lsetxattr", "lstat", "memfd_create", "mkdir",
  "mkdirat", "mknod", "mknodat", "newfstatat", "open", "openat", "openat2", "pipe", "pipe2", "pread64", "preadv",
  "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv",
  "removexattr", "rename", "renameat", "renameat2", "rmdir", "sendfile", "setxattr", "splice", "stat", "statfs",
  "statx", "symlink", "symlinkat", "sync_file_range", "tee", "truncate", "umask", "unlink", "unlinkat", "utime",
  "utimensat", "utimes", "write", "writev",
};
constexpr Names kMemory = {
  "brk", "get_mempolicy", "madvise", "membarrier", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect",
  "mremap", "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
};
constexpr Names kProcesses = {
  "alarm", "arch_prctl", "capget", "execve", "execveat", "exit", "exit_group", "fork", "futex", "futex_waitv",
  "get_robust_list", "getcpu", "getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getpid",
  "getppid", "getpriority", "getresgid", "getresuid", "getrlimit", "getrusage", "getsid", "gettid", "getuid",
  "kill", "pause", "pidfd_open", "pidfd_send_signal", "restart_syscall", "rseq", "rt_sigaction",
  "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait",
  "rt_tgsigqueueinfo", "sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
  "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr",
  "sched_setparam", "sched_setscheduler", "sched_yield", "set_robust_list", "set_tid_address", "setfsgid",
  "setfsuid", "setgid", "setgroups", "setpgid", "setpriority", "setregid", "setresgid", "setresuid", "setreuid",
  "setrlimit", "setsid", "setuid", "sigaltstack", "sysinfo", "tgkill", "time", "times", "tkill", "uname",
  "vfork", "wait4", "waitid",
};
constexpr Names kTime = {
  "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday", "nanosleep", "setitimer",
  "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create",
  "timerfd_gettime", "timerfd_settime",
};
constexpr Names kTalk = {
  "accept", "accept4", "bind", "connect", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait",
  "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "getpeername", "getrandom", "getsockname", "getsockopt",
  "listen", "poll", "ppoll", "pselect6", "recvfrom", "recvmmsg", "recvmsg", "select", "semctl", "semget",
  "semop", "semtimedop", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shmat", "shmctl", "shmdt", "shmget",
  "shutdown", "signalfd", "signalfd4",
};
// Refused with EPERM rather than unknown: a program that asks should learn that
// it is not allowed, and a test can tell that the call met the filter.
constexpr Names kDangerous = {
  "_sysctl", "acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "delete_module",
  "fanotify_init", "fanotify_mark", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module",
  "io_pgetevents", "io_uring_enter", "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp",
  "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "memfd_secret", "migrate_pages", "modify_ldt",
  "mount", "mount_setattr", "move_mount", "move_pages", "name_to_handle_at", "nfsservctl", "open_by_handle_at",
  "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise", "process_mrelease",
  "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "quotactl_fd", "reboot", "request_key",
  "seccomp", "setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "syslog",
  "umount2", "unshare", "uselib", "userfaultfd", "ustat", "vhangup", "vmsplice",
};
constexpr unsigned long kIoctls[] = {
  TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCGWINSZ, TIOCSWINSZ, TIOCGPGRP, TIOCSPGRP, TIOCOUTQ, FIONREAD, FIONBIO,
  FIOASYNC, FIOCLEX, FIONCLEX, SIOCGIFNAME, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFMTU, SIOCGIFINDEX,
  SIOCGIFHWADDR, SIOCGIFNETMASK, SIOCGIFBRDADDR,
};
constexpr unsigned long kPrctls[] = {
  PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_GET_KEEPCAPS, PR_SET_NAME, PR_GET_NAME,
  PR_GET_SECCOMP, PR_CAPBSET_READ, PR_GET_TSC, PR_GET_SECUREBITS, PR_SET_TIMERSLACK, PR_GET_TIMERSLACK,
  PR_SET_CHILD_SUBREAPER, PR_GET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_GET_TID_ADDRESS,
  PR_SET_THP_DISABLE, PR_GET_THP_DISABLE, PR_GET_SPECULATION_CTRL, PR_SET_VMA,
};
constexpr unsigned long kNamespaceFlags[] = {
  CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET,
};
constexpr std::uint32_t kLow32 = 0xffffffff;

// Collects rules and remembers the first that could not be added.
class Rules {
 public:
  Rules() : context_(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), ::seccomp_release) {
    if (context_ == nullptr) error_ = "seccomp_init failed";
    if (context_ == nullptr) return;
    ::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a tree, not a list
    ::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  }

  void add(std::uint32_t action, const char* name, std::initializer_list<scmp_arg_cmp> args = {}) {
    if (!error_.empty()) return;
    const int number = ::seccomp_syscall_resolve_name(name);
    // Unknown to this library or to this architecture: ENOSYS is right.
    if (number == __NR_SCMP_ERROR || number < 0) return;
    const int result = ::seccomp_rule_add_array(context_.get(), action, number,
                                                static_cast<unsigned>(args.size()), args.begin());
    if (result != 0) error_ = std::string("seccomp rule for ") + name + ": error " + std::to_string(-result);
  }
  void add_all(std::uint32_t action, Names names) {
    for (const char* name : names) add(action, name);
  }

  Result<std::vector<sock_filter>> compile();

 private:
  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  std::string error_;
};

Result<std::vector<sock_filter>> Rules::compile() {
  if (!error_.empty()) return Error{Errc::internal, error_};
  const int file = ::memfd_create("filter", MFD_CLOEXEC);
  if (file < 0) return Error{Errc::unavailable, "memfd_create failed"};
  std::vector<sock_filter> program;
  if (::seccomp_export_bpf(context_.get(), file) == 0) {
    const off_t bytes = ::lseek(file, 0, SEEK_END);
    program.resize(static_cast<std::size_t>(bytes) / sizeof(sock_filter));
    if (::pread(file, program.data(), static_cast<std::size_t>(bytes), 0) != bytes) program.clear();
  }
  ::close(file);
  if (program.empty()) return Error{Errc::internal, "seccomp filter could not be compiled"};
  return program;
}

// The kernel makes a datagram socket of a raw one.
void add_unix_sockets(Rules& rules, UnixSockets sockets) {
  constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EAFNOSUPPORT);
  constexpr scmp_datum_t kType = 0xf;
  const bool all = sockets == UnixSockets::all;
  rules.add(all ? SCMP_ACT_ALLOW : kRefuse, "socket", {SCMP_A0(SCMP_CMP_EQ, AF_UNIX)});
  if (all) return rules.add(SCMP_ACT_ALLOW, "socketpair", {SCMP_A0(SCMP_CMP_EQ, AF_UNIX)});
  for (const int type : {SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM, SOCK_RAW}) {
    const bool stays_connected = type == SOCK_STREAM || type == SOCK_SEQPACKET;
    rules.add(stays_connected ? SCMP_ACT_ALLOW : kRefuse, "socketpair",
              {SCMP_A0(SCMP_CMP_EQ, AF_UNIX), SCMP_A1(SCMP_CMP_MASKED_EQ, kType, static_cast<scmp_datum_t>(type))});
  }
}

void add_sockets(Rules& rules, UnixSockets sockets) {
  constexpr std::uint32_t kRefuse = SCMP_ACT_ERRNO(EAFNOSUPPORT);
  add_unix_sockets(rules, sockets);
  for (const int family : {AF_INET, AF_INET6}) {
    rules.add(SCMP_ACT_ALLOW, "socket", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))});
  }
  rules.add(SCMP_ACT_ALLOW, "socket", {SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_EQ, 0)});
  rules.add(kRefuse, "socket", {SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_NE, 0)});
  for (int family = 0; family < AF_NETLINK; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6) continue;
    rules.add(kRefuse, "socket", {SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))});
  }
  rules.add(kRefuse, "socket", {SCMP_A0(SCMP_CMP_GT, AF_NETLINK)});
}

void add_clone(Rules& rules) {
  scmp_datum_t all = 0;
  for (const unsigned long flag : kNamespaceFlags) {
    all |= flag;
    rules.add(SCMP_ACT_ERRNO(EPERM), "clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)});
  }
  rules.add(SCMP_ACT_ALLOW, "clone", {SCMP_A0(SCMP_CMP_MASKED_EQ, all, 0)});
  // clone3 is on no list: its flags are out of a filter's sight, and libraries
  // fall back to clone when it does not exist.
}

void add_by_argument(Rules& rules) {
  // The kernel looks at the low 32 bits only, so do we.
  for (const unsigned long request : kIoctls) {
    rules.add(SCMP_ACT_ALLOW, "ioctl", {SCMP_A1(SCMP_CMP_MASKED_EQ, kLow32, request)});
  }
  for (const unsigned long request : {TIOCSTI, TIOCLINUX}) {
    rules.add(SCMP_ACT_ERRNO(EPERM), "ioctl", {SCMP_A1(SCMP_CMP_MASKED_EQ, kLow32, request)});
  }
  for (const unsigned long option : kPrctls) {
    rules.add(SCMP_ACT_ALLOW, "prctl", {SCMP_A0(SCMP_CMP_MASKED_EQ, kLow32, option)});
  }
  rules.add(SCMP_ACT_ALLOW, "personality", {SCMP_A0(SCMP_CMP_MASKED_EQ, kLow32, 0)});
  rules.add(SCMP_ACT_ALLOW, "personality", {SCMP_A0(SCMP_CMP_MASKED_EQ, kLow32, kLow32)});
  // Its own limits only: the first process of the box has the same uid.
  rules.add(SCMP_ACT_ALLOW, "prlimit64", {SCMP_A0(SCMP_CMP_EQ, 0)});
  rules.add(SCMP_ACT_ERRNO(EPERM), "prlimit64", {SCMP_A0(SCMP_CMP_NE, 0)});
}

}  // namespace

Result<std::vector<sock_filter>> compile_filter(UnixSockets sockets) {
  Rules rules;
  for (const auto& group : {kFiles, kMemory, kProcesses, kTime, kTalk}) rules.add_all(SCMP_ACT_ALLOW, group);
  rules.add_all(SCMP_ACT_ERRNO(EPERM), kDangerous);
  // Would flush the host's disks; the box has nothing worth flushing.
  rules.add_all(SCMP_ACT_ERRNO(0), {"sync", "syncfs"});
  add_sockets(rules, sockets);
  add_clone(rules);
  add_by_argument(rules);
  auto program = rules.compile();
  if (!program) return program;
  return guard_first_process(*program);
}

}  // namespace collet::launcher
