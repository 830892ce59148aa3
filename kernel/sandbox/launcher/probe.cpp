#include "sandbox/launcher/probe.hpp"

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/fd.hpp"
#include "sandbox/wire.hpp"

namespace collet::launcher {
namespace {

using sandbox::UniqueFd;
using sandbox::wire::kProbeMemoryRefused;

std::string read_file(const char* path) {
  const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  char text[8192];
  const ssize_t got = fd ? ::read(fd.get(), text, sizeof text) : -1;
  return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : std::string();
}

// The value of "Name:\tvalue" in /proc/self/status.
std::string status_field(const std::string& name) {
  const std::string text = read_file("/proc/self/status");
  const std::size_t at = text.find("\n" + name + ":");
  if (at == std::string::npos) return "";
  const std::size_t start = text.find_first_not_of(" \t", at + name.size() + 2);
  return text.substr(start, text.find('\n', start) - start);
}

struct Checks {
  int failed = 0;
  void add(const char* name, bool ok, const std::string& seen) {
    std::printf("%s\t%s\t%s\n", name, ok ? "ok" : "bad", seen.c_str());
    failed += ok ? 0 : 1;
  }
};

void check_identity(Checks& checks) {
  // The map as it is seen from inside shows the uids of the launcher's namespace.
  std::istringstream map(read_file("/proc/self/uid_map"));
  unsigned inside = 0, outside = 0, count = 0, host_uid = 0;
  int lines = 0;
  for (; map >> inside >> outside >> count; ++lines) {
    if (::getuid() >= inside && ::getuid() - inside < count) host_uid = outside + (::getuid() - inside);
  }
  checks.add("host_uid", host_uid != 0 && ::getuid() != 0, "uid " + std::to_string(host_uid) + " on the host");
  checks.add("user_namespace", true, lines == 1 && count == 1 ? "own" : "none; a real uid of its own instead");
}

void check_rights(Checks& checks) {
  std::string held;
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    if (status_field(set) != "0000000000000000") held += std::string(set) + "=" + status_field(set) + " ";
  }
  checks.add("capabilities", held.empty(), held.empty() ? "none" : held);
  checks.add("no_new_privs", status_field("NoNewPrivs") == "1", "NoNewPrivs " + status_field("NoNewPrivs"));
  const bool refused = ::unshare(CLONE_NEWUSER) != 0 && errno == EPERM;
  const int vsock = ::socket(AF_VSOCK, SOCK_STREAM, 0);
  checks.add("seccomp", status_field("Seccomp") == "2" && refused && vsock < 0,
             "mode " + status_field("Seccomp") + (refused ? "" : ", unshare is not refused") +
                 (vsock < 0 ? "" : ", AF_VSOCK is not refused"));
}

void check_processes(Checks& checks) {
  int seen = 0;
  if (DIR* proc = ::opendir("/proc")) {
    while (const dirent* entry = ::readdir(proc)) seen += std::isdigit(entry->d_name[0]) ? 1 : 0;
    ::closedir(proc);
  }
  checks.add("processes", seen == 2 && ::getpid() == 2,
             std::to_string(seen) + " visible, own pid " + std::to_string(::getpid()));
}

void check_network(Checks& checks) {
  std::string others;
  bool loopback = false;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) == 0) {
    for (const ifaddrs* at = list; at != nullptr; at = at->ifa_next) {
      const bool is_loopback = (at->ifa_flags & IFF_LOOPBACK) != 0;
      loopback = loopback || (is_loopback && (at->ifa_flags & IFF_UP) != 0);
      if (!is_loopback) others += std::string(at->ifa_name) + " ";
    }
    ::freeifaddrs(list);
  }
  checks.add("network", others.empty() && loopback, others.empty() ? loopback ? "loopback only" : "no loopback" : "sees " + others);
}

