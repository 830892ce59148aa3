// A place for the groups of the boxes: one common child of the server's own group,
// with a smaller share of the processor, so that no number of boxes takes the
// server's breath away.
#include "sandbox/launcher/cgroup.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <vector>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/launcher/cgroup_files.hpp"

namespace collet::launcher {
namespace {

// Half of what the server's group has.
constexpr const char* kBoxesWeight = "50";
// v1, where the server's threads mostly stand beside the groups: half of what one
// of them has, on every processor. A group has to divide its shares among the
// processors it uses, a thread does not.
constexpr long kSharesPerProcessor = 512;
constexpr long kSharesMax = 262'144;

std::string boxes_shares() {
  return std::to_string(std::clamp(kSharesPerProcessor * ::sysconf(_SC_NPROCESSORS_ONLN), kSharesPerProcessor, kSharesMax));
}

std::string group_name(std::uint32_t owner_pid, std::string_view what) {
  return "collet-" + std::to_string(owner_pid) + "-" + std::string(what);
}

bool hands_down(const std::string& folder, std::string_view controller) {
  return lists(read_text(folder + "/cgroup.subtree_control"), controller, ' ');
}

// The controllers that v2 is to hold; elsewhere v1 may hold the others.
std::vector<std::string_view> wanted_of(const CgroupLayout& layout) {
  std::vector<std::string_view> wanted;
  for (std::size_t i = 0; i < kControllers; ++i) {
    if (layout.controllers[i].kind == Hierarchy::Kind::v2) wanted.push_back(kControllerNames[i]);
  }
  return wanted;
}

bool hands_down_enough(const std::string& folder, const std::vector<std::string_view>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](auto name) { return name == "cpu" || hands_down(folder, name); });
}

// Memory and processes must be held, processor time should.
bool hand_down(const std::string& folder, const std::vector<std::string_view>& wanted) {
  const std::string control = folder + "/cgroup.subtree_control";
  for (const auto name : wanted) {
    if (hands_down(folder, name)) continue;
    const int error = write_text(control, "+" + std::string(name));
    if (error != 0 && name != "cpu") return errno = error, false;
  }
  return true;
}

void step_aside(const std::string& folder, std::uint32_t owner_pid, bool everybody) {
  const std::string leaf = folder + "/" + group_name(owner_pid, "server");
  if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return;
  const std::string processes = everybody ? read_text(folder + "/cgroup.procs")
                                          : std::to_string(owner_pid) + "\n" + std::to_string(::getpid());
  for (const auto pid : split(processes, '\n')) write_text(leaf + "/cgroup.procs", pid);
}

void step_back(const std::string& folder, std::uint32_t owner_pid) {
  const std::string leaf = folder + "/" + group_name(owner_pid, "server");
  const std::string processes = read_text(leaf + "/cgroup.procs");
  for (const auto pid : split(processes, '\n')) write_text(folder + "/cgroup.procs", pid);
  ::rmdir(leaf.c_str());
}

// v2 hands controllers to children only from a group that has no process of its
// own. In a service of ours, server and launcher step aside into a child. Among
// strangers (a shell's session) the group above serves as well, if it hands the
// controllers down already. At the top of a container everybody steps aside.
Result<std::string> find_v2_parent(const std::string& top, std::string folder, std::uint32_t owner_pid,
                                   const std::vector<std::string_view>& wanted) {
  // A launcher that is started again finds the server where the first one has
  // moved it; the groups are one level higher.
  const std::string leaf = "/" + group_name(owner_pid, "server");
  if (folder.ends_with(leaf)) folder.resize(folder.size() - leaf.size());
  if (hand_down(folder, wanted)) return folder;
  step_aside(folder, owner_pid, folder == top);
  if (hand_down(folder, wanted)) return folder;
  const Error reason = sandbox::os_error("enabling controllers in " + folder + "/cgroup.subtree_control", errno);
  step_back(folder, owner_pid);
  while (folder.size() > top.size()) {
    folder.resize(folder.rfind('/'));
    if (hands_down_enough(folder, wanted)) return folder;
  }
  return reason;
}

bool is_alive(std::string_view digits) {
  int pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  if (error != std::errc{} || end != digits.data() + digits.size() || pid <= 0) return true;  // not ours to judge
  return ::kill(pid, 0) == 0 || errno != ESRCH;
}

std::vector<std::string> groups_in(const std::string& folder) {
  std::vector<std::string> names;
  DIR* entries = ::opendir(folder.c_str());
  if (entries == nullptr) return names;
  while (const dirent* entry = ::readdir(entries)) {
    if (std::string_view(entry->d_name).starts_with("collet-")) names.emplace_back(entry->d_name);
  }
  ::closedir(entries);
  return names;
}

