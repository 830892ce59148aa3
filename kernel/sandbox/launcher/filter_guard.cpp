// The first process of a box has the program's own uid, so the kernel would let the
// program slow it down. It is what ends the box: hands off.
#include "sandbox/launcher/filter.hpp"

#include <cerrno>
#include <cstddef>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/resource.h>
#include <sys/syscall.h>

namespace collet::launcher {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
#else
#error "name this architecture"
#endif

constexpr std::uint32_t kFirstProcess = 1;

// The low half of an argument, which is all that the kernel takes of a number.
constexpr std::uint32_t argument(int index) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + 8u * static_cast<std::uint32_t>(index);
}

}  // namespace

// Written by hand: the library compares whole registers, whose high half the kernel
// ignores, and has no "unless" for a part of one.
std::vector<sock_filter> guard_first_process(const std::vector<sock_filter>& program) {
  const sock_filter guard[] = {
    /* 0*/ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
    /* 1*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArch, 0, 14),
    /* 2*/ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    /* 3*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setpriority, 5, 0),
    /* 4*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setscheduler, 8, 0),
    /* 5*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setattr, 7, 0),
    /* 6*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setparam, 6, 0),
    /* 7*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sched_setaffinity, 5, 0),
    /* 8*/ BPF_STMT(BPF_JMP | BPF_JA, 7),
    // setpriority: neither it alone nor all of its user.
    /* 9*/ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(0)),
    /*10*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PRIO_USER, 4, 0),
    /*11*/ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(1)),
    /*12*/ BPF_STMT(BPF_JMP | BPF_JA, 1),
    // sched_set...: the process is the first argument.
    /*13*/ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument(0)),
    /*14*/ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kFirstProcess, 0, 1),
    /*15*/ BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
  };
  std::vector<sock_filter> guarded(std::begin(guard), std::end(guard));
  guarded.insert(guarded.end(), program.begin(), program.end());
  return guarded;
}

}  // namespace collet::launcher
