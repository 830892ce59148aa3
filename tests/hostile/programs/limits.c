/* Class 24: more than its share. */
#include "prelude.h"
#include <linux/ioprio.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int main(int argc, char** argv) {
  for (int what = 0; what < 16; ++what) {
    struct rlimit limit;
    if (getrlimit(what, &limit) != 0 || limit.rlim_max == RLIM_INFINITY) continue;
    const rlim_t one_more = limit.rlim_max + 1;
    struct rlimit more = {one_more, one_more}, all = {RLIM_INFINITY, RLIM_INFINITY};
    REFUSED("one more", setrlimit(what, &more), EPERM);
    REFUSED("all", setrlimit(what, &all), EPERM);
    REFUSED("of the first process", syscall(SYS_prlimit64, 1, what, &all, NULL), EPERM);
    REFUSED("of its own number", syscall(SYS_prlimit64, getpid(), what, &all, NULL), EPERM);
  }
  for (int nice_value = -20; nice_value < 0; ++nice_value) REFUSED("nice", setpriority(PRIO_PROCESS, 0, nice_value), EACCES, EPERM);
  for (int policy = 1; policy <= 2; ++policy) {
    struct sched_param first = {.sched_priority = 1};
    REFUSED("real time", sched_setscheduler(0, policy, &first), EPERM);
    REFUSED("of the first process", sched_setscheduler(1, policy, &first), EPERM);
  }
  uint64_t deadline[6] = {48 | (uint64_t)6 << 32, 0, 0, 1000000, 2000000, 2000000};
  REFUSED("a deadline", syscall(SYS_sched_setattr, 0, deadline, 0), EPERM, EINVAL, ENOSYS);
  REFUSED("disk in real time", syscall(SYS_ioprio_set, 1, 0, IOPRIO_PRIO_VALUE(1, 0)), EPERM, ENOSYS);
  REFUSED("lock a lot", mlock(mmap(NULL, 8 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 8 << 20), ENOMEM, EPERM, EAGAIN);
  REFUSED("lock all", mlockall(MCL_CURRENT | MCL_FUTURE), ENOMEM, EPERM);
  for (const char** path = (const char*[]){"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/cpuset/tasks", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/proc/self/oom_score_adj", "/proc/sys/kernel/sched_rt_runtime_us", NULL}; *path; ++path) {
    const int fd = open(*path, O_WRONLY);
    REFUSED(*path, fd < 0 ? -1 : write(fd, "-500", 4), 0);
  }
  cpu_set_t all;
  memset(&all, 0xff, sizeof all);
  sched_setaffinity(0, sizeof all, &all);
  check("no core was asked for", prctl(PR_SET_DUMPABLE, 1) == 0, 0);
  const int child = fork();
  if (child == 0) abort();
  int status = 0;
  waitpid(child, &status, 0);
  check("no core was dumped", !WCOREDUMP(status) && access("core", F_OK) != 0, status);
  return done();
}
