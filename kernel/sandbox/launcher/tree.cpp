// What all boxes with the same roots see: a small read-only file system with the
// roots, a minimal /dev and an /etc of our own. A privileged launcher builds it
// once and copies it for each box; else the box builds it for itself.
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

bool write_file(int root, const char* path, std::string_view text) {
  const int fd = ::openat(root, path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0444);
  if (fd < 0) return false;
  const bool wrote = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  return wrote;
}

bool lay_out(int root) {
  for (const char* folder : kOwnFolders) {
    if (::mkdirat(root, folder, 0755) != 0) return false;
  }
  for (const auto& file : kOwnFiles) {
    if (!write_file(root, file.path, file.text)) return false;
  }
  for (const auto& link : kOwnLinks) {
    if (::symlinkat(link.text, root, link.path) != 0) return false;
  }
  return true;
}

bool add_link(int root, const Mount& mount) {
  const char* target = mount.target.c_str();
  const char* slash = std::strrchr(target, '/');
  if (slash == nullptr) return ::symlinkat(mount.source.c_str(), root, target) == 0 || errno == EEXIST;
  char parent[4096];
  const auto size = static_cast<std::size_t>(slash - target);
  if (size >= sizeof parent) return errno = ENAMETOOLONG, false;
  std::memcpy(parent, target, size);
  parent[size] = '\0';
  const int folder = make_path(root, parent, true);
  if (folder < 0) return false;
  const bool linked = ::symlinkat(mount.source.c_str(), folder, slash + 1) == 0 || errno == EEXIST;
  close_keeping_errno(folder);
  return linked;
}

// EROFS: what was to be covered is not there, and cannot be made either.
bool attach_if_there(const Mount& mount, int tree, int root) {
  if (attach(tree, root, mount.target.c_str(), mount.is_folder)) return true;
  return mount.may_miss && (errno == EROFS || errno == ENOENT);
}

}  // namespace

bool add_mount(int root, const Mount& mount, Step& step) {
  step = Step::attach_root;
  if (mount.kind == Mount::Kind::link) return add_link(root, mount);
  if (mount.tree) return attach_if_there(mount, mount.tree.get(), root);
  step = mount.is_device ? Step::devices : Step::root_tree;
  const int tree = copy_tree(mount.source.c_str(), mount.is_device);
  if (tree < 0) return false;
  step = Step::attach_root;
  const bool attached = attach_if_there(mount, tree, root);
  close_keeping_errno(tree);
  return attached;
}

int build_tree(const std::vector<Mount>& mounts, const char* place, Failure& failure) {
  const int root = make_tmpfs("1048576", "4096");
  const auto fail = [&](Step step, std::size_t index) {
    failure = {step, errno, static_cast<std::uint32_t>(index)};
    if (root >= 0) ::close(root);
    return -1;
  };
  if (root < 0 || ::move_mount(root, "", AT_FDCWD, place, MOVE_MOUNT_F_EMPTY_PATH) != 0 || !lay_out(root)) {
    return fail(Step::layout, 0);
  }
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    Step step = Step::none;
    if (!add_mount(root, mounts[i], step)) return fail(step, i);
  }
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  if (::mount_setattr(root, "", AT_EMPTY_PATH, &read_only, sizeof read_only) != 0) return fail(Step::read_only, 0);
  return root;
}

}  // namespace collet::launcher
