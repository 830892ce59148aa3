// Where boxes are held: v1 or v2, chosen for each controller from where the
// server itself is, and one child group for every slot.
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

enum class Controller { memory, pids, cpu };
inline constexpr std::size_t kControllers = 3;

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

/// Finds the folders, makes sure that groups can be made in them and sweeps what
/// dead servers left. `root`: a folder to use instead for all controllers (v1
/// style below root/<controller>, for tests); "": look.
/// @error unavailable: which controller, and why.
[[nodiscard]] Result<CgroupLayout> open_layout(const std::string& root, std::uint32_t owner_pid);

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
  /// Readable when memory ran short; -1: there is no such event.
  [[nodiscard]] int oom_event_fd() const { return oom_event_.get(); }
  /// v1 kills one process only and somebody must end the rest; v2 kills all.
  [[nodiscard]] bool oom_needs_help() const { return oom_is_v1_; }
  void clear_oom_event();
  /// Whether a process was killed for memory since the last prepare().
  [[nodiscard]] bool oom_happened() const;
  /// Processor time used since the last prepare(); 0 where only v2 could tell.
  [[nodiscard]] std::uint64_t cpu_us() const;
  void remove();

 private:
  [[nodiscard]] Result<void> make(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits);
  [[nodiscard]] Result<void> make_v1(const Hierarchy& hierarchy, Controller controller, const std::string& name,
                                     const wire::Limits& limits);
  [[nodiscard]] Result<void> make_v2(const CgroupLayout& layout, const std::string& name, const wire::Limits& limits);
  void watch_v1(const std::string& folder);
  [[nodiscard]] std::uint64_t oom_kills() const;
  [[nodiscard]] std::uint64_t cpu_total_us() const;
  [[nodiscard]] bool still_there() const;

  std::array<std::string, kControllers> v1_folders_;
  std::string v2_path_;
  std::array<UniqueFd, kControllers> tasks_;
  UniqueFd v2_folder_;
  UniqueFd oom_counter_;
  UniqueFd cpu_stat_;
  UniqueFd oom_event_;
  bool oom_is_v1_ = false;
  std::uint64_t oom_seen_ = 0;
  std::uint64_t cpu_seen_us_ = 0;
  wire::Limits limits_;
  bool made_ = false;
};

}  // namespace collet::launcher
