/* Class 1: as fast as a program can, in four ways. */
#include "prelude.h"
#include <pthread.h>

static void* spin(void* unused) {
  for (;;) pause();
}
int main(int argc, char** argv) {
  const char* way = mode(argc, argv);
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    pthread_t thread;
    if (strcmp(way, "fork") == 0) fork();
    else if (strcmp(way, "threads") == 0) pthread_create(&thread, NULL, spin, NULL);
    else if (strcmp(way, "orphans") == 0) { if (fork() == 0) { setsid(); while (fork() != 0) {} } }
    else if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) == 0) { while (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) != 0) {} }
  }
}
