#include "sandbox/explain.hpp"

#include <cerrno>
#include <cstring>

namespace collet::sandbox {
namespace {

using wire::Step;

constexpr std::string_view kUserNamespaces =
    "Start collet as root, or let it make user namespaces: sysctl kernel.unprivileged_userns_clone=1, "
    "sysctl user.max_user_namespaces above 0, and where AppArmor restricts them (Ubuntu 23.10 and later) a profile for "
    "collet-launcher, and for bwrap where that makes the boxes, with the rule \"userns,\" or sysctl kernel.apparmor_restrict_unprivileged_userns=0. "
    "In a container, run it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN";
constexpr std::string_view kNamespaceCount =
    "A limit on namespaces is reached: raise the sysctls user.max_user_namespaces, user.max_pid_namespaces, "
    "user.max_mnt_namespaces and user.max_net_namespaces";
constexpr std::string_view kProc =
    "A fresh /proc is refused where the host's own is partly covered, as in most containers: run the container with "
    "--security-opt systempaths=unconfined (Docker) or --security-opt unmask=ALL (Podman)";
constexpr std::string_view kCgroups =
    "Boxes need a cgroup folder that can be written: start collet as root, or as a systemd service with Delegate=yes, or run "
    "the container with --cgroupns=private and /sys/fs/cgroup mounted read-write. To accept weaker limits instead, set "
    "sandbox.soft_limits: true";
constexpr std::string_view kMounts =
    "Mounts are refused: in a container add --cap-add SYS_ADMIN and --security-opt apparmor=unconfined; Linux 5.12 or later is needed";
constexpr std::string_view kOverlay =
    "A writable app folder is an overlayfs in the box: it needs the overlay module (modprobe overlay), Linux 5.11 or later for "
    "boxes in user namespaces and 5.19 or later for an app folder whose owner is shown as the box's user, and an app folder "
    "without other file systems mounted in it";
constexpr std::string_view kUids =
    "Set sandbox.uid_base to the first of sandbox.boxes_max uids that nobody uses; in a container they must lie within /proc/self/uid_map";
constexpr std::string_view kRootRights =
    "collet is root but without the capabilities SYS_ADMIN, SETUID and SETGID: in a container add --cap-add SYS_ADMIN, in a "
    "systemd unit name all three under CapabilityBoundingSet; or start collet as an ordinary user that may make user namespaces";
constexpr std::string_view kGroups =
    "Boxes may not inherit groups of the server: start collet as root with the capability SETGID where /proc/self/setgroups "
    "says \"allow\" (rootless containers need newgidmap), or without supplementary groups (setpriv --clear-groups)";
constexpr std::string_view kBwrap =
    "Install bubblewrap 0.5 or later (the package bubblewrap of most distributions) and set sandbox.bwrap_path to where its program "
    "is, or set sandbox.backend: native";
constexpr std::string_view kResources = "The host is out of processes, memory or descriptors; lower sandbox.boxes_max";

std::string_view remedy_of(Step step, int error) {
  if (error == ENOMEM || error == EAGAIN || error == EMFILE || error == ENFILE) return kResources;
  switch (step) {
    case Step::bwrap: return kBwrap;
    case Step::inside: return "Every user must be able to read and execute collet-launcher, and it must be linked statically";
    case Step::clone: return error == ENOSPC || error == EUSERS ? kNamespaceCount : kUserNamespaces;
    case Step::net_ns: return error == ENOSPC ? kNamespaceCount : kUserNamespaces;
    case Step::uid: return error == EINVAL ? kUids : kRootRights;
    case Step::groups: return kGroups;
    case Step::id_map: return kUserNamespaces;
    case Step::proc: return error == EPERM || error == EACCES ? kProc : kMounts;
    case Step::cgroup:
    case Step::cgroup_attach:
    case Step::cgroup_ns: return kCgroups;
    case Step::propagation:
    case Step::work_tmpfs:
    case Step::layout:
    case Step::devices:
    case Step::masks:
    case Step::attach_root:
    case Step::pivot:
    case Step::read_only: return kMounts;
    case Step::openings: return "The loopback of the box is needed for its gate to the network";
    case Step::app_overlay: return kOverlay;
    case Step::filter: return "The kernel must be built with seccomp filters (CONFIG_SECCOMP_FILTER)";
    default: return "";
  }
}

std::string describe_error(int error) {
  const char* text = ::strerrordesc_np(error);
  const char* code = ::strerrorname_np(error);
  return std::string(text != nullptr ? text : "unknown error") + " (" + (code != nullptr ? code : "?") + ")";
}

std::string remedy_for_exec(int error, const BoxSpec& spec) {
  if (error == ENOENT) {
    return "It, or the loader it needs, is not among the roots of the box: " +
           (spec.roots.empty() ? std::string("there are none") : spec.roots.front() + (spec.roots.size() > 1 ? ", ..." : ""));
  }
  if (error == E2BIG) return "One argument may have 128 KiB and all together a quarter of the stack; pass data as an input";
  if (error == EACCES) return "It is not executable for the user of the box";
  return "";
}

// The launcher counts the roots it mounts early from the front, those it mounts
// late (below /tmp and /work, the app last) from the back.
std::string root_name(std::uint32_t index, const BoxSpec& spec) {
  std::vector<std::string> early, late;
  for (const auto& root : spec.roots) {
    const bool is_late = root.starts_with("/tmp/") || root.starts_with("/work/");
    (is_late ? late : early).push_back("root \"" + root + "\"");
  }
  if (!spec.app_root.empty()) late.push_back("app folder \"" + spec.app_root + "\"");
  if (index < early.size()) return early[index];
  if (~index < late.size()) return late[~index];
  return "a system folder";
}

}  // namespace

Explanation explain(const wire::Failure& failure, const BoxSpec& spec, std::string_view said) {
  while (said.ends_with('\n')) said.remove_suffix(1);
  const std::string error = describe_error(failure.error) + (said.empty() ? "" : " [" + std::string(said) + "]");
  switch (failure.step) {
    case Step::exec:
      return {Outcome::failed, "cannot start " + spec.argv.front() + ": " + error, remedy_for_exec(failure.error, spec)};
    case Step::root_tree:
      return {Outcome::failed, "cannot show " + root_name(failure.index, spec) + " in the box: " + error,
              "It must exist and be readable for collet"};
    case Step::cwd:
      return {Outcome::failed, "cannot enter the app folder \"" + spec.app_root + "\": " + error,
              "It must be a folder that other users may enter"};
    case Step::work_folder:
      return {Outcome::failed, "the files of the session cannot be shown again: " + error, "They are lost; the next call begins with an empty /work"};
    case Step::slot:
      return {Outcome::failed, "the box slot could not be prepared: " + error, ""};
    default:
      return {Outcome::unavailable, "the box could not be made: step " + std::string(wire::name(failure.step)) + ": " + error,
              std::string(remedy_of(failure.step, failure.error))};
  }
}

}  // namespace collet::sandbox
