#include "sandbox/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

namespace collet::sandbox {
namespace {

constexpr std::size_t kFdsMax = 24;

bool write_all(int fd, std::string_view data) {
  while (!data.empty()) {
    const ssize_t wrote = ::write(fd, data.data(), data.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

// Only our end: the flag belongs to the open file, and a program in the box
// expects descriptors that block.
Result<FdPair> make_pipe(int our_end) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return os_error("pipe", errno);
  FdPair pair{UniqueFd(fds[0]), UniqueFd(fds[1])};
  if (::fcntl(fds[our_end], F_SETFL, O_NONBLOCK) != 0) return os_error("pipe", errno);
  return pair;
}

}  // namespace

Error os_error(std::string_view what, int error) {
  std::string text(what);
  text += ": ";
  text += ::strerrordesc_np(error) != nullptr ? ::strerrordesc_np(error) : "unknown error";
  if (error == EMFILE || error == ENFILE) text += " (raise the open files limit of the server)";
  return Error{Errc::unavailable, std::move(text)};
}

Result<FdPair> make_socket_pair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
    return os_error("socketpair", errno);
  }
  return FdPair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Result<FdPair> make_output_pipe() { return make_pipe(0); }
Result<FdPair> make_input_pipe() { return make_pipe(1); }

// A library may not change what its process does about a signal, so the one that
// this write raises is taken away again.
ssize_t write_pipe(int fd, std::string_view bytes) {
  sigset_t pipe_signal, before;
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
  const int error = errno;
  if (wrote < 0 && error == EPIPE) {
    const timespec at_once{};
    ::sigtimedwait(&pipe_signal, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return wrote;
}

Result<UniqueFd> make_memory_file(const char* name, std::string_view data) {
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return os_error("memfd_create", errno);
  if (!write_all(fd.get(), data)) return os_error("writing a memory file", errno);
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return os_error("sealing a memory file", errno);
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return os_error("rewinding a memory file", errno);
  return fd;
}

int send_message(int socket, std::string_view bytes, std::span<const int> fds) {
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kFdsMax * sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fds.size() > kFdsMax) return E2BIG;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size_bytes());
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(fds.size_bytes());
    std::memcpy(CMSG_DATA(head), fds.data(), fds.size_bytes());
  }
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

ssize_t receive_message(int socket, void* bytes, std::size_t size, std::vector<UniqueFd>& fds) {
  iovec part{bytes, size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kFdsMax * sizeof(int))> control;
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return got;
}

}  // namespace collet::sandbox
