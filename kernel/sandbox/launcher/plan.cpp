#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <string_view>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace collet::launcher {
namespace {

// What a merged /usr needs around itself to be of use.
constexpr std::string_view kUsrCompanions[] = {
  "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives", "/etc/ld.so.cache",
};
constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

// Adds a host path under the same name; false with errno when it is not there.
bool add_root(std::vector<Mount>& mounts, const char* path) {
  struct stat info;
  if (::lstat(path, &info) != 0) return false;
  Mount mount;
  mount.source = path;
  mount.target = path + 1;
  mount.is_folder = S_ISDIR(info.st_mode);
  if (S_ISLNK(info.st_mode)) {
    char text[PATH_MAX];
    const ssize_t size = ::readlink(path, text, sizeof text);
    if (size < 0) return false;
    mount.kind = Mount::Kind::link;
    mount.source.assign(text, static_cast<std::size_t>(size));
  } else if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
    errno = EINVAL;
    return false;
  }
  mounts.push_back(std::move(mount));
  return true;
}

bool has_target(const std::vector<Mount>& mounts, std::string_view path) {
  for (const auto& mount : mounts) {
    if (mount.target == path.substr(1)) return true;
  }
  return false;
}

void add_usr_companions(std::vector<Mount>& mounts) {
  for (const std::string_view path : kUsrCompanions) {
    if (!has_target(mounts, path)) add_root(mounts, path.data());  // absent ones are not missed
  }
}

void add_devices(std::vector<Mount>& mounts) {
  for (const char* path : kDevices) {
    Mount mount;
    mount.source = path;
    mount.target = path + 1;
    mount.is_folder = false;
    mount.is_device = true;
    mounts.push_back(std::move(mount));
  }
}

}  // namespace

bool plan_mounts(BoxPlan& plan, Failure& failure) {
  const auto& roots = plan.spec->roots;
  bool has_usr = false;
  for (std::size_t i = 0; roots[i] != nullptr; ++i) {
    has_usr = has_usr || std::string_view(roots[i]) == "/usr";
    if (add_root(plan.mounts, roots[i])) continue;
    failure = {Step::root_tree, errno, static_cast<std::uint32_t>(i)};
    return false;
  }
  if (has_usr) add_usr_companions(plan.mounts);
  add_devices(plan.mounts);
  if (plan.spec->app_root != nullptr) {
    Mount mount;
    mount.source = plan.spec->app_root;
    mount.target = "app";
    plan.mounts.push_back(std::move(mount));
  }
  const std::uint64_t disk = plan.spec->limits.disk_bytes;
  const std::uint64_t inodes = disk / 4096 < 1024 ? 1024 : disk / 4096 > 262'144 ? 262'144 : disk / 4096;
  std::snprintf(plan.tmpfs_bytes, sizeof plan.tmpfs_bytes, "%llu", static_cast<unsigned long long>(disk));
  std::snprintf(plan.tmpfs_inodes, sizeof plan.tmpfs_inodes, "%llu", static_cast<unsigned long long>(inodes));
  return true;
}

bool open_trees(std::vector<Mount>& mounts, Failure& failure) {
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    Mount& mount = mounts[i];
    if (mount.kind != Mount::Kind::tree) continue;
    const unsigned recursive = mount.is_device ? 0 : AT_RECURSIVE;
    mount.tree.reset(::open_tree(AT_FDCWD, mount.source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive));
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY;
    // A device node must stay writable and usable as a device, but not runnable.
    if (mount.is_device) attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    else attributes.attr_set |= MOUNT_ATTR_NODEV;
    if (mount.tree && ::mount_setattr(mount.tree.get(), "", AT_EMPTY_PATH | recursive, &attributes,
                                      sizeof attributes) == 0) {
      continue;
    }
    failure = {mount.is_device ? Step::devices : Step::root_tree, errno, static_cast<std::uint32_t>(i)};
    return false;
  }
  return true;
}

}  // namespace collet::launcher
