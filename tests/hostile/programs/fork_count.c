/* Class 1: the limit on processes and threads, counted: EAGAIN before the 64th. */
#include "prelude.h"
#include <pthread.h>

static void* wait_long(void* unused) {
  for (;;) pause();
}
int main(int argc, char** argv) {
  int made = 0, error = 0;
  for (; made < 1000; ++made) {
    const int pid = fork();
    if (pid == 0) wait_long(NULL);
    if (pid < 0) { error = errno; break; }
  }
  check("processes end below the limit", made < 64 && error == EAGAIN, made);
  pthread_t thread;
  check("no thread either", pthread_create(&thread, NULL, wait_long, NULL) == EAGAIN, 0);
  check("nor by vfork", syscall(SYS_vfork) < 0, errno);
  return done();
}
