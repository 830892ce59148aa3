#include "kernel/sandbox/restrict.hpp"

#include <cerrno>
#include <cstddef>
#include <string>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/fd.hpp"

namespace collet::sandbox {
namespace {

constexpr std::uint32_t kNumberAt = offsetof(seccomp_data, nr);
constexpr std::uint32_t kFirstArgumentAt = offsetof(seccomp_data, args);  // its low half

sock_filter load(std::uint32_t at) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at); }
sock_filter answer(std::uint32_t what) { return BPF_STMT(BPF_RET | BPF_K, what); }

int install(std::vector<sock_filter> filter, unsigned flags) {
  filter.push_back(answer(SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

std::string path_of(const seccomp_notif& call) {
  const UniqueFd memory(::open(("/proc/" + std::to_string(call.pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  char text[256] = {};
  // Up to the end of its page there is memory; a path in a test is shorter.
  const std::uint64_t at = call.data.args[1], room = 4096 - at % 4096;
  if (memory) [[maybe_unused]] const ssize_t got = ::pread(memory.get(), text, std::min<std::uint64_t>(room, sizeof text - 1), static_cast<off_t>(at));
  return text;
}

// Until nobody is left whose calls it decides.
[[noreturn]] void decide(int listener, std::string_view ending) {
  for (;;) {
    pollfd waiting{listener, POLLIN, 0};
    if (::poll(&waiting, 1, -1) < 0 || (waiting.revents & POLLIN) == 0) ::_exit(0);
    seccomp_notif call{};
    if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
    seccomp_notif_resp response{call.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    const bool writes = (call.data.args[2] & O_ACCMODE) != O_RDONLY;
    if (writes && path_of(call).ends_with(ending)) response = {call.id, 0, -EPERM, 0};
    ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
}

}  // namespace

bool deny(const std::vector<Denied>& calls) {
  std::vector<sock_filter> filter;
  for (const Denied& call : calls) {
    const auto skip = static_cast<std::uint8_t>(call.mask == 0 ? 1 : 3);
    filter.push_back(load(kNumberAt));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call.number), 0, skip));
    if (call.mask != 0) {
      filter.push_back(load(kFirstArgumentAt));
      filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, call.mask, 0, 1));
    }
    filter.push_back(answer(SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(call.error)));
  }
  return install(std::move(filter), 0) == 0;
}

bool deny_writing(std::string_view ending) {
  auto sockets = make_socket_pair();
  if (!sockets) return false;
  const pid_t pid = ::fork();
  if (pid < 0) return false;
  if (pid == 0) {
    sockets->second.reset();
    std::vector<UniqueFd> fds;
    char byte = 0;
    pollfd waiting{sockets->first.get(), POLLIN, 0};
    ::poll(&waiting, 1, -1);
    if (receive_message(sockets->first.get(), &byte, 1, fds) != 1 || fds.size() != 1) ::_exit(1);
    const int listener = ::fcntl(fds[0].get(), F_DUPFD_CLOEXEC, 3);
    ::close_range(0, static_cast<unsigned>(listener) - 1, 0);  // what it would hold open for others
    ::close_range(static_cast<unsigned>(listener) + 1, ~0u, 0);
    decide(listener, ending);
  }
  const UniqueFd listener(install({load(kNumberAt), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1), answer(SECCOMP_RET_USER_NOTIF)},
                                  SECCOMP_FILTER_FLAG_NEW_LISTENER));
  const int fds[] = {listener.get()};
  const char byte = 'x';
  return listener && send_message(sockets->second.get(), {&byte, 1}, fds) == 0;
}

}  // namespace collet::sandbox
