// A folder of the host that a box may write to and that no write reaches: overlayfs,
// with the folder below, read-only, and the box's own file system in memory above,
// so that what is written counts against the size of the box and goes with it.
#include "sandbox/launcher/plan.hpp"

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

bool make_folders(int writable) {
  for (const char* folder : {kLower, kUpper, kWork}) {
    if (::mkdirat(writable, folder, 0755) != 0) return false;
  }
  return true;
}

bool set(int fs, const char* key, const char* value) { return ::fsconfig(fs, FSCONFIG_SET_STRING, key, value, 0) == 0; }

// userxattr: all that a user namespace may use, so it is what every box uses. With
// it the kernel also follows no redirection that somebody has put into the folder.
// Before Linux 6.6 memory file systems cannot hold such marks: a folder that was
// removed can then not be made again (EIO).
bool configure(int fs) {
  return set(fs, "lowerdir", kLower) && set(fs, "upperdir", kUpper) && set(fs, "workdir", kWork) &&
         ::fsconfig(fs, FSCONFIG_SET_FLAG, "userxattr", nullptr, 0) == 0 &&
         ::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
}

}  // namespace

// The kernel takes the layers by path, and only from mounts of the own namespace.
// Hence the folders in `writable`, which lies covered at /tmp: neither they nor the
// folder below can be reached from the box by any other way than the overlay.
int overlay_on(int tree, int writable) {
  if (!make_folders(writable) || !attach(tree, writable, kLower, true) || ::fchdir(writable) != 0) return -1;
  const int fs = ::fsopen("overlay", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  const int mount = configure(fs) ? ::fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) : -1;
  close_keeping_errno(fs);
  return mount;
}

}  // namespace collet::launcher
