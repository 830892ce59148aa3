// Where boxes are held: v1 or v2, chosen for each controller from where the
// server itself is. Below the server's group lies collet-<pid>-boxes, in it one
// group for every slot.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "collet/result.hpp"
#include "sandbox/fd.hpp"
#include "sandbox/wire.hpp"

namespace collet::launcher {

namespace wire = sandbox::wire;
using sandbox::UniqueFd;

/// cpuacct: only where v1 accounts processor time in a hierarchy of its own.
enum class Controller { memory, pids, cpu, cpuacct };
inline constexpr std::size_t kControllers = 4;
inline constexpr std::array<std::string_view, kControllers> kControllerNames = {"memory", "pids", "cpu", "cpuacct"};

/// The folder in which this process may make groups, per controller.
struct Hierarchy {
  enum class Kind { none, v1, v2 };
  Kind kind = Kind::none;
  std::string folder;
};

struct CgroupLayout {
  std::array<Hierarchy, kControllers> controllers;
  [[nodiscard]] const Hierarchy& of(Controller c) const { return controllers[static_cast<std::size_t>(c)]; }
  [[nodiscard]] bool uses_v2() const;
  [[nodiscard]] std::string describe() const;  ///< "memory v1 /sys/fs/cgroup/memory/x, pids ..."
};

/// Reads the texts of /proc/self/cgroup and /proc/self/mountinfo. Pure, so that
/// layouts of other hosts can be tested; v2 controllers are looked up on disk.
[[nodiscard]] CgroupLayout parse_layout(std::string_view membership, std::string_view mounts);

/// Where the v2 hierarchy that holds `folder` is mounted; "": nowhere.
[[nodiscard]] std::string v2_mount_of(std::string_view mounts, std::string_view folder);

// --- steps of open_layout, for tests ------------------------------------------
/// Finds the v2 group below which groups can be made; server and launcher may move
/// aside into a leaf for it. `top`: the highest group that can be seen.
[[nodiscard]] Result<void> settle_v2(CgroupLayout& layout, const std::string& top, std::uint32_t owner_pid);
/// Sweeps what dead servers left and makes the common group of our boxes.
[[nodiscard]] Result<void> make_boxes_groups(CgroupLayout& layout, std::uint32_t owner_pid);

/// Finds the folders, makes the common group of our boxes in them and sweeps what
/// dead servers left. `root`: a folder to use instead for all controllers (v1
/// style below root/<controller>, for tests); "": look.
/// @error unavailable: which controller, and why.
[[nodiscard]] Result<CgroupLayout> open_layout(const std::string& root, std::uint32_t owner_pid);
/// Takes the common group away again, when the slots are gone.
void close_layout(const CgroupLayout& layout);

/// The groups of one slot. Made on first use and kept; made anew when the limits
/// change, since old charges could stand in the way of new limits.
class SlotCgroup {
 public:
  SlotCgroup() = default;
  SlotCgroup(SlotCgroup&&) = default;
  SlotCgroup& operator=(SlotCgroup&&) = default;
  ~SlotCgroup() = default;  ///< Leaves the groups; see remove().

  /// @error unavailable: the file that could not be written.
  [[nodiscard]] Result<void> prepare(const CgroupLayout& layout, const std::string& name,
                                     const wire::Limits& limits);
  /// v1 files a child writes "0" to; -1 where there is none.
  [[nodiscard]] std::array<int, kControllers> task_fds() const;
  [[nodiscard]] int v2_fd() const { return v2_folder_.get(); }
  /// The same for v2, which judges by who opened the file since Linux 5.16.
  [[nodiscard]] int v2_procs_fd() const { return v2_procs_.get(); }
  /// Readable when memory ran short; -1: there is no such event.
  [[nodiscard]] int oom_event_fd() const { return oom_event_.get(); }
  /// v1 kills one process only and somebody must end the rest; v2 kills all.
  [[nodiscard]] bool oom_needs_help() const { return oom_is_v1_; }
  void clear_oom_event();
  /// Whether a process was killed for memory since the last prepare().
  [[nodiscard]] bool oom_happened() const;
  /// What is counted since the last prepare() counts from here.
  void mark();
  [[nodiscard]] bool counts_cpu() const { return static_cast<bool>(cpu_stat_); }
  /// Processor time used since the last prepare() or mark(); 0 where nobody counts it.
  [[nodiscard]] std::uint64_t cpu_us() const;
  /// Most memory held at once since the last prepare(); 0 where it is not known.
  [[nodiscard]] std::uint64_t memory_peak_bytes() const;
  /// Whoever is to die needs the processor for it: no more quota, and the largest
  /// share. The next prepare() sets the limits again.
  void lift_cpu_limit();
  /// Kills every process at once; false where the kernel has no such thing (v1).
  [[nodiscard]] bool kill_all() const;
  void remove();

 private:
  [[nodiscard]] Result<void> make(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits);
  [[nodiscard]] Result<void> make_v1(const Hierarchy& hierarchy, Controller controller, const std::string& name,
                                     const wire::Limits& limits);
  [[nodiscard]] Result<void> make_v2(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits);
  void watch_v1(const std::string& folder);
  [[nodiscard]] Result<void> limit_cpu(const wire::Limits& limits);
  [[nodiscard]] std::uint64_t oom_kills() const;
  [[nodiscard]] std::uint64_t cpu_total_us() const;
  [[nodiscard]] std::uint64_t memory_peak_total_bytes() const;
  void open_memory_peak(const std::string& path);
  void restart_memory_peak();
  [[nodiscard]] bool still_there() const;

  std::array<std::string, kControllers> v1_folders_;
  std::string v2_path_;
  std::array<UniqueFd, kControllers> tasks_;
  UniqueFd v2_folder_;
  UniqueFd v2_procs_;
  UniqueFd oom_counter_;
  UniqueFd cpu_stat_;      ///< v2 cpu.stat or v1 cpuacct.usage.
  UniqueFd memory_peak_;
  UniqueFd oom_event_;
  bool oom_is_v1_ = false;
  std::uint64_t oom_seen_ = 0;
  std::uint64_t cpu_seen_us_ = 0;
  std::uint64_t peak_seen_bytes_ = 0;  ///< 0: the counter starts anew with each box.
  bool cpu_is_v1_ = false;
  bool limits_cpu_v2_ = false;
  bool is_lifted_ = false;
  wire::Limits limits_;
  bool made_ = false;
};

}  // namespace collet::launcher
