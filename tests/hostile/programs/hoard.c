/* Class 2 and 37: what the kernel holds for a program. Each kind must have an end. */
#include "prelude.h"
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <time.h>

static long count(const char* name, long most, int (*one)(long)) {
  long made = 0;
  while (made <= most && one(made)) ++made;
  const int error = errno;
  check(name, made <= most, made);
  return error;
}
static int a_pipe(long i) {
  int ends[2];
  if (pipe2(ends, O_NONBLOCK) != 0) return 0;
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  char piece[65536];
  memset(piece, 1, sizeof piece);
  while (write(ends[1], piece, sizeof piece) > 0) {}
  return 1;
}
static int a_timer(long i) {
  timer_t timer;
  return timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0;
}
static int a_signal(long i) { return sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0; }
static int notify;
static int a_watch(long i) {
  char path[40];
  snprintf(path, sizeof path, "/tmp/w%ld", i);
  const int fd = open(path, O_CREAT | O_WRONLY, 0600);
  if (fd < 0) return 0;
  close(fd);
  return inotify_add_watch(notify, path, IN_ALL_EVENTS) >= 0;
}
static int a_notifier(long i) { return inotify_init() >= 0; }
static int an_epoll(long i) { return epoll_create1(0) >= 0; }
static int some_semaphores(long i) { return semget(IPC_PRIVATE, 1000, 0600) >= 0; }
static int some_locked(long i) { return mlock(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096) == 0; }
static int a_mapping(long i) { return mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }
/* Descriptors in flight: sent, and never received. */
static int in_flight(long i) {
  static int pair[2];
  if (i % 50 == 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) != 0) return 0;
  union { char room[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = {{0}};
  struct iovec io = {"x", 1};
  struct msghdr message = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr* head = CMSG_FIRSTHDR(&message);
  *head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(head), &(int){socket(AF_UNIX, SOCK_STREAM, 0)}, sizeof(int));
  const int sent = sendmsg(pair[0], &message, 0) == 1;
  close(*(int*)CMSG_DATA(head));
  return sent;
}
static void close_all(void) { close_range(3, ~0u, 0); }

int main(int argc, char** argv) {
  signal(SIGRTMIN, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  count("full pipes", 130, a_pipe);
  close_all();
  count("inotify instances", 256, a_notifier);
  close_all();
  count("epoll instances", 256, an_epoll);
  close_all();
  count("timers", 1100, a_timer);
  count("queued signals", 1100, a_signal);
  count("descriptors in flight", 600, in_flight);
  count("pages locked", 16, some_locked);
  notify = inotify_init();
  count("inotify watches", 100000, a_watch);
  close_all();
  count("mappings", 66000, a_mapping);
  count("semaphores", 33000, some_semaphores);
  return done();
}
