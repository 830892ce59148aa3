// Files that a box left, copied to where the server wants them.
#pragma once

#include "sandbox/wire.hpp"

namespace collet::launcher {

namespace wire = sandbox::wire;

/// Copies what lies below the folder `from` into the empty folder `to`, whose owner
/// gets the copies. The box is dead: nobody else can reach `from`. Follows no link,
/// opens no device or pipe, keeps no right but to read and to execute.
[[nodiscard]] wire::Collected collect(const wire::CollectRequest& request, int from, int to);

}  // namespace collet::launcher
