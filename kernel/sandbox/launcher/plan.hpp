// Everything a box is made of, decided before the clone: the child only follows
// it and never allocates.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <sys/types.h>

#include "sandbox/fd.hpp"
#include "sandbox/wire.hpp"

namespace collet::launcher {

namespace wire = sandbox::wire;
using sandbox::UniqueFd;
using wire::Failure;
using wire::Step;

inline constexpr uid_t kBoxUid = 1000;  ///< What a program in a box sees as its uid and gid.

/// Memory that launcher and box share, so that a box can tell how far it got
/// without any descriptor. The program itself never sees it: exec drops it.
struct SharedPage {
  std::atomic<std::uint32_t> maps_written;  ///< A futex; the child waits for 1.
  Failure failure;
  std::int32_t wait_status;
  std::int32_t status_known;
  std::uint32_t out_of_memory;  ///< Soft limits only: the reaper saw too much.
};

/// Uids seen inside against uids of the host; one line of /proc/PID/uid_map.
struct IdRange {
  uid_t inside = kBoxUid;
  uid_t outside = 0;
  std::uint32_t count = 1;
};

/// One thing put into the box's tree before the program sees it.
struct Mount {
  enum class Kind { tree, link };
  Kind kind = Kind::tree;
  std::string source;  ///< Host path; for a link its text.
  std::string target;  ///< Inside the box, without the leading slash.
  bool is_folder = true;
  bool is_device = false;
  UniqueFd tree;       ///< The detached copy, once opened.
};

/// The part that is the same for all boxes of a slot; a warm parent process
/// would be made from it as well.
struct BoxTemplate {
  IdRange ids;
  bool user_ns = true;
  bool fresh_net = false;      ///< Make a net namespace instead of inheriting the slot's.
  bool soft_limits = false;
  bool landlock = false;
  std::array<int, 3> cgroup_tasks = {-1, -1, -1};  ///< v1 files that take the writer's own pid.
  int cgroup_v2 = -1;          ///< Folder to be born in.
  const sock_fprog* filter = nullptr;
  int life_fd = -1;            ///< Hangs up when the launcher is gone.
  int life_write_fd = -1;
};

struct BoxPlan {
  BoxTemplate box;
  const wire::SpecView* spec = nullptr;
  std::vector<Mount> mounts;
  bool trees_open = false;
  char tmpfs_bytes[24] = {};
  char tmpfs_inodes[24] = {};
  int stdout_fd = -1;
  int stderr_fd = -1;
  int capture_fd = -1;
  std::vector<int> input_fds;
  SharedPage* page = nullptr;
};

/// What the spec's roots mean on this host: a root that is a symbolic link is
/// shown as the same link; /usr brings the links and files that belong to it.
/// @error in `failure`: Step::root_tree with the index of the root.
bool plan_mounts(BoxPlan& plan, Failure& failure);
/// Takes detached read-only copies of the trees. Runs in the launcher when that
/// is root (so that closed parent folders do not matter), else in the child.
bool open_trees(std::vector<Mount>& mounts, Failure& failure);

/// The whole life of the first process of a box. Never returns.
[[noreturn]] void live_in_box(const BoxPlan& plan);

// --- steps of live_in_box; each false with errno set -------------------------
[[noreturn]] void give_up(const BoxPlan& plan, Step step, std::uint32_t index = 0);
void build_tree(const BoxPlan& plan);
bool raise_loopback();
bool drop_capabilities();
bool restrict_with_landlock();
bool set_program_limits(const BoxPlan& plan);
[[noreturn]] void reap(const BoxPlan& plan, pid_t program);

}  // namespace collet::launcher
