/* Class 13: rooms of its own. */
#include "prelude.h"
#include <linux/sched.h>

static const long kFlags[] = {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET};

int main(int argc, char** argv) {
  for (unsigned i = 0; i < sizeof kFlags / sizeof *kFlags; ++i) {
    for (unsigned j = 0; j < sizeof kFlags / sizeof *kFlags; ++j) {
      REFUSED("unshare", syscall(SYS_unshare, kFlags[i] | kFlags[j]), EPERM, ENOSYS);
      REFUSED("clone", syscall(SYS_clone, kFlags[i] | kFlags[j] | SIGCHLD, 0, 0, 0, 0), EPERM);
      REFUSED("clone, high bits", syscall(SYS_clone, kFlags[i] | kFlags[j] | SIGCHLD | 1l << 40, 0, 0, 0, 0), EPERM, EINVAL);
    }
    struct clone_args args = {.flags = (uint64_t)kFlags[i], .exit_signal = SIGCHLD};
    REFUSED("clone3", syscall(SYS_clone3, &args, sizeof args), ENOSYS, EPERM);
  }
  REFUSED("unshare of time", syscall(SYS_unshare, 0x80), EPERM, ENOSYS);
  REFUSED("into a cgroup", (syscall(SYS_clone3, &(struct clone_args){.flags = 0x200000000ull, .exit_signal = SIGCHLD}, sizeof(struct clone_args))), ENOSYS, EPERM);
  for (const char** name = (const char*[]){"mnt", "net", "user", "pid", "ipc", "uts", "cgroup", NULL}; *name; ++name) {
    char path[40];
    for (const char** whose = (const char*[]){"self", "1", NULL}; *whose; ++whose) {
      snprintf(path, sizeof path, "/proc/%s/ns/%s", *whose, *name);
      const int fd = open(path, O_RDONLY);
      REFUSED(path, syscall(SYS_setns, fd, 0), EPERM, EBADF, ENOSYS);
    }
  }
  REFUSED("by a process", syscall(SYS_setns, syscall(SYS_pidfd_open, 1, 0), CLONE_NEWNS | CLONE_NEWNET), EPERM, ENOSYS);
  REFUSED("a map of ids", write(open("/proc/self/uid_map", O_WRONLY), "0 0 1", 5), EACCES, EPERM, EROFS, EBADF);
  return done();
}
