// The filter as a program: run by a small interpreter, call by call.
#include "sandbox/launcher/filter.hpp"

#include <cerrno>
#include <cstring>

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

namespace collet::launcher {
namespace {

constexpr std::uint32_t kHostArch = AUDIT_ARCH_X86_64;

// Classic BPF as seccomp uses it: absolute loads, jumps, and, return.
std::uint32_t evaluate(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t a = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& op = program[at];
    bool taken = false;
    switch (op.code) {
      case BPF_LD | BPF_W | BPF_ABS: std::memcpy(&a, reinterpret_cast<const char*>(&data) + op.k, 4); continue;
      case BPF_ALU | BPF_AND | BPF_K: a &= op.k; continue;
      case BPF_JMP | BPF_JA: at += op.k; continue;
      case BPF_RET | BPF_K: return op.k;
      case BPF_JMP | BPF_JEQ | BPF_K: taken = a == op.k; break;
      case BPF_JMP | BPF_JGT | BPF_K: taken = a > op.k; break;
      case BPF_JMP | BPF_JGE | BPF_K: taken = a >= op.k; break;
      case BPF_JMP | BPF_JSET | BPF_K: taken = (a & op.k) != 0; break;
      default: ADD_FAILURE() << "unknown instruction " << op.code; return 0;
    }
    at += taken ? op.jt : op.jf;
  }
  ADD_FAILURE() << "fell off the end";
  return 0;
}

class FilterTest : public testing::Test {
 protected:
  void SetUp() override {
    auto compiled = compile_filter();
    ASSERT_TRUE(compiled) << compiled.error().message;
    program_ = std::move(*compiled);
  }
  std::uint32_t ask(long number, std::uint64_t a0 = 0, std::uint64_t a1 = 0, std::uint64_t a2 = 0,
                    std::uint32_t arch = kHostArch) const {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = arch;
    data.args[0] = a0;
    data.args[1] = a1;
    data.args[2] = a2;
    return evaluate(program_, data);
  }
  static constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
  static constexpr std::uint32_t error(int number) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number); }
  std::vector<sock_filter> program_;
};

TEST_F(FilterTest, FitsTheKernelsLimit) { EXPECT_LT(program_.size(), 4096u) << "BPF_MAXINSNS"; }

TEST_F(FilterTest, AllowsWhatProgramsLiveOn) {
  for (const long number : {SYS_read, SYS_write, SYS_openat, SYS_mmap, SYS_execve, SYS_exit_group, SYS_futex, SYS_epoll_wait,
                            SYS_rt_sigreturn, SYS_getrandom, SYS_wait4, SYS_vfork, SYS_getdents64}) {
    EXPECT_EQ(ask(number), kAllow) << "call " << number;
  }
}

