// A folder of the host that a box may write to and that no write reaches: overlayfs,
// with the folder below, read-only, and the box's own file system in memory above,
// so that what is written counts against the size of the box and goes with it.
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <initializer_list>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

constexpr const char* kLower = "app-lower";
constexpr const char* kUpper = "app-upper";  // its owner and mode are those of the whole folder
constexpr const char* kWork = "app-work";
constexpr const char* kNothing = "none";
constexpr const char* kLowerAndNothing = "app-lower:none";  // one layer alone is no overlay

bool make_folders(int writable, std::initializer_list<const char*> folders) {
  for (const char* folder : folders) {
    if (::mkdirat(writable, folder, 0755) != 0 && errno != EEXIST) return false;
  }
  return true;
}

bool set(int fs, const char* key, const char* value) { return ::fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0) == 0; }

// userxattr: all that a user namespace may use, so it is what every box uses. With
// it the kernel also follows no redirection that somebody has put into the folder.
// Before Linux 6.6 memory file systems cannot hold such marks: a folder that was
// removed can then not be made again (EIO).
bool configure(int fs, bool is_scratch) {
  const bool has_layers = is_scratch ? set(fs, "lowerdir", kLower) && set(fs, "upperdir", kUpper) && set(fs, "workdir", kWork)
                                     : set(fs, "lowerdir", kLowerAndNothing);
  return has_layers &&
         ::fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", nullptr, 0) == 0 &&
         ::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
}

// The overlay has a copy of the lower mount to itself: that one would show in the box's
// mount table, with its path on the host.
int make_overlay(int tree, int writable, bool is_scratch) {
  if (!attach(tree, writable, kLower, true) || ::fchdir(writable) != 0) return -1;
  const int fs = ::fsopen("overlay", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  const unsigned attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (is_scratch ? 0u : MOUNT_ATTR_RDONLY);
  const int mount = configure(fs, is_scratch) ? ::fsmount(fs, FSMOUNT_CLOEXEC, attributes) : -1;
  close_keeping_errno(fs);
  if (mount < 0 || ::umount2(kLower, MNT_DETACH) == 0) return mount;
  close_keeping_errno(mount);
  return -1;
}

}  // namespace

// The kernel takes the layers by path, and only from mounts of the own namespace.
// Hence the folders in `writable`, which lies covered at /tmp: neither they nor the
// folder below can be reached from the box by any other way than the overlay.
int overlay_on(int tree, int writable) {
  return make_folders(writable, {kLower, kUpper, kWork}) ? make_overlay(tree, writable, true) : -1;
}

int nameless_copy(int tree, int writable) {
  return make_folders(writable, {kLower, kNothing}) ? make_overlay(tree, writable, false) : -1;
}

}  // namespace collet::launcher
