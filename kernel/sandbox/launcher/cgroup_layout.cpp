#include "sandbox/launcher/cgroup.hpp"

#include <optional>
#include <vector>

#include "sandbox/launcher/cgroup_files.hpp"

namespace collet::launcher {
namespace {

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
    if (lists(read_text(folder + "/cgroup.controllers"), name, ' ')) return {Hierarchy::Kind::v2, std::move(folder)};
  }
  return {};
}

}  // namespace

std::string v2_mount_of(std::string_view mounts, std::string_view folder) {
  std::string found;
  for (const auto& mount : cgroup_mounts(mounts)) {
    if (mount.is_v2 && folder.starts_with(mount.point)) found = mount.point;
  }
  return found;
}

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
    if (hierarchy.kind == Hierarchy::Kind::none && i == static_cast<std::size_t>(Controller::cpuacct)) continue;
    if (!text.empty()) text += ", ";
    text += kControllerNames[i];
    text += hierarchy.kind == Hierarchy::Kind::none ? " absent" : hierarchy.kind == Hierarchy::Kind::v1 ? " v1 " : " v2 ";
    text += hierarchy.folder;
  }
  return text;
}

CgroupLayout parse_layout(std::string_view membership, std::string_view mounts) {
  CgroupLayout layout;
  const auto found = cgroup_mounts(mounts);
  for (std::size_t i = 0; i < kControllers; ++i) {
    layout.controllers[i] = find_v1(membership, found, kControllerNames[i]);
    if (layout.controllers[i].kind == Hierarchy::Kind::none) {
      layout.controllers[i] = find_v2(membership, found, kControllerNames[i]);
    }
  }
  // Mounted together, as on most v1 hosts: one group serves both.
  Hierarchy& accounting = layout.controllers[static_cast<std::size_t>(Controller::cpuacct)];
  if (accounting.folder == layout.of(Controller::cpu).folder) accounting = {};
  return layout;
}

}  // namespace collet::launcher
