/* Class 12: looking into other processes, its own children among them. */
#include "prelude.h"
#include <linux/kcmp.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

int main(int argc, char** argv) {
  const int child = fork();
  if (child == 0) {
    REFUSED("be traced", syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0), EPERM, ENOSYS);
    for (;;) pause();
  }
  const int host = atoi(getenv("HOST_PID"));
  char bytes[8];
  struct iovec here = {bytes, sizeof bytes}, there = {&child, sizeof child};
  for (const int* pid = (int[]){1, getppid(), child, host, 0}; *pid != 0; ++pid) {
    for (const int* request = (int[]){PTRACE_ATTACH, PTRACE_SEIZE, PTRACE_PEEKDATA, PTRACE_POKEDATA, PTRACE_GETREGS, PTRACE_SETOPTIONS, 0}; *request != 0; ++request) {
      REFUSED("ptrace", syscall(SYS_ptrace, *request, *pid, 0, 0), EPERM, ESRCH, ENOSYS);
    }
    REFUSED("read memory", syscall(SYS_process_vm_readv, *pid, &here, 1, &there, 1, 0), EPERM, ESRCH, ENOSYS);
    REFUSED("write memory", syscall(SYS_process_vm_writev, *pid, &here, 1, &there, 1, 0), EPERM, ESRCH, ENOSYS);
    REFUSED("compare", syscall(SYS_kcmp, *pid, getpid(), KCMP_FILE, 0, 1), EPERM, ESRCH, ENOSYS);
    const int fd = (int)syscall(SYS_pidfd_open, *pid, 0);
    REFUSED("take a descriptor", syscall(SYS_pidfd_getfd, fd, 1, 0), EPERM, EBADF, ENOSYS);
    REFUSED("advise its memory", syscall(SYS_process_madvise, fd, &there, 1, MADV_COLD, 0), EPERM, EBADF, ENOSYS);
    REFUSED("move its pages", syscall(SYS_move_pages, *pid, 0, 0, 0, 0, 0), EPERM, ENOSYS);
  }
  char path[40];
  for (const int* pid = (int[]){1, host, 0}; *pid != 0; ++pid) {
    for (const char** name = (const char*[]){"mem", "root/etc", "cwd/.", "fd/1", "ns/user", "environ", NULL}; *name; ++name) {
      snprintf(path, sizeof path, "/proc/%d/%s", *pid, *name);
      const int fd = open(path, O_RDONLY);
      check(path, fd < 0 || read(fd, bytes, 1) <= 0, errno);
    }
  }
  kill(child, SIGKILL);
  return done();
}
