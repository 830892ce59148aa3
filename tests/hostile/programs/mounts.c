/* Class 14: the tree, by every call that changes it. */
#include "prelude.h"
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int main(int argc, char** argv) {
  for (const char** kind = (const char*[]){"tmpfs", "proc", "sysfs", "overlay", "cgroup", "cgroup2", "devpts", "ramfs", "bpf", "fuse", "ext4", "mqueue", "debugfs", NULL}; *kind; ++kind) {
    REFUSED(*kind, syscall(SYS_mount, "none", "/work", *kind, 0, ""), EPERM);
    REFUSED(*kind, syscall(SYS_fsopen, *kind, 0), EPERM, ENOSYS);
  }
  for (const unsigned long* flags = (unsigned long[]){MS_BIND, MS_BIND | MS_REC, MS_REMOUNT, MS_REMOUNT | MS_BIND, MS_MOVE, MS_SHARED, MS_SLAVE, MS_PRIVATE | MS_REC, 0}; *flags; ++flags) {
    REFUSED("mount with flags", syscall(SYS_mount, "/", "/work", NULL, *flags, NULL), EPERM);
  }
  for (const char** path = (const char*[]){"/proc", "/usr", "/proc/cmdline", "/work", "/dev/null", "/", NULL}; *path; ++path) {
    REFUSED(*path, syscall(SYS_umount2, *path, 0), EPERM);
    REFUSED(*path, syscall(SYS_umount2, *path, MNT_DETACH), EPERM);
    REFUSED(*path, syscall(SYS_open_tree, AT_FDCWD, *path, 1), EPERM, ENOSYS);
  }
  char attributes[64] = {0};
  REFUSED("attributes", syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, attributes, 32), EPERM, ENOSYS);
  REFUSED("move", syscall(SYS_move_mount, AT_FDCWD, "/work", AT_FDCWD, "/tmp", 0), EPERM, ENOSYS);
  REFUSED("pivot", syscall(SYS_pivot_root, "/work", "/work"), EPERM);
  REFUSED("chroot", syscall(SYS_chroot, "/work"), EPERM);
  for (int major = 0; major < 12; ++major) {
    REFUSED("block device", mknod("/work/b", S_IFBLK | 0666, makedev(major, 0)), EPERM, EACCES);
    if (major != 0) REFUSED("character device", mknod("/tmp/c", S_IFCHR | 0666, makedev(major, 1)), EPERM, EACCES);
  }
  REFUSED("a whiteout", mknod("/dev/shm/w", S_IFCHR, makedev(0, 0)), EPERM, EACCES);
  REFUSED("swap", syscall(SYS_swapon, "/work/x", 0), EPERM, ENOSYS);
  return done();
}
