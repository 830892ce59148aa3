// A box moves into its tree: the shared part, then what is the box's own, a file
// system in memory for all that can be written (one size and one inode limit
// cover /work, /tmp and /dev/shm together, but /work of a session has its own) and a fresh /proc.
#include "sandbox/launcher/plan.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/launcher/tree_paths.hpp"

namespace collet::launcher {
namespace {

// Nothing a program needs, much an attacker would like.
constexpr const char* kMaskedFiles[] = {
  "proc/kcore", "proc/keys", "proc/key-users", "proc/kallsyms", "proc/kmsg", "proc/sched_debug",
  "proc/sysrq-trigger", "proc/timer_list", "proc/sys/kernel/random/boot_id", "proc/cmdline",
};

// A zygote has no process namespace of its own: it sees nothing but itself.
bool configure_proc(int fs, bool is_zygote) {
  return !is_zygote || (::fsconfig(fs, FSCONFIG_SET_STRING, "hidepid", "2", 0) == 0 &&
                        ::fsconfig(fs, FSCONFIG_SET_STRING, "subset", "pid", 0) == 0);
}

int make_proc(bool is_zygote) {
  const int fs = ::fsopen("proc", FSOPEN_CLOEXEC);
  if (fs < 0) return -1;
  int mount = -1;
  if (configure_proc(fs, is_zygote) && ::fsconfig(fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0) {
    mount = ::fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  }
  close_keeping_errno(fs);
  return mount;
}

bool mount_at(int tree, const char* path) {
  return ::move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) == 0;
}

// One folder of the writable file system, shown at `path`.
bool show(int writable, const char* folder, const char* path, mode_t mode) {
  if (::mkdirat(writable, folder, mode) != 0 || ::fchmodat(writable, folder, mode, 0) != 0) return false;
  const int tree = ::open_tree(writable, folder, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (tree < 0) return false;
  const bool shown = mount_at(tree, path);
  close_keeping_errno(tree);
  return shown;
}

bool has_out_folder(const BoxPlan& plan) { return (plan.spec->openings & wire::kOutFolder) != 0; }

bool add_work(const BoxPlan& plan, int writable) {
  if ((plan.spec->openings & wire::kWorkFolder) == 0) return show(writable, "work", "work", 0755);
  add_kept_work(plan);
  return true;
}

// Before /tmp covers it. -1 with errno where it should be and is not.
int open_out_folder(const BoxPlan& plan, int writable) {
  if (!has_out_folder(plan)) return -1;
  return show(writable, "out", "out", 0755) ? ::openat(writable, "out", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

// Gives the whole of it; -1 with errno.
int add_writable(const BoxPlan& plan, int& out_folder) {
  const int writable = make_tmpfs(plan.tmpfs_bytes, plan.tmpfs_inodes);
  // Folders can be taken only from what is mounted; /tmp then covers it.
  if (writable < 0 || !mount_at(writable, "tmp")) return -1;
  const bool added = add_work(plan, writable) && show(writable, "shm", "dev/shm", 01777) &&
                     show(writable, "tmp", "tmp", 01777);
  if (added) out_folder = open_out_folder(plan, writable);
  return added && (out_folder >= 0 || !has_out_folder(plan)) ? writable : -1;
}

bool add_scratch(int root, int writable, const Mount& mount, Step& step) {
  step = Step::root_tree;
  const int tree = mount.tree ? mount.tree.get() : copy_tree(mount.source.c_str(), false);
  if (tree < 0) return false;
  step = Step::app_overlay;
  const int overlay = overlay_on(tree, writable);
  return overlay >= 0 && ::fchdir(root) == 0 && attach(overlay, root, mount.target.c_str(), true);
}

// What cannot be shown without its name is shown with it: an old kernel, or overlays below
// already.
bool add_nameless(int root, int writable, const Mount& mount, Step& step) {
  step = Step::root_tree;
  const int tree = mount.tree ? mount.tree.get() : copy_tree(mount.source.c_str(), false);
  if (tree < 0) return false;
  const int copy = nameless_copy(tree, writable);
  step = Step::attach_root;
  return ::fchdir(root) == 0 && attach(copy >= 0 ? copy : tree, root, mount.target.c_str(), true);
}

void add_late(const BoxPlan& plan, int root, int writable) {
  for (std::uint32_t i = 0; i < plan.late.size(); ++i) {
    const Mount& mount = plan.late[i];
    Step step = Step::none;
    const bool added = mount.is_scratch    ? add_scratch(root, writable, mount, step)
                       : mount.is_nameless ? add_nameless(root, writable, mount, step)
                                           : add_mount(root, mount, step);
    if (!added) give_up(plan, step, ~i);
  }
}

int take_tree(const BoxPlan& plan) {
  if (!plan.tree) {
    const int built = build_tree(plan.mounts, "/", plan.page->failure);
    if (built < 0) ::_exit(125);
    return built;
  }
  if (::move_mount(plan.tree.get(), "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) != 0) give_up(plan, Step::attach_root);
  return plan.tree.get();
}

}  // namespace

int add_own_folders(const BoxPlan& plan, int root) {
  if (::fchdir(root) != 0) give_up(plan, Step::attach_root);
  int out_folder = -1;
  const int writable = add_writable(plan, out_folder);
  if (writable < 0) give_up(plan, Step::work_tmpfs);
  add_late(plan, root, writable);
  ::close(writable);
  return out_folder;
}

void mask_proc(const BoxPlan& plan) {
  for (const char* path : kMaskedFiles) {
    if (::mount("dev/null", path, nullptr, MS_BIND, nullptr) != 0 && errno != ENOENT) give_up(plan, Step::masks);
  }
}

int enter_tree(const BoxPlan& plan) {
  // No mount made here travels back: under a new user namespace the kernel has
  // made all of them slaves, and a privileged launcher has done so itself.
  const int root = take_tree(plan);
  const int out_folder = add_own_folders(plan, root);
  // Before the old root goes: the kernel gives a new /proc only to whom the
  // old one was fully visible.
  const int proc = make_proc(plan.is_zygote);
  if (proc < 0 || !mount_at(proc, "proc")) give_up(plan, Step::proc);
  mask_proc(plan);
  // pivot_root(".", ".") stacks the old root on the new one, which the umount
  // then takes away: no folder for it is needed.
  if (::syscall(SYS_pivot_root, ".", ".") != 0) give_up(plan, Step::pivot);
  if (::umount2(".", MNT_DETACH) != 0 || ::chdir("/") != 0) give_up(plan, Step::pivot);
  return out_folder;
}

}  // namespace collet::launcher
