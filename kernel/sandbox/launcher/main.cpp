// collet-launcher: the one process that may make boxes. Small and with a single
// thread, so that a fork is cheap and inherits nothing worth stealing.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "sandbox/launcher/filter.hpp"
#include "sandbox/launcher/loop.hpp"
#include "sandbox/launcher/probe.hpp"

namespace {

using namespace collet::launcher;

constexpr int kReservedFds = 16;  // the numbers a box's program may use stay free of ours
constexpr const char* kOomScore = "300";  // boxes inherit it: they go before the server

void settle_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT, SIGUSR1, SIGUSR2}) {
    ::sigaddset(&blocked, number);
  }
  ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

// Moves the control socket up and fills 0..15, so that received descriptors are
// never where a program's are to go.
int settle_descriptors() {
  const int control = ::fcntl(wire::kControlFd, F_DUPFD_CLOEXEC, kReservedFds);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (control < 0 || null < 0) return -1;
  for (int fd = 0; fd < kReservedFds; ++fd) {
    if (fd != STDERR_FILENO && fd != null && ::dup3(null, fd, O_CLOEXEC) < 0) return -1;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return control;
}

void write_text(const char* path, const char* text) {
  const UniqueFd fd(::open(path, O_WRONLY | O_CLOEXEC));
  if (fd) [[maybe_unused]] const ssize_t wrote = ::write(fd.get(), text, std::strlen(text));
}

bool has_capability(int number) {
  std::array<char, 8192> text{};
  const UniqueFd fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const ssize_t got = fd ? ::read(fd.get(), text.data(), text.size() - 1) : 0;
  const char* line = got > 0 ? std::strstr(text.data(), "CapEff:") : nullptr;
  return line != nullptr && ((std::strtoull(line + 7, nullptr, 16) >> number) & 1) != 0;
}

// Tries it for real: a limit in /proc/sys says less than the call itself.
int try_user_namespace() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
  int status = 0;
  if (pid < 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return EAGAIN;
  return WEXITSTATUS(status);
}

std::uint32_t landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, 1);
  return version < 0 ? 0 : static_cast<std::uint32_t>(version);
}

void say(wire::Ready& ready, std::string_view text) {
  ready.detail.fill('\0');
  text.copy(ready.detail.data(), ready.detail.size() - 1);
}

bool refuse(wire::Ready& ready, Step step, int error, std::string_view text) {
  ready.failure = {step, error, 0};
  say(ready, text);
  return false;
}

// In a container root may own a few uids only.
bool uids_are_mapped(const wire::Setup& setup) {
  std::ifstream map("/proc/self/uid_map");
  for (std::int64_t inside = 0, outside = 0, count = 0; map >> inside >> outside >> count;) {
    if (setup.uid_base >= inside && setup.uid_base + setup.boxes_max <= inside + count) return true;
  }
  return false;
}

bool settle_rights(Host& host, wire::Ready& ready) {
  constexpr int kSetgid = 6, kSetuid = 7, kSysAdmin = 21;
  const bool own_uids = has_capability(kSetuid) && has_capability(kSetgid) && has_capability(kSysAdmin);
  const int user_ns_error = try_user_namespace();
  if (own_uids && !uids_are_mapped(host.setup)) {
    return refuse(ready, Step::uid, EINVAL, "uids " + std::to_string(host.setup.uid_base) + " and following are not mapped here");
  }
  if (own_uids) {
    // A mount namespace of our own: trees are copied in it, and the host's
    // mounts and unmounts reach it, but never the other way.
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
      return refuse(ready, Step::propagation, errno, "the launcher's mount namespace");
    }
    // Not for the others: the files in /proc of a process that cannot be dumped
    // belong to root, and the maps of a box are among them.
    ::prctl(PR_SET_DUMPABLE, 0);
    host.abilities |= wire::kOwnUids;
  }
  if (user_ns_error == 0) host.abilities |= wire::kUserNs;
  if (!own_uids && user_ns_error != 0) return refuse(ready, Step::clone, user_ns_error, "user namespaces are refused");
  if (landlock_version() >= 6) host.abilities |= wire::kLandlock;
  return true;
}

bool settle_limits(Host& host, wire::Ready& ready) {
  auto layout = open_layout(host.setup.cgroup_root.data(), host.setup.owner_pid);
  if (layout) {
    host.cgroups = std::move(*layout);
    host.abilities |= wire::kHardLimits;
    if (host.cgroups.of(Controller::cpu).kind != Hierarchy::Kind::none) host.abilities |= wire::kCpuLimits;
    say(ready, host.cgroups.describe());
    return true;
  }
  if (host.setup.soft_limits == 0) return refuse(ready, Step::cgroup, errno, layout.error().message);
  say(ready, "soft limits: " + layout.error().message);
  return true;
}

bool settle(Host& host, wire::Ready& ready) {
  int life[2];
  if (::pipe2(life, O_CLOEXEC) != 0) return refuse(ready, Step::slot, errno, "pipe");
  host.life_read.reset(life[0]);
  host.life_write.reset(life[1]);
  if (!settle_rights(host, ready) || !settle_limits(host, ready)) return false;
  auto filter = compile_filter();
  if (!filter) return refuse(ready, Step::filter, EINVAL, filter.error().message);
  host.filter = std::move(*filter);
  return true;
}

bool receive_setup(int control, wire::Setup& setup) {
  const ssize_t got = ::recv(control, &setup, sizeof setup, 0);
  setup.cgroup_root.back() = '\0';
  return got == sizeof setup && setup.magic == wire::kMagic && setup.boxes_max > 0;
}

int serve_server() {
  // Before anything else that could let a dead parent pass unseen.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  settle_signals();
  const int control = settle_descriptors();
  Host host;
  if (control < 0 || !receive_setup(control, host.setup)) {
    std::fprintf(stderr, "collet-launcher is started by collet and has no use of its own\n");
    return 2;
  }
  write_text("/proc/self/oom_score_adj", kOomScore);
  wire::Ready ready;
  const bool settled = settle(host, ready);
  ready.abilities = host.abilities;
  collet::sandbox::send_message(control, {reinterpret_cast<const char*>(&ready), sizeof ready});
  if (settled) serve(host, control);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--probe") == 0) return run_probe();
  return serve_server();
}
