// Rights of the server process itself.
#pragma once

#include <string_view>

#include "collet/result.hpp"

namespace collet::sandbox {

/// Becomes `user` for good: groups, gid, uid, no way back. For a server started as
/// root, after Sandbox::start(), whose launcher keeps the rights boxes need, and
/// before any thread. A process that is not root is left as it is.
/// @error not_found (no such user), invalid (the user is root), denied.
[[nodiscard]] Result<void> drop_privileges(std::string_view user);

}  // namespace collet::sandbox
