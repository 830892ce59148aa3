// Named pipes of the host, which a read-only mount does not close.
#pragma once

#include <string>
#include <vector>

#include "sandbox/launcher/plan.hpp"

namespace collet::launcher {

/// Whether a root belongs to the operating system: nobody listens or pipes there.
[[nodiscard]] bool is_system_root(const char* path);

/// Plans an empty device over each named pipe below the folder `tree`, which the box
/// sees as `target`. Looks at the first few thousand entries, nearest first, so that
/// a huge folder costs milliseconds at most. A box with such a folder has no unix
/// sockets at all (see UnixSockets), so those need no cover.
void cover_pipes(int tree, const std::string& target, std::vector<Mount>& mounts);
/// The same for a folder of the host, shown under its own path.
void cover_pipes(const char* path, const std::string& target, std::vector<Mount>& mounts);

}  // namespace collet::launcher
