#include "sandbox/launcher_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/slots.hpp"

namespace collet::sandbox {
namespace {

constexpr int kAnswerTimeoutMs = 5'000;
constexpr int kEndTimeoutMs = 3'000;

// The setting, the environment, beside this program, or beside it in a build tree.
Result<std::string> find_launcher(const config::SandboxSettings& settings) {
  const char* from_environment = std::getenv("COLLET_LAUNCHER");
  std::vector<std::filesystem::path> places;
  std::error_code ignored;
  if (!settings.launcher.empty()) {
    places.emplace_back(settings.launcher);
  } else if (from_environment != nullptr && *from_environment != '\0') {
    places.emplace_back(from_environment);
  } else {
    const auto folder = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    places = {folder / "collet-launcher", folder / "../bin/collet-launcher"};
  }
  for (const auto& place : places) {
    if (::access(place.c_str(), X_OK) == 0) return std::filesystem::canonical(place, ignored).string();
  }
  return Error{Errc::not_found, "the sandbox launcher is missing: " + places.front().string() +
                                " is not there or not executable; install collet-launcher beside collet"};
}

struct SpawnAttributes {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_init(&actions);
  }
  ~SpawnAttributes() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
};

// Its own session (an interrupt typed at the server is not for it), no
// environment, no descriptors but the socket and stderr.
Result<pid_t> spawn(const std::string& path, int control) {
  SpawnAttributes spawn;
  sigset_t all, none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_setflags(&spawn.attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setsigdefault(&spawn.attributes, &all);
  ::posix_spawnattr_setsigmask(&spawn.attributes, &none);
  ::posix_spawn_file_actions_addopen(&spawn.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&spawn.actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_adddup2(&spawn.actions, control, wire::kControlFd);
  ::posix_spawn_file_actions_addclosefrom_np(&spawn.actions, wire::kControlFd + 1);
  char name[] = "collet-launcher";
  char* const argv[] = {name, nullptr};
  char* const env[] = {nullptr};
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, path.c_str(), &spawn.actions, &spawn.attributes, argv, env);
  if (error != 0) return os_error("starting " + path, error);
  return pid;
}

bool wait_readable(int fd, int timeout_ms) {
  pollfd waiting{fd, POLLIN, 0};
  for (;;) {
    const int got = ::poll(&waiting, 1, timeout_ms);
    if (got >= 0 || errno != EINTR) return got > 0;
  }
}

}  // namespace

Result<std::unique_ptr<LauncherProcess>> LauncherProcess::start(const config::SandboxSettings& settings) {
  auto path = find_launcher(settings);
  if (!path) return std::move(path).error();
  auto sockets = make_socket_pair();
  if (!sockets) return std::move(sockets).error();
  // The launcher reads its first message before it has an event loop. Above its
  // final place, so that preparing 0, 1 and 2 cannot hit it.
  ::fcntl(sockets->second.get(), F_SETFL, 0);
  sockets->second.reset(::fcntl(sockets->second.get(), F_DUPFD_CLOEXEC, wire::kControlFd + 1));
  auto pid = spawn(*path, sockets->second.get());
  if (!pid) return std::move(pid).error();
  sockets->second.reset();
  std::unique_ptr<LauncherProcess> launcher(new LauncherProcess(*path, *pid, std::move(sockets->first)));
  auto greeted = launcher->shake_hands(settings);
  if (!greeted) return std::move(greeted).error();
  return launcher;
}

Result<void> LauncherProcess::shake_hands(const config::SandboxSettings& settings) {
  wire::Setup setup;
  setup.boxes_max = slot_count(settings);
  setup.uid_base = settings.uid_base;
  setup.soft_limits = settings.soft_limits ? 1 : 0;
  setup.owner_pid = static_cast<std::uint32_t>(::getpid());
  setup.backend = settings.backend == "bwrap" ? wire::Backend::bwrap : wire::Backend::native;
  if (settings.bwrap_path.size() >= setup.bwrap_path.size()) return Error{Errc::invalid, "sandbox.bwrap_path is too long"};
  settings.bwrap_path.copy(setup.bwrap_path.data(), setup.bwrap_path.size() - 1);
  if (settings.cgroup_root.size() >= setup.cgroup_root.size()) return Error{Errc::invalid, "sandbox.cgroup_root is too long"};
  settings.cgroup_root.copy(setup.cgroup_root.data(), setup.cgroup_root.size() - 1);
  const int error = send_message(control_.get(), {reinterpret_cast<const char*>(&setup), sizeof setup});
  if (error == 0 && !wait_readable(control_.get(), kAnswerTimeoutMs)) {
    return Error{Errc::unavailable, "the sandbox launcher " + path_ + " did not answer within 5 s"};
  }
  const ssize_t got = ::recv(control_.get(), &ready_, sizeof ready_, MSG_DONTWAIT);
  if (got == sizeof ready_ && ready_.magic == wire::kMagic) return {};
  return Error{Errc::unavailable, "the sandbox launcher " + path_ + " ended at once or is of another build"};
}

bool LauncherProcess::is_gone() const {
  pollfd state{control_.get(), 0, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR)) != 0;
}

void LauncherProcess::end() {
  if (pid_ == 0) return;
  ::shutdown(control_.get(), SHUT_RDWR);  // also for those in the middle of send()
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd || !wait_readable(pidfd.get(), kEndTimeoutMs)) ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
  pid_ = 0;
}

}  // namespace collet::sandbox
