#include "sandbox/launcher/cgroup.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace collet::launcher {
namespace {

constexpr std::string_view kNames[kControllers] = {"memory", "pids", "cpu"};
constexpr std::size_t kFileBytesMax = 1u << 20;

std::string read_file(const std::string& path) {
  std::string text;
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[4096];
  while (fd && text.size() < kFileBytesMax) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  return text;
}

int write_file(const std::string& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

bool lists(std::string_view list, std::string_view name, char separator) {
  for (const auto part : split(list, separator)) {
    if (part == name) return true;
  }
  return false;
}

// One mount of a cgroup file system, from a line of mountinfo.
struct CgroupMount {
  std::string root;     // which group of the hierarchy is at the mount point
  std::string point;
  std::string options;  // of the file system: the v1 controllers
  bool is_v2 = false;
};

std::vector<CgroupMount> cgroup_mounts(std::string_view mounts) {
  std::vector<CgroupMount> found;
  for (const auto line : split(mounts, '\n')) {
    const std::size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto before = split(line.substr(0, dash), ' ');
    const auto after = split(line.substr(dash + 3), ' ');
    if (before.size() < 6 || after.size() < 3) continue;
    if (after[0] != "cgroup" && after[0] != "cgroup2") continue;
    found.push_back({std::string(before[3]), std::string(before[4]), std::string(after[2]), after[0] == "cgroup2"});
  }
  return found;
}

// The folder of group `path` under a mount that shows the hierarchy from `root`.
std::string folder_of(const CgroupMount& mount, std::string_view path) {
  if (mount.root != "/" && path.starts_with(mount.root)) path.remove_prefix(mount.root.size());
  if (path.find("/..") != std::string_view::npos) path = "";  // outside our cgroup namespace
  while (path.ends_with('/')) path.remove_suffix(1);
  return mount.point + std::string(path);
}

// The group we are in, for a v1 controller or (empty name) for v2.
std::optional<std::string_view> group_of(std::string_view membership, std::string_view controller) {
  for (const auto line : split(membership, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const auto list = line.substr(first + 1, second - first - 1);
    if (controller.empty() ? list.empty() : lists(list, controller, ',')) return line.substr(second + 1);
  }
  return std::nullopt;
}

Hierarchy find_v1(std::string_view membership, const std::vector<CgroupMount>& mounts, std::string_view name) {
  const auto group = group_of(membership, name);
  if (!group) return {};
  for (const auto& mount : mounts) {
    if (!mount.is_v2 && lists(mount.options, name, ',')) return {Hierarchy::Kind::v1, folder_of(mount, *group)};
  }
  return {};
}

Hierarchy find_v2(std::string_view membership, const std::vector<CgroupMount>& mounts, std::string_view name) {
  const auto group = group_of(membership, "");
  if (!group) return {};
  for (const auto& mount : mounts) {
    if (!mount.is_v2) continue;
    std::string folder = folder_of(mount, *group);
    std::string offered = read_file(folder + "/cgroup.controllers");
    while (offered.ends_with('\n')) offered.pop_back();
    if (lists(offered, name, ' ')) return {Hierarchy::Kind::v2, std::move(folder)};
  }
  return {};
}

bool hands_down(const std::string& folder, std::string_view controller) {
  std::string enabled = read_file(folder + "/cgroup.subtree_control");
  while (enabled.ends_with('\n')) enabled.pop_back();
  return lists(enabled, controller, ' ');
}

// Memory and processes must be held, processor time should.
bool hand_down(const std::string& folder) {
  const std::string control = folder + "/cgroup.subtree_control";
  if (!hands_down(folder, "memory") || !hands_down(folder, "pids")) {
    const int error = write_file(control, "+memory +pids");
    if (error != 0) return errno = error, false;
  }
  if (!hands_down(folder, "cpu")) write_file(control, "+cpu");
  return true;
}

std::string server_group(const std::string& folder, std::uint32_t owner_pid) {
  return folder + "/collet-" + std::to_string(owner_pid) + "-server";
}

void step_aside(const std::string& folder, std::uint32_t owner_pid, bool everybody) {
  const std::string leaf = server_group(folder, owner_pid);
  if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return;
  const std::string processes = everybody ? read_file(folder + "/cgroup.procs")
                                          : std::to_string(owner_pid) + "\n" + std::to_string(::getpid());
  for (const auto pid : split(processes, '\n')) write_file(leaf + "/cgroup.procs", pid);
}

void step_back(const std::string& folder, std::uint32_t owner_pid) {
  const std::string leaf = server_group(folder, owner_pid);
  const std::string processes = read_file(leaf + "/cgroup.procs");
  for (const auto pid : split(processes, '\n')) write_file(folder + "/cgroup.procs", pid);
  ::rmdir(leaf.c_str());
}

// v2 hands controllers to children only from a group that has no process of its
// own. In a service of ours, server and launcher step aside into a child. Among
// strangers (a shell's session) the group above serves as well, if it hands the
// controllers down already. At the top of a container everybody steps aside.
Result<std::string> find_v2_parent(const std::string& top, std::string folder, std::uint32_t owner_pid) {
  if (hand_down(folder)) return folder;
  step_aside(folder, owner_pid, folder == top);
  if (hand_down(folder)) return folder;
  const Error reason = sandbox::os_error("enabling controllers in " + folder + "/cgroup.subtree_control", errno);
  step_back(folder, owner_pid);
  while (folder.size() > top.size()) {
    folder.resize(folder.rfind('/'));
    if (hands_down(folder, "memory") && hands_down(folder, "pids")) return folder;
  }
  return reason;
}

bool is_alive(std::string_view digits) {
  int pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (error != std::errc{} || end != digits.data() + digits.size() || pid <= 0) return true;  // not ours to judge
  return ::kill(pid, 0) == 0 || errno != ESRCH;
}

// collet-<pid>-<slot> of a server that is no more, or of our own earlier launcher.
void sweep(const std::string& folder, std::uint32_t owner_pid) {
  DIR* entries = ::opendir(folder.c_str());
  if (entries == nullptr) return;
  const std::string own = std::to_string(owner_pid);
  while (const dirent* entry = ::readdir(entries)) {
    const auto parts = split(entry->d_name, '-');
    if (parts.size() != 3 || parts[0] != "collet") continue;
    const bool stale = parts[1] == own ? parts[2] != "server" : !is_alive(parts[1]);
    if (stale) ::rmdir((folder + "/" + entry->d_name).c_str());
  }
  ::closedir(entries);
}

Result<void> check_writable(const Hierarchy& hierarchy, std::uint32_t owner_pid) {
  const std::string folder = hierarchy.folder + "/collet-" + std::to_string(owner_pid) + "-check";
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return sandbox::os_error("mkdir " + folder, errno);
  ::rmdir(folder.c_str());
  return {};
}

Result<void> settle_v2(CgroupLayout& layout, std::uint32_t owner_pid) {
  std::string own;
  for (const auto& hierarchy : layout.controllers) {
    if (hierarchy.kind == Hierarchy::Kind::v2) own = hierarchy.folder;
  }
  // The mount point is the highest group that can be seen.
  std::string top;
  const std::string mounts = read_file("/proc/self/mountinfo");
  for (const auto& mount : cgroup_mounts(mounts)) {
    if (mount.is_v2 && own.starts_with(mount.point)) top = mount.point;
  }
  auto parent = find_v2_parent(top, own, owner_pid);
  if (!parent) return std::move(parent).error();
  for (std::size_t i = 0; i < kControllers; ++i) {
    Hierarchy& hierarchy = layout.controllers[i];
    if (hierarchy.kind != Hierarchy::Kind::v2) continue;
    if (hands_down(*parent, kNames[i])) hierarchy.folder = *parent;
    else hierarchy = {};  // the processor, where the group does not hand it down
  }
  return {};
}

CgroupLayout layout_below(const std::string& root) {
  CgroupLayout layout;
  for (std::size_t i = 0; i < kControllers; ++i) {
    layout.controllers[i] = {Hierarchy::Kind::v1, root + "/" + std::string(kNames[i])};
  }
  return layout;
}

}  // namespace

bool CgroupLayout::uses_v2() const {
  for (const auto& controller : controllers) {
    if (controller.kind == Hierarchy::Kind::v2) return true;
  }
  return false;
}

std::string CgroupLayout::describe() const {
  std::string text;
  for (std::size_t i = 0; i < kControllers; ++i) {
    const Hierarchy& hierarchy = controllers[i];
    if (!text.empty()) text += ", ";
    text += kNames[i];
    text += hierarchy.kind == Hierarchy::Kind::none ? " absent" : hierarchy.kind == Hierarchy::Kind::v1 ? " v1 " : " v2 ";
    text += hierarchy.folder;
  }
  return text;
}

CgroupLayout parse_layout(std::string_view membership, std::string_view mounts) {
  CgroupLayout layout;
  const auto found = cgroup_mounts(mounts);
  for (std::size_t i = 0; i < kControllers; ++i) {
    layout.controllers[i] = find_v1(membership, found, kNames[i]);
    if (layout.controllers[i].kind == Hierarchy::Kind::none) {
      layout.controllers[i] = find_v2(membership, found, kNames[i]);
    }
  }
  return layout;
}

Result<CgroupLayout> open_layout(const std::string& root, std::uint32_t owner_pid) {
  CgroupLayout layout = root.empty()
      ? parse_layout(read_file("/proc/self/cgroup"), read_file("/proc/self/mountinfo"))
      : layout_below(root);
  for (const auto controller : {Controller::memory, Controller::pids}) {
    if (layout.of(controller).kind != Hierarchy::Kind::none) continue;
    return Error{Errc::unavailable, "the cgroup of this process has no controller \"" +
                                    std::string(kNames[static_cast<std::size_t>(controller)]) + "\""};
  }
  if (layout.uses_v2()) {
    auto settled = settle_v2(layout, owner_pid);
    if (!settled) return std::move(settled).error();
  }
  for (auto& hierarchy : layout.controllers) {
    if (hierarchy.kind == Hierarchy::Kind::none) continue;
    sweep(hierarchy.folder, owner_pid);
    auto writable = check_writable(hierarchy, owner_pid);
    if (!writable) return std::move(writable).error();
  }
  return layout;
}

}  // namespace collet::launcher
