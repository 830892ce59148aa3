/* Class 25: every thread at work. */
#include "prelude.h"
#include <pthread.h>
static void* spin(void* unused) { for (;;) {} }
int main(int argc, char** argv) {
  if (strcmp(mode(argc, argv), "calls") == 0) { for (int i = 0; i < 16; ++i) if (fork() == 0) for (;;) syscall(SYS_getppid); for (;;) syscall(SYS_getppid); }
  if (strcmp(mode(argc, argv), "yield") == 0) { for (int i = 0; i < 16; ++i) if (fork() == 0) for (;;) sched_yield(); for (;;) sched_yield(); }
  if (strcmp(mode(argc, argv), "faults") == 0) for (;;) { char* p = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); memset(p, 1, 4 << 20); munmap(p, 4 << 20); }
  pthread_t thread;
  for (int i = 0; i < 40; ++i) pthread_create(&thread, NULL, spin, NULL);
  spin(NULL);
}
