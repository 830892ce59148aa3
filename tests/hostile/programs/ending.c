/* Class 29: ways to end. */
#include "prelude.h"
#include <pthread.h>
static int deep(int n) { volatile char room[4096]; room[0] = (char)n; return deep(n + 1) + room[0]; }
static void* leave(void* unused) { _exit(5); }
int main(int argc, char** argv) {
  const char* way = mode(argc, argv);
  if (strcmp(way, "segv") == 0) *(volatile int*)8 = 1;
  if (strcmp(way, "stack") == 0) return deep(0);
  if (strcmp(way, "abort") == 0) abort();
  if (strcmp(way, "trap") == 0) __builtin_trap();
  if (strcmp(way, "divide") == 0) { volatile int zero = 0, some = 12345; return some / zero; }
  if (strcmp(way, "bus") == 0) { const int fd = open("/tmp/x", O_CREAT | O_RDWR, 0600); return *(volatile char*)mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0); }
  if (strcmp(way, "kill") == 0) kill(getpid(), SIGKILL);
  if (strcmp(way, "realtime") == 0) kill(getpid(), SIGRTMAX);
  if (strcmp(way, "pipe") == 0) { int ends[2]; if (pipe(ends) == 0) { close(ends[0]); if (write(ends[1], "x", 1) < 0) return 1; } }
  if (strcmp(way, "large") == 0) _exit(0x12345);
  if (strcmp(way, "thread") == 0) { pthread_t thread; pthread_create(&thread, NULL, leave, NULL); for (;;) pause(); }
  if (strcmp(way, "closed") == 0) { close_range(0, ~0u, 0); _exit(6); }
  if (strcmp(way, "dup") == 0) { for (int fd = 0; fd < 256; ++fd) dup2(1, fd); _exit(7); }
  if (strcmp(way, "exec") == 0) execl("/bin/sh", "sh", "-c", "exit 8", (char*)NULL);
  if (strcmp(way, "cpu") == 0) raise(SIGXCPU);
  return 0;
}
