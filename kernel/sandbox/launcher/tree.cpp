// The file tree of a box: one tmpfs holds the skeleton and everything that can be
// written, so one size and one inode limit cover it all; the rest is read-only.
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace collet::launcher {
namespace {

constexpr const char* kPasswd = "user:x:1000:1000:user:/work:/bin/sh\n";
constexpr const char* kGroup = "user:x:1000:\n";
constexpr const char* kHosts = "127.0.0.1 localhost\n::1 localhost\n";
// Nothing a program needs, much an attacker would like.
constexpr const char* kMaskedFiles[] = {
  "proc/kcore", "proc/keys", "proc/key-users", "proc/kallsyms", "proc/kmsg", "proc/sched_debug",
  "proc/sysrq-trigger", "proc/timer_list", "proc/sys/kernel/random/boot_id", "proc/cmdline",
};

// Opens a path as the box will see it: links stay inside.
int open_inside(int root, const char* path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(::syscall(SYS_openat2, root, path, &how, sizeof how));
}

// One component: a folder, or an empty file to mount on.
bool make_entry(int parent, const char* name, bool is_folder) {
  if (is_folder) return ::mkdirat(parent, name, 0755) == 0 || errno == EEXIST;
  const int fd = ::openat(parent, name, O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0644);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

// Opens the path in the box, making what is not there yet.
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
    ::close(parent);
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
  const int error = errno;
  ::close(target);
  errno = error;
  return moved;
}

int make_work_tmpfs(const BoxPlan& plan) {
  const int fs = ::fsopen("tmpfs", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  const bool configured = ::fsconfig(fs, FSCONFIG_SET_STRING, "size", plan.tmpfs_bytes, 0) == 0 &&
                          ::fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", plan.tmpfs_inodes, 0) == 0 &&
                          ::fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0755", 0) == 0 &&
                          ::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
  const int mount = configured ? ::fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) : -1;
  ::close(fs);
  return mount;
}

int make_proc() {
  const int fs = ::fsopen("proc", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  int mount = -1;
  if (::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0) {
    mount = ::fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  }
  ::close(fs);
  return mount;
}

bool write_file(int root, const char* path, std::string_view text) {
  const int fd = ::openat(root, path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0444);
  if (fd < 0) return false;
  const bool wrote = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  return wrote;
}

// A folder of the tmpfs, mounted over itself: it stays writable when the root
// around it becomes read-only.
bool keep_writable(int root, const char* path, mode_t mode) {
  if (::mkdirat(root, path, mode) != 0 || ::fchmodat(root, path, mode, 0) != 0) return false;
  const int tree = ::open_tree(root, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return false;
  const bool attached = attach(tree, root, path, true);
  ::close(tree);
  return attached;
}

bool lay_out(int root) {
  return ::mkdirat(root, "etc", 0755) == 0 && ::mkdirat(root, "dev", 0755) == 0 &&
         ::mkdirat(root, "proc", 0555) == 0 && keep_writable(root, "work", 0755) &&
         keep_writable(root, "tmp", 01777) && keep_writable(root, "dev/shm", 01777) &&
         write_file(root, "etc/passwd", kPasswd) && write_file(root, "etc/group", kGroup) &&
         write_file(root, "etc/hosts", kHosts) && ::symlinkat("/proc/self/fd", root, "dev/fd") == 0 &&
         ::symlinkat("/proc/self/fd/0", root, "dev/stdin") == 0 &&
         ::symlinkat("/proc/self/fd/1", root, "dev/stdout") == 0 &&
         ::symlinkat("/proc/self/fd/2", root, "dev/stderr") == 0;
}

bool add(int root, const Mount& mount) {
  const char* target = mount.target.c_str();
  if (mount.kind == Mount::Kind::tree) return attach(mount.tree.get(), root, target, mount.is_folder);
  const char* slash = std::strrchr(target, '/');
  char parent[4096] = ".";
  if (slash != nullptr) {
    const auto size = static_cast<std::size_t>(slash - target);
    if (size >= sizeof parent) return errno = ENAMETOOLONG, false;
    std::memcpy(parent, target, size);
    parent[size] = '\0';
  }
  const int folder = slash != nullptr ? make_path(root, parent, true) : ::fcntl(root, F_DUPFD_CLOEXEC, 0);
  if (folder < 0) return false;
  const bool linked = ::symlinkat(mount.source.c_str(), folder, slash != nullptr ? slash + 1 : target) == 0;
  ::close(folder);
  return linked || errno == EEXIST;
}

bool mask_proc(int root) {
  const int null = open_inside(root, "dev/null");
  if (null < 0) return false;
  for (const char* path : kMaskedFiles) {
    const int tree = ::open_tree(null, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (tree < 0) return false;
    const int target = open_inside(root, path);
    const bool absent = target < 0 && errno == ENOENT;
    const bool masked = target >= 0 && ::move_mount(tree, "", target, "",
                                                    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
    ::close(tree);
    if (target >= 0) ::close(target);
    if (!masked && !absent) return false;
  }
  ::close(null);
  return true;
}

}  // namespace

void build_tree(const BoxPlan& plan) {
  // No mount made here travels back: under a new user namespace the kernel has
  // made all of them slaves, and a privileged launcher has done so itself.
  const int proc = make_proc();
  if (proc < 0) give_up(plan, Step::proc);
  const int root = make_work_tmpfs(plan);
  if (root < 0) give_up(plan, Step::work_tmpfs);
  if (::move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) != 0) give_up(plan, Step::work_tmpfs);
  if (!lay_out(root)) give_up(plan, Step::layout);
  for (std::size_t i = 0; i < plan.mounts.size(); ++i) {
    if (!add(root, plan.mounts[i])) give_up(plan, Step::attach_root, static_cast<std::uint32_t>(i));
  }
  if (!attach(proc, root, "proc", true)) give_up(plan, Step::proc);
  if (!mask_proc(root)) give_up(plan, Step::masks);
  // pivot_root(".", ".") stacks the old root on the new one, which the umount
  // then takes away: no folder for it is needed.
  if (::fchdir(root) != 0 || ::syscall(SYS_pivot_root, ".", ".") != 0) give_up(plan, Step::pivot);
  if (::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) give_up(plan, Step::pivot);
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  if (::mount_setattr(AT_FDCWD, "/", 0, &read_only, sizeof read_only) != 0) give_up(plan, Step::read_only);
}

bool raise_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ::ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  ::close(fd);
  return up;
}

}  // namespace collet::launcher
