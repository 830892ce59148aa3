/* Class 23: signals to everybody, by every call that sends one. */
#include "prelude.h"
#include <sys/prctl.h>
#include <sys/socket.h>

int main(int argc, char** argv) {
  const int host = atoi(getenv("HOST_PID"));
  for (int i = 1; i < 65; ++i) signal(i, SIG_IGN);
  siginfo_t about = {.si_code = SI_QUEUE};
  for (const int* order = (int[]){SIGTERM, SIGQUIT, 0}; *order; ++order) {  /* as if from outside: no sender */
    syscall(SYS_rt_sigqueueinfo, 1, *order, &about);
    usleep(50000);
  }
  for (int n = 0; n < 65; ++n) {
    kill(1, n);
    kill(getppid(), n);
    syscall(SYS_tgkill, 1, 1, n);
    syscall(SYS_tkill, 1, n);
    syscall(SYS_rt_sigqueueinfo, 1, n, &about);
    syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, 1, 0), n, NULL, 0);
    close_range(3, ~0u, 0);
    REFUSED("a process of the host", kill(host, n), ESRCH, EPERM);
    REFUSED("its group", kill(-host, n), ESRCH, EPERM);
    REFUSED("by thread", syscall(SYS_tgkill, host, host, n), ESRCH, EPERM);
    REFUSED("queued", sigqueue(host, n, (union sigval){0}), ESRCH, EPERM);
  }
  REFUSED("opened", syscall(SYS_pidfd_open, host, 0), ESRCH, EINVAL);
  int ends[2];
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  fcntl(ends[0], F_SETOWN, host);  /* "send SIGIO to", told by its number */
  fcntl(ends[0], F_SETSIG, SIGKILL);
  fcntl(ends[0], F_SETFL, O_ASYNC);
  if (write(ends[1], "x", 1) != 1) return 9;
  signal(SIGCHLD, SIG_DFL);
  const int child = fork();
  if (child == 0) { signal(SIGTERM, SIG_DFL); for (;;) pause(); }
  kill(-1, SIGKILL);  /* spares the sender and the reaper */
  int status = 0;
  check("its own child was hit", waitpid(child, &status, 0) == child && WIFSIGNALED(status), status);
  check("the first process lives", kill(1, 0) == 0, 0);
  check("and still reaps", fork() >= 0, 0);
  return done();
}
