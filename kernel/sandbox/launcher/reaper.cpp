// The first process of a box. User code cannot be it: the kernel drops signals
// that the first process sends to itself. It buries orphans, passes a polite end
// on, and by its own death takes everything with it.
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace collet::launcher {
namespace {

constexpr long kMemoryPollNs = 25'000'000;

// Buries what has died (`flags` WNOHANG) or all there is (0).
void bury(SharedPage& page, int flags) {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, flags);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return;
    if (pid != page.program.load(std::memory_order_acquire)) continue;
    page.wait_status = status;
    page.status_known = 1;
  }
}

std::uint64_t resident_pages(int proc, const char* pid) {
  char path[32];
  std::size_t size = 0;
  for (; pid[size] != '\0' && size < 12; ++size) path[size] = pid[size];
  for (const char* rest = "/statm"; *rest != '\0'; ++rest) path[size++] = *rest;
  path[size] = '\0';
  const int fd = ::openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[128] = {};
  const ssize_t got = ::read(fd, text, sizeof text - 1);
  ::close(fd);
  std::uint64_t numbers[2] = {};
  int field = 0;
  for (ssize_t i = 0; i < got && field < 2; ++i) {
    if (text[i] >= '0' && text[i] <= '9') numbers[field] = numbers[field] * 10 + static_cast<std::uint64_t>(text[i] - '0');
    else ++field;
  }
  return numbers[1];
}

// Without cgroups somebody has to add up what the box holds.
bool over_memory(std::uint64_t bytes_max) {
  const int proc = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return false;
  alignas(dirent64) char entries[4096];
  std::uint64_t pages = 0;
  for (;;) {
    const long got = ::syscall(SYS_getdents64, proc, entries, sizeof entries);
    if (got <= 0) break;
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
      if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') pages += resident_pages(proc, entry->d_name);
      at += entry->d_reclen;
    }
  }
  ::close(proc);
  return pages * 4096 > bytes_max;
}

int wait_for_signal(siginfo_t& info, bool poll_memory) {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGCHLD, SIGTERM, SIGQUIT}) ::sigaddset(&set, signal);
  const timespec period{0, kMemoryPollNs};
  return poll_memory ? ::sigtimedwait(&set, &info, &period) : ::sigwaitinfo(&set, &info);
}

}  // namespace

void reap(const BoxPlan& plan) {
  SharedPage& page = *plan.page;
  ::close_range(0, ~0u, 0);
  const std::uint64_t memory_max = plan.program.limits.memory_bytes;
  const pid_t program = page.program.load(std::memory_order_acquire);
  for (bury(page, WNOHANG); page.status_known == 0; bury(page, WNOHANG)) {
    siginfo_t info{};
    const int signal = wait_for_signal(info, plan.program.soft_limits);
    // From outside the box. The program may send us what it likes; a sender that is made
    // up comes with another code, as the kernel lets nobody queue what kill() would send.
    const bool is_order = info.si_code == SI_USER && info.si_pid == 0;
    if (signal == SIGTERM && is_order) {
      if (::kill(-program, SIGTERM) != 0) ::kill(program, SIGTERM);
    }
    if (signal == SIGQUIT && is_order) break;
    if (signal < 0 && errno == EAGAIN && over_memory(memory_max)) {
      page.out_of_memory = 1;
      break;
    }
  }
  // Our exit would end them as well, but what they used would go uncounted.
  ::kill(-1, SIGKILL);
  bury(page, 0);
  ::_exit(0);
}

}  // namespace collet::launcher
