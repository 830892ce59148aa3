// What the command line is given.
#pragma once

#include "cli/hooks.hpp"

namespace collet {

[[nodiscard]] cli::Hooks make_hooks();

}  // namespace collet
