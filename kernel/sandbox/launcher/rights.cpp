#include "sandbox/launcher/rights.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace collet::launcher {
namespace {

// What making boxes with uids of their own takes, found by leaving out one after
// the other. In this order: namespaces and mounts; uids; gids; pipes for the box's
// uid; app folders of other users, and cgroup folders, which even root may not write
// by right; the loopback; the first process of a box ahead of the rest.
constexpr std::array kKept = {CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID, CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_NET_ADMIN, CAP_SYS_NICE};
// A box in no user namespace of ours is a stranger to signal, and has to drop by
// itself what the bounding set allows.
constexpr std::array kKeptWithoutUserNs = {CAP_SETPCAP, CAP_KILL};
constexpr std::array kKeptForBwrap = {CAP_KILL};  // its user namespaces are not ours

bool has_capability(int number) {
  std::array<char, 8192> text{};
  const UniqueFd fd(::open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  const ssize_t got = fd ? ::read(fd.get(), text.data(), text.size() - 1) : 0;
  const char* line = got > 0 ? std::strstr(text.data(), "CapEff:") : nullptr;
  return line != nullptr && ((std::strtoull(line + 7, nullptr, 16) >> number) & 1) != 0;
}

// Whoever cannot change the bounding set has no capabilities to bound.
bool keep_capabilities(bool own_uids, bool user_ns, bool uses_bwrap) {
  __user_cap_data_struct kept[2] = {};
  const auto keep = [&](int number) {
    if (own_uids && has_capability(number)) kept[number / 32].permitted |= 1u << (number % 32);
  };
  for (const int number : kKept) keep(number);
  for (const int number : kKeptWithoutUserNs) {
    if (!user_ns) keep(number);
  }
  for (const int number : kKeptForBwrap) {
    if (uses_bwrap) keep(number);
  }
  const bool may_bound = has_capability(CAP_SETPCAP);
  for (int number = 0; may_bound && ::prctl(PR_CAPBSET_READ, number) >= 0; ++number) {
    const bool is_kept = ((kept[number / 32].permitted >> (number % 32)) & 1) != 0;
    if (!is_kept && ::prctl(PR_CAPBSET_DROP, number) != 0) return false;
  }
  for (auto& word : kept) word.effective = word.permitted;
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return false;
  return ::syscall(SYS_capset, &head, kept) == 0;
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

// In a container root may own a few uids only.
bool uids_are_mapped(const wire::Setup& setup) {
  std::ifstream map("/proc/self/uid_map");
  for (std::int64_t inside = 0, outside = 0, count = 0; map >> inside >> outside >> count;) {
    if (setup.uid_base >= inside && setup.uid_base + setup.boxes_max + 1 <= inside + count) return true;
  }
  return false;
}

bool settle_own_uids(Host& host, wire::Ready& ready) {
  if (!uids_are_mapped(host.setup)) {
    return refuse(ready, Step::uid, EINVAL, "uids " + std::to_string(host.setup.uid_base) + " and following are not mapped here");
  }
  // Boxes inherit them, and once a box's map says "deny" nobody can drop them.
  if (::setgroups(0, nullptr) != 0 && ::getgroups(0, nullptr) != 0) {
    return refuse(ready, Step::groups, errno, "the launcher's supplementary groups cannot be dropped");
  }
  // A mount namespace of our own: trees are copied in it, and the host's
  // mounts and unmounts reach it, but never the other way.
  if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    return refuse(ready, Step::propagation, errno, "the launcher's mount namespace");
  }
  // Not for the others: the files in /proc of a process that cannot be dumped
  // belong to root, and the maps of a box are among them.
  ::prctl(PR_SET_DUMPABLE, 0);
  // A box whose program is a copy of a zygote is made under the zygote's uid, for which
  // the launcher changes its own without losing its capabilities.
  if (!host.uses_bwrap() && ::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) == 0) host.abilities |= wire::kZygotes;
  host.abilities |= wire::kOwnUids;
  return true;
}

}  // namespace

bool refuse(wire::Ready& ready, Step step, int error, std::string_view text) {
  ready.failure = {step, error, 0};
  ready.detail.fill('\0');
  text.copy(ready.detail.data(), ready.detail.size() - 1);
  return false;
}

bool take_effective_uid(uid_t uid) {
  constexpr uid_t kSame = static_cast<uid_t>(-1);
  return ::syscall(SYS_setresuid, kSame, uid, kSame) == 0;
}

bool settle_rights(Host& host, wire::Ready& ready) {
  const bool own_uids = has_capability(CAP_SETUID) && has_capability(CAP_SETGID) && has_capability(CAP_SYS_ADMIN);
  const int user_ns_error = host.user_ns_error = try_user_namespace();
  // A box with the launcher's own uid would be root's, whose files lie open to it.
  if (!own_uids && ::geteuid() == 0) {
    return refuse(ready, Step::uid, EPERM, "root lacks CAP_SYS_ADMIN, CAP_SETUID or CAP_SETGID, so boxes would be root on the host");
  }
  if (own_uids && !settle_own_uids(host, ready)) return false;
  if (user_ns_error == 0) host.abilities |= wire::kUserNs;
  else host.abilities &= ~static_cast<std::uint32_t>(wire::kZygotes);
  if (!own_uids && user_ns_error != 0) return refuse(ready, Step::clone, user_ns_error, "user namespaces are refused");
  if (landlock_version() >= 6) host.abilities |= wire::kLandlock;
  if (!keep_capabilities(own_uids, user_ns_error == 0, host.uses_bwrap())) return refuse(ready, Step::capabilities, errno, "the launcher's capabilities cannot be dropped");
  return true;
}

}  // namespace collet::launcher
