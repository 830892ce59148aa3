/* In front of every program: a way to try something and say how it went. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(const char* name, int ok, long seen) {
  char line[400];
  const int size = snprintf(line, sizeof line, "%s %.300s %ld\n", ok ? "ok  " : "BAD ", name, seen);
  if (write(1, line, (size_t)size) < 0) _exit(9);
}

static void judge(const char* name, long result, int error, const int* errors) {
  if (result >= 0) return check(name, 0, result);
  int ok = errors[0] == 0;
  for (; *errors != 0; ++errors) ok = ok || error == *errors;
  check(name, ok, error);
}

/* The call must fail with one of these errors; 0: with any. */
#define REFUSED(name, call, ...)                        \
  do {                                                  \
    errno = 0;                                          \
    const long result_ = (long)(call);                  \
    judge(name, result_, errno, (int[]){__VA_ARGS__, 0}); \
  } while (0)

static int done(void) { return write(1, "done\n", 5) == 5 ? 0 : 9; }
static const char* mode(int argc, char** argv) { return argc > 1 ? argv[1] : ""; }
