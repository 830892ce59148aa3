// collet-launcher: the one process that may make boxes. Small and with a single
// thread, so that a fork is cheap and inherits nothing worth stealing.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "sandbox/launcher/cgroup_files.hpp"
#include "sandbox/launcher/filter.hpp"
#include "sandbox/launcher/inside.hpp"
#include "sandbox/launcher/loop.hpp"
#include "sandbox/launcher/probe.hpp"
#include "sandbox/launcher/rights.hpp"

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

void say(wire::Ready& ready, std::string_view text) {
  ready.detail.fill('\0');
  text.copy(ready.detail.data(), ready.detail.size() - 1);
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
  for (const auto sockets : {UnixSockets::all, UnixSockets::pairs}) {
    auto filter = compile_filter(sockets);
    if (!filter) return refuse(ready, Step::filter, EINVAL, filter.error().message);
    (sockets == UnixSockets::all ? host.filter : host.strict_filter) = std::move(*filter);
  }
  if (!host.uses_bwrap()) return true;
  Failure failure;
  std::string detail;
  return settle_bwrap(host, failure, detail) || refuse(ready, failure.step, failure.error, detail);
}

bool receive_setup(int control, wire::Setup& setup) {
  const ssize_t got = ::recv(control, &setup, sizeof setup, 0);
  setup.cgroup_root.back() = setup.bwrap_path.back() = '\0';
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
  close_layout(host.cgroups);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--probe") == 0) return run_probe(argv[2]);
  if (is_inside(argc, argv)) live_inside(argv);
  return serve_server();
}