// collet-<pid>-<what> of a server that is no more, or of our own earlier launcher.
void sweep(const std::string& folder, std::uint32_t owner_pid) {
  const std::string own = std::to_string(owner_pid);
  for (const auto& name : groups_in(folder)) {
    const auto parts = split(name, '-');
    if (parts.size() != 3) continue;
    const bool stale = parts[1] == own ? parts[2] != "server" : !is_alive(parts[1]);
    if (!stale) continue;
    const std::string group = folder + "/" + name;
    for (const auto& inner : groups_in(group)) ::rmdir((group + "/" + inner).c_str());
    ::rmdir(group.c_str());
  }
}

// v1 style below root/<controller>, for tests and odd hosts.
CgroupLayout layout_below(const std::string& root) {
  CgroupLayout layout;
  for (const auto controller : {Controller::memory, Controller::pids, Controller::cpu}) {
    const auto i = static_cast<std::size_t>(controller);
    layout.controllers[i] = {Hierarchy::Kind::v1, root + "/" + std::string(kControllerNames[i])};
  }
  return layout;
}

Result<void> make_boxes_group(CgroupLayout& layout, std::size_t index, std::uint32_t owner_pid) {
  Hierarchy& hierarchy = layout.controllers[index];
  const std::string folder = hierarchy.folder + "/" + group_name(owner_pid, "boxes");
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return sandbox::os_error("mkdir " + folder, errno);
  hierarchy.folder = folder;
  // A smaller share is a courtesy: without it the limits hold all the same.
  const bool is_v1 = hierarchy.kind == Hierarchy::Kind::v1;
  if (kControllerNames[index] == "cpu") {
    write_text(folder + (is_v1 ? "/cpu.shares" : "/cpu.weight"), is_v1 ? boxes_shares() : kBoxesWeight);
  }
  if (!is_v1 && !hand_down(folder, wanted_of(layout))) {
    return sandbox::os_error("enabling controllers in " + folder + "/cgroup.subtree_control", errno);
  }
  if (!is_v1 && !hands_down(folder, kControllerNames[index])) hierarchy = {};
  return {};
}

}  // namespace

Result<void> settle_v2(CgroupLayout& layout, const std::string& top, std::uint32_t owner_pid) {
  std::string own;
  for (const auto& hierarchy : layout.controllers) {
    if (hierarchy.kind == Hierarchy::Kind::v2) own = hierarchy.folder;
  }
  auto parent = find_v2_parent(top, own, owner_pid, wanted_of(layout));
  if (!parent) return std::move(parent).error();
  for (std::size_t i = 0; i < kControllers; ++i) {
    Hierarchy& hierarchy = layout.controllers[i];
    if (hierarchy.kind != Hierarchy::Kind::v2) continue;
    if (hands_down(*parent, kControllerNames[i])) hierarchy.folder = *parent;
    else hierarchy = {};  // the processor, where the group does not hand it down
  }
  return {};
}

Result<void> make_boxes_groups(CgroupLayout& layout, std::uint32_t owner_pid) {
  for (const auto& hierarchy : layout.controllers) {
    if (hierarchy.kind != Hierarchy::Kind::none) sweep(hierarchy.folder, owner_pid);
  }
  for (std::size_t i = 0; i < kControllers; ++i) {
    if (layout.controllers[i].kind == Hierarchy::Kind::none) continue;
    auto made = make_boxes_group(layout, i, owner_pid);
    if (made) continue;
    // To know the time used is of less worth than to run at all.
    if (static_cast<Controller>(i) != Controller::cpuacct) return made;
    layout.controllers[i] = {};
  }
  return {};
}

Result<CgroupLayout> open_layout(const std::string& root, std::uint32_t owner_pid) {
  const std::string mounts = read_text("/proc/self/mountinfo");
  CgroupLayout layout = root.empty() ? parse_layout(read_text("/proc/self/cgroup"), mounts) : layout_below(root);
  for (const auto controller : {Controller::memory, Controller::pids}) {
    if (layout.of(controller).kind != Hierarchy::Kind::none) continue;
    return Error{Errc::unavailable, "the cgroup of this process has no controller \"" +
                                    std::string(kControllerNames[static_cast<std::size_t>(controller)]) + "\""};
  }
  std::string own_v2;
  for (const auto& hierarchy : layout.controllers) {
    if (hierarchy.kind == Hierarchy::Kind::v2) own_v2 = hierarchy.folder;
  }
  // The mount point is the highest group that can be seen.
  if (!own_v2.empty()) {
    auto settled = settle_v2(layout, v2_mount_of(mounts, own_v2), owner_pid);
    if (!settled) return std::move(settled).error();
  }
  auto made = make_boxes_groups(layout, owner_pid);
  if (!made) return std::move(made).error();
  return layout;
}

void close_layout(const CgroupLayout& layout) {
  for (const auto& hierarchy : layout.controllers) {
    if (hierarchy.kind == Hierarchy::Kind::none) continue;
    // What an earlier launcher has left, whose boxes were buried late.
    for (const auto& inner : groups_in(hierarchy.folder)) ::rmdir((hierarchy.folder + "/" + inner).c_str());
    ::rmdir(hierarchy.folder.c_str());
  }
}

}  // namespace collet::launcher
