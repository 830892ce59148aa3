#include "sandbox/launcher/extra_fds.hpp"

#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sandbox/wire.hpp"

namespace collet::launcher {
namespace {

constexpr int kFdsMax = 1024;  // the launcher's own are closed, and an interpreter counts from 3
constexpr char kEventFd[] = "anon_inode:[eventfd]";

bool is_event(int fd) {
  char path[32];
  char target[sizeof kEventFd] = {};
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(path, target, sizeof target);
  return size == static_cast<ssize_t>(sizeof kEventFd) - 1 && std::memcmp(target, kEventFd, sizeof kEventFd - 1) == 0;
}

}  // namespace

bool find_extra_fds(unsigned given, ExtraFds& found) {
  for (int fd = 3; fd < kFdsMax; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) continue;
    if (fd <= sandbox::wire::kLastExtraFd && ((given >> fd) & 1) != 0) continue;
    if (!is_event(fd) || found.count == ExtraFds::kMax) return false;
    found.event_fds[found.count++] = fd;
  }
  return true;
}

bool renew(const ExtraFds& fds) {
  for (int i = 0; i < fds.count; ++i) {
    const int flags = ::fcntl(fds.event_fds[i], F_GETFL);
    const int fresh = ::eventfd(0, EFD_CLOEXEC | ((flags & O_NONBLOCK) != 0 ? EFD_NONBLOCK : 0));
    if (fresh < 0 || ::dup3(fresh, fds.event_fds[i], O_CLOEXEC) < 0) return false;
    ::close(fresh);
  }
  return true;
}

}  // namespace collet::launcher
