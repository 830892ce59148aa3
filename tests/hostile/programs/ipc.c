/* Class 37: names that a host has once. */
#include "prelude.h"
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>

int main(int argc, char** argv) {
  REFUSED("host name", sethostname("evil", 4), EPERM, ENOSYS);
  REFUSED("domain name", setdomainname("evil", 4), EPERM, ENOSYS);
  struct timespec then = {1000000000, 0};
  for (int clock = 0; clock < 12; ++clock) REFUSED("clock", syscall(SYS_clock_settime, clock, &then), EPERM, EINVAL, ENOSYS);
  struct timeval when = {1000000000, 0};
  REFUSED("time of day", settimeofday(&when, NULL), EPERM, ENOSYS);
  struct timex change = {.modes = ADJ_FREQUENCY};
  REFUSED("speed of the clock", syscall(SYS_adjtimex, &change), EPERM, ENOSYS);
  REFUSED("message queues", syscall(SYS_msgget, IPC_PRIVATE, 0600 | IPC_CREAT), EPERM, ENOSYS, ENOSPC);
  REFUSED("posix queues", syscall(SYS_mq_open, "x", O_CREAT | O_RDWR, 0600, NULL), EPERM, ENOSYS, EMFILE);
  long made = 0;
  while (made < 100000 && shmget(IPC_PRIVATE, 4096, 0600) >= 0) ++made;
  check("shared memory has an end", made < 100000, made);
  REFUSED("huge pages", shmget(IPC_PRIVATE, 2 << 20, SHM_HUGETLB | 0600), 0);
  const int poll_fd = epoll_create1(0);
  REFUSED("an epoll in itself", epoll_ctl(poll_fd, EPOLL_CTL_ADD, poll_fd, &(struct epoll_event){EPOLLIN}), EINVAL, ELOOP);
  int last = poll_fd, depth = 0;
  for (; depth < 100; ++depth) {
    const int outer = epoll_create1(0);
    if (outer < 0 || epoll_ctl(outer, EPOLL_CTL_ADD, last, &(struct epoll_event){EPOLLIN}) != 0) break;
    last = outer;
  }
  check("epolls nest to some depth", depth < 20, depth);
  for (const char** path = (const char*[]){"/proc/sys/kernel/shmmax", "/proc/sys/kernel/msgmni", "/proc/sys/fs/mqueue/queues_max", "/proc/sys/kernel/domainname", "/proc/sys/kernel/hostname", "/proc/sys/fs/inotify/max_user_watches", "/proc/sys/user/max_user_namespaces", "/proc/sysrq-trigger", NULL}; *path; ++path) {
    const int fd = open(*path, O_WRONLY);
    check(*path, fd < 0 || write(fd, "1", 1) < 0, errno);
  }
  for (made = 0; made < 100000 && semget(IPC_PRIVATE, 250, 0600) >= 0;) ++made;
  check("semaphores have an end", made < 100000, made);
  return done();
}
