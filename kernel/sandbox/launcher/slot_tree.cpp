// What a slot shows its next box of the host.
#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

#include <sys/stat.h>

#include "sandbox/launcher/pipes.hpp"
#include "sandbox/launcher/slot.hpp"

namespace collet::launcher {
namespace {

void cover_late_pipes(std::vector<Mount>& late) {
  const std::size_t count = late.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (late[i].kind != Mount::Kind::tree || !late[i].is_folder) continue;
    const std::string source = late[i].source, target = late[i].target;  // the vector moves
    cover_pipes(source.c_str(), target, late);
  }
}

// Nothing was kept that needs a cover; see collect.cpp.
void plan_kept_trees(const wire::SpecView& spec, std::vector<Mount>& late) {
  for (std::size_t i = 0; i < spec.trees.size() && spec.trees[i] != nullptr; ++i) {
    const std::string target(wire::kPlaces[i].substr(1));
    if (spec.trees[i][0] != '\0') late.push_back({Mount::Kind::tree, spec.trees[i], target, true, false, false, false, {}, true});
  }
}

// An overlay shows what lies below a mount, which its owner has covered.
bool has_mounts_inside(const char* folder) {
  char real[PATH_MAX];
  if (::realpath(folder, real) == nullptr) return false;  // its own step says so
  const std::string inside = std::string(real) + "/";
  std::ifstream table("/proc/self/mountinfo");
  for (std::string line, skipped, place; std::getline(table, line);) {
    std::istringstream fields(line);
    fields >> skipped >> skipped >> skipped >> skipped >> place;
    for (std::size_t at = 0; (at = place.find('\\', at)) != std::string::npos; ++at) {  // "\040" is a space
      place.replace(at, 4, 1, static_cast<char>(std::strtol(place.substr(at + 1, 3).c_str(), nullptr, 8)));
    }
    if (place.starts_with(inside)) return true;
  }
  return false;
}

}  // namespace

void plan_disk(const wire::SpecView& spec, BoxPlan& plan) {
  const std::uint64_t disk = spec.limits.disk_bytes;
  std::snprintf(plan.tmpfs_bytes, sizeof plan.tmpfs_bytes, "%llu", static_cast<unsigned long long>(disk));
  std::snprintf(plan.tmpfs_inodes, sizeof plan.tmpfs_inodes, "%llu",
                static_cast<unsigned long long>(std::clamp<std::uint64_t>(disk / 4096, 1024, 262'144)));
}

bool plan_late_roots(const wire::SpecView& spec, BoxPlan& plan, std::vector<const char*>& shared, Failure& failure) {
  for (std::uint32_t i = 0; spec.roots[i] != nullptr; ++i) {
    const std::string_view root = spec.roots[i];
    if (!root.starts_with("/tmp/") && !root.starts_with("/work/")) shared.push_back(spec.roots[i]);
    else if (!plan_root(spec.roots[i], plan.late)) return failure = {Step::root_tree, errno, ~static_cast<std::uint32_t>(plan.late.size())}, false;
  }
  return true;
}

bool plan_roots(Host& host, const wire::SpecView& spec, BoxPlan& plan, Failure& failure) {
  std::vector<const char*> shared;
  if (!plan_late_roots(spec, plan, shared, failure)) return false;
  if (!host.can(wire::kOwnUids) || host.uses_bwrap()) return plan_mounts(shared, plan.mounts, failure);
  plan.tree.reset(host.templates.copy(shared, failure));
  return static_cast<bool>(plan.tree);
}

// Done here where the launcher may: once for many boxes, and with rights for which
// a closed parent folder does not matter. Else the child does it with its own.
bool Slot::prepare_tree(const wire::SpecView& spec, BoxPlan& plan) {
  plan_disk(spec, plan);
  Failure failure;
  if (!plan_roots(host_, spec, plan, failure)) return fail(failure);
  const bool is_whole = spec.app_root == nullptr || !has_mounts_inside(spec.app_root);
  if (spec.app_scratch && !is_whole) return fail(Step::app_overlay, EXDEV);
  if (spec.app_root != nullptr) plan.late.push_back({Mount::Kind::tree, spec.app_root, "app", true, false, false, spec.app_scratch, {}, is_whole});
  cover_late_pipes(plan.late);
  plan_kept_trees(spec, plan.late);
  return !host_.can(wire::kOwnUids) || copy_late_trees(spec, plan);
}

bool Slot::copy_late_trees(const wire::SpecView& spec, BoxPlan& plan) {
  for (std::uint32_t i = 0; i < plan.late.size(); ++i) {
    Mount& mount = plan.late[i];
    if (mount.kind == Mount::Kind::link) continue;
    mount.tree.reset(copy_tree(mount.source.c_str(), mount.is_device));
    if (!mount.tree) return fail(Step::root_tree, errno, ~i);
    struct stat owner;
    const bool is_app = mount.target == "app";
    if (is_app && ::stat(spec.app_root, &owner) == 0) id_shift_.apply(mount.tree.get(), owner, plan.box.ids.outside);
  }
  return true;
}

}  // namespace collet::launcher
