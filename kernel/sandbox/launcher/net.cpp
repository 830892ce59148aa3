#include "sandbox/launcher/net.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "sandbox/launcher/rights.hpp"
#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

constexpr const char* kOwnNet = "/proc/thread-self/ns/net";

UniqueFd open_own_net() { return UniqueFd(::open(kOwnNet, O_RDONLY | O_CLOEXEC)); }

// In a child, since nobody comes back from a user namespace.
[[noreturn]] void make_and_send(uid_t owner, int socket) {
  const bool made = take_effective_uid(owner) && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && raise_loopback();
  const int error = errno;
  const UniqueFd net = made ? open_own_net() : UniqueFd();
  const int fd = net.get();
  if (net) sandbox::send_message(socket, {"n", 1}, {&fd, 1});
  ::_exit(net ? 0 : error);
}

}  // namespace

bool raise_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  close_keeping_errno(fd);
  return up;
}

UniqueFd make_net() {
  if (::unshare(CLONE_NEWNET) != 0 || !raise_loopback()) return UniqueFd();
  return open_own_net();
}

UniqueFd make_net_of(uid_t owner) {
  auto pair = sandbox::make_socket_pair();
  if (!pair) return errno = EMFILE, UniqueFd();
  const pid_t child = ::fork();
  if (child == 0) make_and_send(owner, pair->second.get());
  if (child < 0) return UniqueFd();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  char byte = 0;
  std::vector<UniqueFd> fds;
  const bool came = sandbox::receive_message(pair->first.get(), &byte, 1, fds) == 1 && fds.size() == 1;
  if (!came) return errno = WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN, UniqueFd();
  if (::setns(fds[0].get(), CLONE_NEWNET) != 0) return UniqueFd();
  return std::move(fds[0]);
}

bool net_was_used() {
  const UniqueFd fd(::open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC));
  char text[2048];
  const ssize_t got = fd ? ::read(fd.get(), text, sizeof text - 1) : -1;
  if (got <= 0) return true;
  text[got] = '\0';
  const char* lo = std::strstr(text, "lo:");
  return lo == nullptr || std::strtoull(lo + 3, nullptr, 10) != 0;
}

}  // namespace collet::launcher
