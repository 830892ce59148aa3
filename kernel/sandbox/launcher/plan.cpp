#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <climits>
#include <string_view>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/launcher/pipes.hpp"

namespace collet::launcher {
namespace {

// What a merged /usr needs around itself to be of use.
constexpr std::string_view kUsrCompanions[] = {
  "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives", "/etc/ld.so.cache",
};
constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

bool has_target(const std::vector<Mount>& mounts, std::string_view path) {
  for (const auto& mount : mounts) {
    if (mount.target == path.substr(1)) return true;
  }
  return false;
}

void add_usr_companions(std::vector<Mount>& mounts) {
  for (const std::string_view path : kUsrCompanions) {
    if (!has_target(mounts, path)) plan_root(path.data(), mounts);  // absent ones are not missed
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

bool plan_root(const char* path, std::vector<Mount>& mounts) {
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

bool plan_mounts(const std::vector<const char*>& roots, std::vector<Mount>& mounts, Failure& failure) {
  bool has_usr = false;
  for (std::uint32_t i = 0; i < roots.size(); ++i) {
    has_usr = has_usr || std::string_view(roots[i]) == "/usr";
    if (!plan_root(roots[i], mounts)) {
      failure = {Step::root_tree, errno, i};
      return false;
    }
    if (!is_system_root(roots[i]) && mounts.back().is_folder) cover_pipes(roots[i], roots[i] + 1, mounts);
  }
  if (has_usr) add_usr_companions(mounts);
  add_devices(mounts);
  return true;
}

int copy_tree(const char* source, bool is_device) {
  const unsigned recursive = is_device ? 0 : AT_RECURSIVE;
  const int tree = ::open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
  if (tree < 0) return -1;
  mount_attr attributes{};
  // A device node must stay writable and usable as a device, but not runnable.
  attributes.attr_set = MOUNT_ATTR_NOSUID | (is_device ? MOUNT_ATTR_NOEXEC : MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
  if (::mount_setattr(tree, "", AT_EMPTY_PATH | recursive, &attributes, sizeof attributes) == 0) return tree;
  const int error = errno;
  ::close(tree);
  errno = error;
  return -1;
}

}  // namespace collet::launcher
