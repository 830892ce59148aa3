/* Classes 20, 21: states that are hard to leave. */
#include "prelude.h"
#include <pthread.h>
#include <sys/prctl.h>

static void* deaf(void* unused) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  for (;;) {}
}
int main(int argc, char** argv) {
  const char* way = mode(argc, argv);
  for (int i = 1; i < 65; ++i) signal(i, SIG_IGN);
  if (strcmp(way, "vfork") == 0 && vfork() == 0) for (;;) pause();  /* the parent waits where only SIGKILL helps */
  if (strcmp(way, "vforks") == 0) { for (int i = 0; i < 20; ++i) if (fork() == 0 && vfork() == 0) for (;;) raise(SIGSTOP); pause(); }
  if (strcmp(way, "threads") == 0) { pthread_t thread; for (int i = 0; i < 30; ++i) pthread_create(&thread, NULL, deaf, NULL); pthread_exit(NULL); }
  if (strcmp(way, "leader_gone") == 0) { pthread_t thread; pthread_create(&thread, NULL, deaf, NULL); syscall(SYS_exit, 0); }
  if (strcmp(way, "subreaper") == 0) { prctl(PR_SET_CHILD_SUBREAPER, 1); for (int i = 0; i < 20; ++i) if (fork() == 0) { setsid(); if (fork() == 0) deaf(NULL); _exit(0); } for (;;) wait(NULL); }
  if (strcmp(way, "kills_reaper") == 0) for (;;) for (int i = 1; i < 65; ++i) kill(1, i);
  if (strcmp(way, "runs_away") == 0) for (;;) { if (fork() != 0) _exit(0); setsid(); if (getpid() > 30000) sleep(1); }
  if (strcmp(way, "fills_memory_slowly") == 0) for (;;) { memset(malloc(4096), 1, 4096); usleep(100); }
  for (;;) pause();
}
