// The command line.
#pragma once

#include "cli/hooks.hpp"

namespace collet::cli {

/// Parses the arguments and runs the command; blocks until it is done.
/// @return 0 done, 1 failed, 2 bad usage or bad config.
int run(int argc, const char* const* argv, const Hooks& hooks);

}  // namespace collet::cli
