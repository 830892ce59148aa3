#include "sandbox/launcher/tree_paths.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace collet::launcher {
namespace {

bool make_entry(int parent, const char* name, bool is_folder) {
  if (is_folder) return ::mkdirat(parent, name, 0755) == 0 || errno == EEXIST;
  const int fd = ::openat(parent, name, O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

}  // namespace

void close_keeping_errno(int fd) {
  const int error = errno;
  ::close(fd);
  errno = error;
}

int open_inside(int root, const char* path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

int make_path(int root, const char* path, bool is_folder) {
  const int found = open_inside(root, path);
  if (found >= 0 || errno != ENOENT) return found;
  char prefix[4096];
  if (std::strlen(path) >= sizeof prefix) return errno = ENAMETOOLONG, -1;
  std::strcpy(prefix, path);
  int parent = ::fcntl(root, F_DUPFD_CLOEXEC, 0);
  for (char* start = prefix; parent >= 0;) {
    char* slash = std::strchr(start, '/');
    if (slash != nullptr) *slash = '\0';
    int next = open_inside(root, prefix);
    if (next < 0 && make_entry(parent, start, is_folder || slash != nullptr)) next = open_inside(root, prefix);
    close_keeping_errno(parent);
    if (slash == nullptr || next < 0) return next;
    *slash = '/';
    start = slash + 1;
    parent = next;
  }
  return -1;
}

bool attach(int tree, int root, const char* path, bool is_folder) {
  const int target = make_path(root, path, is_folder);
  if (target < 0) return false;
  const bool moved = ::move_mount(tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
  close_keeping_errno(target);
  return moved;
}

int make_tmpfs(const char* bytes, const char* inodes) {
  const int fs = ::fsopen("tmpfs", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  const bool configured = ::fsconfig(fs, FSCONFIG_SET_STRING, "size", bytes, 0) == 0 &&
                          ::fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", inodes, 0) == 0 &&
                          ::fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0755", 0) == 0 &&
                          ::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  const int mount = configured ? ::fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) : -1;
  close_keeping_errno(fs);
  return mount;
}

}  // namespace collet::launcher