bool can_write(const std::string& folder) {
  const std::string path = folder + "/probe";
  const UniqueFd fd(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const bool wrote = fd && ::write(fd.get(), "x", 1) == 1;
  ::unlink(path.c_str());
  return wrote;
}

void check_files(Checks& checks) {
  const bool root_closed = !can_write("/") && errno == EROFS;
  checks.add("root_read_only", root_closed, root_closed ? "read-only" : "can be written");
  std::string closed;
  for (const char* folder : {"/work", "/tmp", "/dev/shm"}) {
    if (!can_write(folder)) closed += std::string(folder) + " ";
  }
  checks.add("work_folder", closed.empty(), closed.empty() ? "/work, /tmp, /dev/shm" : "cannot write " + closed);
  std::string leaks;
  for (const char* path : {"/etc/shadow", "/etc/ssh", "/root/.ssh", "/var/lib", "/home", "/run", "/boot", "/sys/kernel"}) {
    if (::access(path, F_OK) == 0) leaks += std::string(path) + " ";
  }
  checks.add("host_files", leaks.empty(), leaks.empty() ? "hidden" : "sees " + leaks);
  struct statvfs work{};
  ::statvfs("/work", &work);
  checks.add("disk_limit", work.f_blocks > 0 && work.f_files > 0,
             std::to_string(work.f_blocks * work.f_frsize) + " bytes, " + std::to_string(work.f_files) + " inodes");
}

void check_limits(Checks& checks) {
  rlimit core{}, files{}, processes{};
  ::getrlimit(RLIMIT_CORE, &core);
  ::getrlimit(RLIMIT_NOFILE, &files);
  ::getrlimit(RLIMIT_NPROC, &processes);
  checks.add("program_limits", core.rlim_max == 0 && files.rlim_max <= 256 && processes.rlim_max != RLIM_INFINITY,
             "open files " + std::to_string(files.rlim_max) + ", processes " + std::to_string(processes.rlim_max));
  std::string open;
  for (int fd = 3; fd < 256; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) open += std::to_string(fd) + " ";
  }
  checks.add("descriptors", open.empty(), open.empty() ? "0 1 2" : "also " + open);
  const long keys = ::syscall(SYS_keyctl, 0, -3, 0);
  checks.add("keyring", keys < 0, keys < 0 ? "out of reach" : "session keyring can be read");
}

// What a user in a box without rights keeps, the kernel takes from nobody.
void check_groups(Checks& checks, bool own_uids) {
  const int count = ::getgroups(0, nullptr);
  const std::string seen = status_field("Groups");
  if (count == 0) return checks.add("groups", true, "none");
  checks.add("groups", !own_uids, own_uids ? "inherited: " + seen
             : std::to_string(count) + " of the server's user stay, only root can drop them: start collet as root, "
               "or by setpriv --clear-groups, if files of a box's folders are open to them");
}

// Forks until it may not: the limit must come, and come as the polite error.
void check_process_limit(Checks& checks) {
  rlimit allowed{};
  ::getrlimit(RLIMIT_NPROC, &allowed);
  std::vector<pid_t> children;
  int error = 0;
  while (error == 0 && children.size() <= allowed.rlim_max) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (;;) ::pause();
    }
    if (pid > 0) children.push_back(pid);
    else error = errno;
  }
  for (const pid_t pid : children) ::kill(pid, SIGKILL);
  for (const pid_t pid : children) ::waitpid(pid, nullptr, 0);
  checks.add("process_limit", error == EAGAIN, "refused after " + std::to_string(children.size()) + " children");
}

// Twice what the box was given, in pages that count.
int use_memory() {
  constexpr std::size_t kBytes = 32u << 20;
  void* at = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return kProbeMemoryRefused;
  std::memset(at, 1, kBytes);
  return 0;
}

}  // namespace

int run_probe(std::string_view kind) {
  if (kind == "memory") return use_memory();
  Checks checks;
  check_identity(checks);
  check_groups(checks, kind == "own_uids");
  check_rights(checks);
  check_processes(checks);
  check_network(checks);
  check_files(checks);
  check_limits(checks);
  check_process_limit(checks);
  return checks.failed == 0 ? 0 : 1;
}

}  // namespace collet::launcher
