// Constructs the parts of a server and wires them.
#pragma once

#include <memory>

#include "cli/hooks.hpp"
#include "collet/result.hpp"
#include "config/settings.hpp"

namespace collet {

/// Starts everything that `settings` names; the server answers when this returns.
/// Call it before any other thread exists: the sandbox launcher is forked first.
/// @error as the parts report: a bad listen address, an unreadable certificate, ...
[[nodiscard]] Result<std::unique_ptr<cli::RunningServer>> start_server(config::Settings settings);

}  // namespace collet
