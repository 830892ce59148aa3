// What is done for a box's program once its tree stands: rights away, limits on,
// descriptors in place. Plain data and system calls, each checked, no heap: it runs
// between a clone and an exec, and in a copy of a zygote, in an interpreter's memory.
#pragma once

#include <cstdint>

#include <linux/filter.h>
#include <sys/types.h>

#include "sandbox/wire.hpp"

namespace collet::launcher {

namespace wire = sandbox::wire;
using wire::Step;

inline constexpr uid_t kBoxUid = 1000;  ///< What a program in a box sees as its uid and gid.

struct ProgramPlan {
  wire::Limits limits;
  std::int32_t input_targets[wire::kInputsMax] = {};
  std::uint32_t input_count = 0;
  std::int32_t capture_target = 0;  ///< 0: none.
  bool soft_limits = false;
  bool landlock = false;
  bool app_scratch = false;    ///< /app can be written.
  bool starts_in_app = false;
};

/// What goes to 0, 1, 2 and the targets of the plan.
struct ProgramFds {
  std::int32_t out = -1;
  std::int32_t err = -1;
  std::int32_t capture = -1;
  std::int32_t inputs[wire::kInputsMax] = {};
};

// All: false with errno, and `step` says what could not be done.

/// The uid, the gid and their kin, for good. Raw calls: the library's would signal threads
/// that do not exist. Capabilities are another matter.
[[nodiscard]] bool take_ids(uid_t id);
/// Those that the process has; what it could gain by an exec stays.
[[nodiscard]] bool give_up_capabilities();
/// Keyring, no new privileges, Landlock, capabilities.
[[nodiscard]] bool drop_rights(const ProgramPlan& plan, Step& step);
/// The last of the rights: which system calls there are. @param step untouched.
[[nodiscard]] bool install_filter(const sock_fprog& filter);
/// A session of its own, normal priority, resource limits.
[[nodiscard]] bool settle_program(const ProgramPlan& plan, Step& step);
/// Descriptors as the plan says; all others closed.
[[nodiscard]] bool place_descriptors(const ProgramPlan& plan, const ProgramFds& fds);
[[nodiscard]] bool enter_first_folder(const ProgramPlan& plan);

}  // namespace collet::launcher