TEST_F(FilterTest, UnknownCallsDoNotExist) {
  EXPECT_EQ(ask(SYS_clone3), error(ENOSYS));
  EXPECT_EQ(ask(9'999), error(ENOSYS));
  for (long number = 460; number < 600; ++number) EXPECT_EQ(ask(number), error(ENOSYS)) << number;
}

TEST_F(FilterTest, RefusesTheDangerous) {
  for (const long number : {SYS_ptrace, SYS_mount, SYS_umount2, SYS_bpf, SYS_keyctl, SYS_add_key, SYS_unshare, SYS_setns,
                            SYS_io_uring_setup, SYS_userfaultfd, SYS_perf_event_open, SYS_open_by_handle_at, SYS_kexec_load,
                            SYS_init_module, SYS_pivot_root, SYS_chroot, SYS_process_vm_readv, SYS_pidfd_getfd, SYS_kcmp}) {
    EXPECT_EQ(ask(number), error(EPERM)) << "call " << number;
  }
}

TEST_F(FilterTest, KillsForeignArchitectures) {
  EXPECT_EQ(ask(SYS_read, 0, 0, 0, AUDIT_ARCH_I386), std::uint32_t{SECCOMP_RET_KILL_PROCESS});
  EXPECT_EQ(ask(SYS_read | 0x40000000), std::uint32_t{SECCOMP_RET_KILL_PROCESS}) << "x32";
}

TEST_F(FilterTest, LetsOnlyTheseSocketFamiliesThrough) {
  for (std::uint64_t family = 0; family < 100; ++family) {
    const bool allowed = family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
    EXPECT_EQ(ask(SYS_socket, family, SOCK_STREAM, 0), allowed ? kAllow : error(EAFNOSUPPORT)) << "family " << family;
    // The kernel takes the low half; the high half must not open a way round.
    EXPECT_NE(ask(SYS_socket, family + (1ull << 32), SOCK_STREAM, 0), kAllow) << "family " << family << " with a high bit";
  }
  EXPECT_EQ(ask(SYS_socket, AF_NETLINK, SOCK_RAW, 9), error(EAFNOSUPPORT)) << "audit";
  EXPECT_EQ(ask(SYS_socketpair, AF_UNIX), kAllow);
  EXPECT_NE(ask(SYS_socketpair, 30), kAllow) << "TIPC";
}

TEST_F(FilterTest, RefusesNamespacesInClone) {
  EXPECT_EQ(ask(SYS_clone, 0x11), kAllow);
  EXPECT_EQ(ask(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD), kAllow);
  for (const std::uint64_t flag : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET}) {
    EXPECT_EQ(ask(SYS_clone, flag | 0x11), error(EPERM)) << std::hex << flag;
  }
  EXPECT_EQ(ask(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID), error(EPERM));
}

TEST_F(FilterTest, ComparesIoctlsOnTheLowHalf) {
  EXPECT_EQ(ask(SYS_ioctl, 0, TIOCGWINSZ), kAllow);
  EXPECT_EQ(ask(SYS_ioctl, 0, TIOCSTI), error(EPERM));
  EXPECT_EQ(ask(SYS_ioctl, 0, TIOCSTI | (1ull << 32)), error(EPERM));
  EXPECT_EQ(ask(SYS_ioctl, 0, TIOCLINUX), error(EPERM));
  EXPECT_EQ(ask(SYS_ioctl, 0, TIOCLINUX | (7ull << 40)), error(EPERM));
  EXPECT_NE(ask(SYS_ioctl, 0, 0x12345678), kAllow);
}

TEST_F(FilterTest, LimitsOfOthersAreOutOfReach) {
  EXPECT_EQ(ask(SYS_prlimit64, 0), kAllow);
  EXPECT_EQ(ask(SYS_prlimit64, 1), error(EPERM));
  EXPECT_EQ(ask(SYS_prctl, PR_SET_NAME), kAllow);
  EXPECT_NE(ask(SYS_prctl, PR_SET_MM), kAllow);
  EXPECT_EQ(ask(SYS_personality, 0xffffffff), kAllow);
  EXPECT_NE(ask(SYS_personality, 0x0040000), kAllow) << "ADDR_NO_RANDOMIZE";
}

TEST_F(FilterTest, TheFirstProcessKeepsItsPriority) {
  constexpr std::uint64_t kHigh = 1ull << 32;
  for (const std::uint64_t process : {std::uint64_t{1}, 1 + kHigh}) {
    for (const long number : {SYS_sched_setscheduler, SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setaffinity}) {
      EXPECT_EQ(ask(number, process), error(EPERM)) << number;
    }
    EXPECT_EQ(ask(SYS_setpriority, PRIO_PROCESS, process), error(EPERM));
    EXPECT_EQ(ask(SYS_setpriority, PRIO_PGRP, process), error(EPERM));
  }
  EXPECT_EQ(ask(SYS_setpriority, PRIO_USER, 0), error(EPERM));
  EXPECT_EQ(ask(SYS_setpriority, PRIO_USER + kHigh, 0), error(EPERM));
  for (const std::uint64_t process : {0, 2, 3, 77}) {
    for (const long number : {SYS_sched_setscheduler, SYS_sched_setattr, SYS_sched_setparam, SYS_sched_setaffinity}) {
      EXPECT_EQ(ask(number, process), kAllow) << number;
    }
    EXPECT_EQ(ask(SYS_setpriority, PRIO_PROCESS, process), kAllow);
  }
  EXPECT_EQ(ask(SYS_setpriority, 0, 1, 0, AUDIT_ARCH_I386), std::uint32_t{SECCOMP_RET_KILL_PROCESS});
}

TEST_F(FilterTest, FlushingTheHostsDisksIsQuietlyNothing) { EXPECT_EQ(ask(SYS_sync), error(0)); }

TEST_F(FilterTest, TheStrictOneLeavesConnectedPairsOfUnixSockets) {
  auto strict = compile_filter(UnixSockets::pairs);
  ASSERT_TRUE(strict) << strict.error().message;
  program_ = std::move(*strict);
  for (const std::uint64_t type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW}) {
    const bool stays_connected = type == SOCK_STREAM || type == SOCK_SEQPACKET;
    for (const std::uint64_t flags : {0, SOCK_CLOEXEC | SOCK_NONBLOCK}) {
      EXPECT_EQ(ask(SYS_socket, AF_UNIX, type | flags), error(EAFNOSUPPORT)) << type;
      EXPECT_EQ(ask(SYS_socketpair, AF_UNIX, type | flags), stays_connected ? kAllow : error(EAFNOSUPPORT)) << type;
      EXPECT_NE(ask(SYS_socket, AF_UNIX + (1ull << 32), type | flags), kAllow) << type;
    }
  }
  EXPECT_EQ(ask(SYS_socket, AF_INET, SOCK_STREAM), kAllow);
  EXPECT_EQ(ask(SYS_socket, AF_VSOCK, SOCK_STREAM), error(EAFNOSUPPORT));
}

}  // namespace
}  // namespace collet::launcher
