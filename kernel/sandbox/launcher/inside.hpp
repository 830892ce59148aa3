// The launcher's program as the first process of a box that bubblewrap has made.
#pragma once

#include <string>

#include "sandbox/launcher/plan.hpp"

namespace collet::launcher {

inline constexpr const char* kInsidePath = "/tmp/collet-launcher";  ///< Where the box shows it, until it runs.
inline constexpr int kArgumentsFd = 10;  ///< Bubblewrap reads its arguments here ...
inline constexpr int kInsideFd = 11;     ///< ... and the first process its plan.

/// Where the box finds the tree of a late mount before it is put into its place.
[[nodiscard]] std::string staged_path(std::size_t late);

/// The part of a plan that the first process needs, as bytes.
[[nodiscard]] std::string encode_inside(const BoxPlan& plan);

/// Whether this process is one.
[[nodiscard]] bool is_inside(int argc, char** argv);
/// Takes the plan from kInsideFd and lives the life of the first process.
[[noreturn]] void live_inside(char** argv);

}  // namespace collet::launcher
