/* Class 2: memory of every kind that a program can hold. */
#include "prelude.h"
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { kPiece = 1 << 20 };

static void heap(void) { for (;;) memset(malloc(kPiece), 1, kPiece); }
static void populate(void) { for (;;) mmap(NULL, 8 * kPiece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0); }
static void shared(void) { for (;;) memset(mmap(NULL, kPiece, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 1, kPiece); }
static void children(void) {
  for (int i = 0; i < 40; ++i) {
    if (fork() != 0) continue;
    memset(malloc(8 * kPiece), 1, 8 * kPiece);
    pause();
  }
  for (;;) pause();
}
/* A read of one byte in each 2 MB costs no page, but a page of page tables. */
static void tables(void) {
  for (;;) {
    volatile char* area = mmap(NULL, 64l << 30, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED) for (;;) pause();
    madvise((void*)area, 64l << 30, MADV_NOHUGEPAGE);
    for (long at = 0; at < 64l << 30; at += 2 << 20) (void)area[at];
  }
}
static void system_v(void) {
  for (;;) {
    const int id = shmget(IPC_PRIVATE, kPiece, 0600);
    char* at = id < 0 ? (char*)-1 : shmat(id, NULL, 0);
    if (at == (char*)-1) for (;;) pause();
    memset(at, 1, kPiece);
    shmdt(at);  /* it stays, with nobody at it */
  }
}
static void memfd(void) {
  const int fd = memfd_create("x", 0);
  for (;;) { char piece[65536] = {1}; if (write(fd, piece, sizeof piece) < 0) pause(); }
}
static void unlinked(void) {
  const int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
  for (long at = 0;; at += kPiece) { if (fallocate(fd, 0, at, kPiece) != 0) pause(); }
}
static void stacks(void) {
  for (int i = 0; i < 40; ++i) {
    if (fork() != 0) continue;
    char room[7 << 20];
    memset(room, 1, sizeof room);
    pause();
    write(1, room, 1);
  }
  for (;;) pause();
}

int main(int argc, char** argv) {
  const struct { const char* name; void (*bomb)(void); } ways[] = {
      {"heap", heap}, {"populate", populate}, {"shared", shared}, {"children", children}, {"tables", tables},
      {"sysv", system_v}, {"memfd", memfd}, {"unlinked", unlinked}, {"stacks", stacks}};
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; ++i) {
    if (strcmp(mode(argc, argv), ways[i].name) == 0) ways[i].bomb();
  }
  return 1;
}
