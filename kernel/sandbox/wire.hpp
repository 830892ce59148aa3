// What the server and its launcher say to each other. Both sides are built from
// one tree and share a machine, so structs travel as they lie in memory; a magic
// number and a version catch a launcher of another build.
//
//   server                                  launcher
//   Setup             --- control socket -->
//                     <--                    Ready
//   RunRequest + fds  -->                            (one per run, any thread)
//   ZygoteRequest + fds -->
//                     <-- its own socket --  ZygoteReady, once; then RunReport and end of file
//   Command           --- run's own socket ->
//                     <--                    Opened + fds, from the box itself, if it was asked for
//                     <--                    RunReport, then end of file
//   CollectRequest + fds -->
//                     <-- its own socket --  Collected, then end of file
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collet/result.hpp"

namespace collet::sandbox::wire {

inline constexpr std::uint32_t kMagic = 0x436c7438;  // changes with any struct here
inline constexpr int kControlFd = 3;                 ///< The launcher finds its socket here.
inline constexpr std::size_t kSpecBytesMax = 4u << 20;
inline constexpr std::size_t kStringsMax = 4096;
inline constexpr std::size_t kRootsMax = 64;
inline constexpr std::size_t kInputsMax = 8;
inline constexpr int kFirstExtraFd = 3;  ///< Inputs and the captured pipe live at 3..9.
inline constexpr int kLastExtraFd = 9;
inline constexpr std::uint16_t kGatePort = 3128;  ///< Of the gate, on the box's loopback.
inline constexpr std::string_view kPlaces[] = {"/packages", "/cache"};  ///< Where a kept tree can be shown.
inline constexpr int kProbeMemoryRefused = 9;  ///< Exit code of the probe that the allocator stopped.

/// The stages of making a box, in their order. A failure names one.
enum class Step : std::uint32_t {
  none, spec, slot, cgroup, net_ns, bwrap, inside, clone, id_map, session, cgroup_attach, cgroup_ns, uid, groups,
  host_name, propagation, root_tree, proc, work_tmpfs, work_folder, layout, devices, masks, attach_root, app_overlay, pivot, read_only,
  loopback, openings, keyring, capabilities, no_new_privs, landlock, filter, fork, join, limits, descriptors, cwd, exec,
};
[[nodiscard]] std::string_view name(Step step);

struct Failure {
  Step step = Step::none;
  std::int32_t error = 0;   ///< errno
  std::uint32_t index = 0;  ///< Which mount, for root_tree, attach_root and app_overlay; see explain.cpp.
};

/// What makes the namespaces and the tree of a box.
enum class Backend : std::uint32_t { native, bwrap };

struct Setup {
  std::uint32_t magic = kMagic;
  std::uint32_t boxes_max = 0;
  std::int64_t uid_base = 0;
  std::uint32_t soft_limits = 0;
  std::uint32_t owner_pid = 0;  ///< Names the cgroups: collet-<owner_pid>-<slot>.
  Backend backend = Backend::native;
  std::array<char, 512> cgroup_root{};
  std::array<char, 512> bwrap_path{};
};

enum Ability : std::uint32_t {
  kOwnUids = 1,      ///< Each slot has a host uid of its own.
  kUserNs = 2,       ///< Boxes live in user namespaces.
  kHardLimits = 4,   ///< Memory and processes are held by cgroups.
  kCpuLimits = 8,
  kLandlock = 16,
  kZygotes = 32,        ///< A copy of a zygote can become the program of a box.
};

struct Ready {
  std::uint32_t magic = kMagic;
  std::uint32_t abilities = 0;
  Failure failure;                  ///< Step::none: ready.
  std::array<char, 480> detail{};   ///< Cgroup layout, or what went wrong.
};

/// Fds that come with it: the run's socket, the spec, stdout, stderr, captured
/// (if the spec has a capture_fd), the work folder (if there is one), then one per input.
struct RunRequest {
  std::uint32_t magic = kMagic;
  std::uint32_t slot = 0;
  std::uint32_t spec_bytes = 0;
  std::uint32_t zygote = 0;  ///< The program is a copy of this one; 0: it is executed.
  std::uint32_t has_work = 0;  ///< 1: what an earlier box has sent for kWorkFolder comes with it.
  std::uint32_t reserved = 0;
};

/// A zygote: a program that has come as far as every run of it would, up to reading its
/// late input; runs get copies of it. Fds that come with it: its socket, whose end is the
/// zygote's end, the spec, then one per input but the late one.
struct ZygoteRequest {
  std::uint32_t magic = kMagic;
  std::uint32_t id = 0;         ///< Not 0, never used again.
  std::uint32_t spec_bytes = 0;
  std::uint32_t late_fd = 0;    ///< Copies are made when this descriptor is first read.
  std::uint32_t reserved = 0;
};

/// Copies can be made from now on.
struct ZygoteReady {
  std::uint32_t magic = kMagic;
  std::uint32_t id = 0;
};

enum class Command : std::uint8_t {
  terminate = 'T',  ///< SIGTERM to the program's process group.
  kill = 'K',       ///< The whole box, now.
  mark = 'M',       ///< Its use of the processor counts from here.
};

enum ReportFlag : std::uint32_t { kOom = 1, kKilled = 2 };

/// Sent once nothing of the box is alive any more.
struct RunReport {
  std::uint32_t magic = kMagic;
  std::uint32_t flags = 0;
  Failure failure;
  std::int32_t wait_status = 0;   ///< Of the program.
  std::int32_t status_known = 0;  ///< 0: the box died before the program ended.
  std::uint64_t wall_us = 0;
  std::uint64_t cpu_us = 0;
  std::uint64_t max_rss_bytes = 0;
  std::array<char, 240> said{};   ///< What another program said of the failure that makes boxes for us.
};

/// What a box opens for the server before its program starts.
enum Opening : std::uint32_t {
  kOutFolder = 1,  ///< A folder /out, whose files are read when the box has ended.
  kGate = 2,       ///< A socket listening on 127.0.0.1:kGatePort, which the server answers.
  kWorkFolder = 4, ///< /work is a file system of its own, to be handed to a later box.
};

/// From the box, kWorkFolder before the rest. With one descriptor for each bit, in their order.
struct Opened {
  std::uint32_t magic = kMagic;
  std::uint32_t openings = 0;
};

/// Copies the files below one folder into another. Fds that come with it: the socket
/// for the answer, the folder to read, an empty folder to write to.
struct CollectRequest {
  std::uint32_t magic = kMagic;
  std::uint32_t is_strict = 0;  ///< 1: all or nothing, links kept. 0: what is fit.
  std::uint64_t bytes_max = 0;
  std::uint64_t file_bytes_max = 0;
  std::uint32_t files_max = 0;  ///< Folders and links count.
  std::uint32_t reserved = 0;
};

struct Collected {
  std::uint32_t magic = kMagic;
  std::int32_t error = 0;       ///< errno of what went wrong; E2BIG: over a limit.
  std::uint64_t bytes = 0;
  std::uint32_t files = 0;
  std::uint32_t skipped = 0;
  std::array<char, 256> detail{};  ///< What failed, or was the first to be skipped.
};

/// The limits of one box, as numbers a cgroup understands.
struct Limits {
  std::uint64_t memory_bytes = 0;
  std::uint64_t disk_bytes = 0;
  std::uint32_t pids_max = 0;
  std::uint32_t cpu_weight = 0;
  std::uint32_t cpu_milli = 0;    ///< Thousandths of a core; 0: all cores.
  std::uint32_t cpu_seconds = 0;  ///< Of one process.
  bool operator==(const Limits&) const = default;
};

struct Spec {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::vector<std::string> roots;
  std::string app_root;
  bool app_scratch = false;
  std::vector<std::string> trees;  ///< Host folders, shown at kPlaces in their order; "": none there.
  std::uint32_t openings = 0;
  std::vector<int> input_fds;
  int capture_fd = 0;
  Limits limits;
};

/// The same, decoded without copying: the pointers lead into the bytes given and
/// the arrays end with a null pointer, ready for execve().
struct SpecView {
  std::vector<const char*> argv;
  std::vector<const char*> env;
  std::vector<const char*> roots;
  const char* app_root = nullptr;  ///< Null: none.
  bool app_scratch = false;
  std::vector<const char*> trees;
  std::uint32_t openings = 0;
  std::vector<int> input_fds;
  int capture_fd = 0;
  Limits limits;
};

/// @error invalid: names the field that no box can have.
[[nodiscard]] Result<std::string> encode(const Spec& spec);
/// Checks every length and every rule again: the launcher has rights to lose.
[[nodiscard]] Result<SpecView> decode(std::string_view bytes);

}  // namespace collet::sandbox::wire
