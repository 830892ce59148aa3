// Everything a box is made of, decided before the clone: the child only follows
// it and never allocates.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <sys/types.h>

#include "sandbox/fd.hpp"
#include "sandbox/launcher/cgroup.hpp"
#include "sandbox/launcher/program.hpp"
#include "sandbox/launcher/shared_page.hpp"
#include "sandbox/wire.hpp"

namespace collet::launcher {

using wire::Failure;

/// Uids seen inside against uids of the host; one line of /proc/PID/uid_map.
struct IdRange {
  uid_t inside = kBoxUid;
  uid_t outside = 0;
  std::uint32_t count = 1;
};

/// One thing of the host put into the box's tree.
struct Mount {
  enum class Kind { tree, link };
  Kind kind = Kind::tree;
  std::string source;  ///< Host path; for a link its text.
  std::string target;  ///< Inside the box, without the leading slash.
  bool is_folder = true;
  bool is_device = false;
  bool may_miss = false;  ///< Goes over something that may be gone by then.
  bool is_scratch = false;  ///< Shown with a layer of the box's own over it, which takes what is written.
  UniqueFd tree;       ///< A detached copy, where the launcher has made it already.
  bool is_nameless = false;  ///< Shown so that its path on the host is not, where the kernel can.
};

/// The part that is the same for all boxes of a slot.
struct BoxTemplate {
  IdRange ids;
  bool user_ns = true;
  bool fresh_net = false;      ///< Make a net namespace instead of inheriting the slot's.
  bool keeps_groups = false;   ///< Supplementary ones of an unprivileged launcher.
  std::array<int, kControllers> cgroup_tasks = {-1, -1, -1, -1};  ///< v1 files that take the writer's own pid.
  int cgroup_v2 = -1;          ///< Folder to be born in.
  int cgroup_v2_procs = -1;    ///< The file that takes a copy of a zygote into it.
  sock_fprog filter{};
  int life_fd = -1;            ///< Hangs up when the launcher is gone.
  int life_write_fd = -1;
};

struct BoxPlan {
  BoxTemplate box;
  const wire::SpecView* spec = nullptr;
  bool is_zygote = false;
  std::vector<Mount> mounts;  ///< What the child builds the shared tree of, if it has to.
  UniqueFd tree;              ///< Else a copy of the finished one.
  std::vector<Mount> late;    ///< What goes over or into the box's own folders.
  char tmpfs_bytes[24] = {};
  char tmpfs_inodes[24] = {};
  ProgramPlan program;
  ProgramFds fds;
  int offers = -1;            ///< Of the zygote whose copy is the program; -1: it is executed.
  int page_fd = -1;           ///< The page, the spec and the filter as files, for who maps
  int spec_fd = -1;           ///< them anew: see inside.hpp.
  std::uint32_t spec_bytes = 0;
  int filter_fd = -1;
  int run_socket = -1;        ///< Where the box sends what it opens for the server.
  int work = -1;              ///< The /work of an earlier box; -1: a new one.
  SharedPage* page = nullptr;
};

/// A host path that is to show under the same name; a symbolic link shows as the
/// same link. False with errno when it is not there.
bool plan_root(const char* path, std::vector<Mount>& mounts);
/// The roots, what belongs to /usr if that is among them, and the devices.
/// @error in `failure`: Step::root_tree with the index of the root.
bool plan_mounts(const std::vector<const char*>& roots, std::vector<Mount>& mounts, Failure& failure);

/// A detached read-only copy of a folder or file of the host; -1 with errno.
int copy_tree(const char* source, bool is_device);
/// What every box has beside its roots: empty folders, small files, links.
inline constexpr const char* kOwnFolders[] = {"etc", "dev", "dev/shm", "proc", "work", "tmp", "app", "out", "packages", "cache"};
struct OwnFile {
  const char* path;
  const char* text;
};
inline constexpr OwnFile kOwnFiles[] = {
  {"etc/passwd", "user:x:1000:1000:user:/work:/bin/sh\n"},
  {"etc/group", "user:x:1000:\n"},
  {"etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"},
};
inline constexpr OwnFile kOwnLinks[] = {
  {"dev/fd", "/proc/self/fd"}, {"dev/stdin", "/proc/self/fd/0"}, {"dev/stdout", "/proc/self/fd/1"}, {"dev/stderr", "/proc/self/fd/2"},
};
/// Builds what all boxes with the same roots see, mounted over the folder `place`;
/// -1 with the failing step.
int build_tree(const std::vector<Mount>& mounts, const char* place, Failure& failure);

/// Puts one more into a tree; false with errno and the step that failed.
bool add_mount(int root, const Mount& mount, Step& step);

/// A folder that shows `tree` and takes what is written to it into `writable`, a
/// file system that is mounted in this namespace; it becomes
/// the current folder. -1 with errno. No heap.
int overlay_on(int tree, int writable);
/// The same without a layer of the box's own: read-only, but the mount table of the box
/// tells no path of the host, as it does for `tree` itself.
int nameless_copy(int tree, int writable);

/// The whole life of a zygote, up to its exec. Never returns.
[[noreturn]] void live_as_zygote(const BoxPlan& plan);
/// The whole life of the first process of a box. Never returns.
[[noreturn]] void live_in_box(const BoxPlan& plan);

// --- steps of the first process of a box --------------------------------------
/// Becomes the program of the spec, with no signal blocked.
[[noreturn]] void execute(const BoxPlan& plan);
[[noreturn]] void give_up(const BoxPlan& plan, Step step, std::uint32_t index = 0);
void require(const BoxPlan& plan, Step step, bool ok);
bool has_no_groups(const BoxTemplate& box);
bool hold_signals_for_reaper();
/// What is the box's own or lies in it, put into the tree `root`; gives the descriptor
/// of /out, or -1 where none was asked for.
int add_own_folders(const BoxPlan& plan, int root);
void mask_proc(const BoxPlan& plan);
/// The writable folders; the descriptor of /out, or -1 where none was asked for.
int enter_tree(const BoxPlan& plan);
/// Hands the server what it asked to have opened, but the work folder. False with errno.
bool send_openings(const BoxPlan& plan, int out_folder);
/// Makes the current folder's `work` one that outlives the box, and hands it over.
void add_kept_work(const BoxPlan& plan);
/// Nobody else ends this process if the launcher is gone. False with errno.
bool die_with_launcher(const BoxTemplate& box);
bool enter_cgroups(const BoxTemplate& box);
/// Has a copy of the zygote join this box, while the caller may still be looked into.
/// Two steps, so that the caller can use the time between them.
void offer_program(const BoxPlan& plan);
void await_join(const BoxPlan& plan);
/// From here on it does not matter who made the box.
[[noreturn]] void serve_program(const BoxPlan& plan, int out_folder);
[[noreturn]] void reap(const BoxPlan& plan);

}  // namespace collet::launcher
