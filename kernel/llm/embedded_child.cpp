#include "llm/embedded_child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace collet::llm {
namespace {

constexpr std::size_t kLineBytesMax = 64 << 10;
constexpr std::size_t kErrorBytesMax = 2 << 10;

struct Pipe {
  int read = -1;
  int write = -1;
  ~Pipe() { close_both(); }
  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  void close_both() {
    if (read >= 0) ::close(std::exchange(read, -1));
    if (write >= 0) ::close(std::exchange(write, -1));
  }
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

/// Own group, no blocked or ignored signals, no descriptor but the three.
int spawn(pid_t& pid, const Pipe& in, const Pipe& out, const Pipe& err, const std::vector<std::string>& command,
          const std::vector<std::string>& environment) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&files, in.read, 0);
  ::posix_spawn_file_actions_adddup2(&files, out.write, 1);
  ::posix_spawn_file_actions_adddup2(&files, err.write, 2);
  ::posix_spawn_file_actions_addclosefrom_np(&files, 3);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  const auto arguments = pointers(command);
  const auto variables = pointers(environment);
  const int failure = ::posix_spawnp(&pid, arguments[0], &files, &attributes, arguments.data(), variables.data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  return failure;
}

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Result<void> LineChild::start(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
  end();
  pending_.clear();
  errors_.clear();
  Pipe in, out, err;
  if (!in.open() || !out.open() || !err.open()) {
    return Error{Errc::unavailable, std::string("no pipe for a child process: ") + std::strerror(errno)};
  }
  pid_t pid = -1;
  if (const int failure = spawn(pid, in, out, err, command, environment); failure != 0) {
    return Error{Errc::unavailable,
                 "cannot start '" + command[0] + "': " + std::strerror(failure) + "; install it or put it into PATH"};
  }
  pid_ = pid;
  input_ = std::exchange(in.write, -1);
  output_ = std::exchange(out.read, -1);
  error_ = std::exchange(err.read, -1);
  ::fcntl(output_, F_SETFL, O_NONBLOCK);
  ::fcntl(error_, F_SETFL, O_NONBLOCK);
  return {};
}

LineChild::Outcome LineChild::next_line(std::string& line, int wake_fd, std::int64_t timeout_ms) {
  const std::int64_t deadline_ms = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
  while (true) {
    if (take_line(line)) return Outcome::line;
    if (output_ < 0) return Outcome::ended;
    const auto left_ms = deadline_ms < 0 ? -1 : std::max<std::int64_t>(0, deadline_ms - now_ms());
    std::array<pollfd, 3> watched{{{output_, POLLIN, 0}, {error_, POLLIN, 0}, {wake_fd, POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(std::min<std::int64_t>(left_ms, 1 << 30)));
    if (ready == 0) return Outcome::silent;
    if (watched[2].revents != 0) return Outcome::woken;
    if (watched[1].revents != 0) read_errors();
    if (watched[0].revents != 0) read_output();
  }
}

bool LineChild::take_line(std::string& line) {
  const auto newline = pending_.find('\n');
  if (newline == std::string::npos) {
    if (pending_.size() > kLineBytesMax) pending_.clear();  // not one of ours
    return false;
  }
  line = pending_.substr(0, newline);
  pending_.erase(0, newline + 1);
  return true;
}

void LineChild::read_output() {
  std::array<char, 4096> piece;
  const auto count = ::read(output_, piece.data(), piece.size());
  if (count > 0) pending_.append(piece.data(), static_cast<std::size_t>(count));
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) ::close(std::exchange(output_, -1));
}

void LineChild::read_errors() {
  std::array<char, 4096> piece;
  const auto count = ::read(error_, piece.data(), piece.size());
  if (count > 0) errors_.append(piece.data(), static_cast<std::size_t>(count));
  if (errors_.size() > kErrorBytesMax) errors_.erase(0, errors_.size() - kErrorBytesMax);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) ::close(std::exchange(error_, -1));
}

void LineChild::end() {
  if (pid_ > 0) {
    // The group outlives its leader only until here; its number cannot be reused
    // before the leader is reaped.
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }
  for (int* fd : {&input_, &output_, &error_}) {
    if (*fd >= 0) ::close(std::exchange(*fd, -1));
  }
}

}  // namespace collet::llm
