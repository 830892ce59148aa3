// Commands for the operator: a role that fits, and whether the one in use does.
#pragma once

#include <string>

#include "background.hpp"
#include "collet/result.hpp"
#include "options.hpp"
#include "pool.hpp"
#include "session.hpp"
#include "tools.hpp"

namespace postgres {

inline constexpr const char* kRoleScript = "role-script";
inline constexpr const char* kCheck = "check";

[[nodiscard]] collet::ToolSpec role_script_command();
[[nodiscard]] collet::Result<std::string> run_role_script(collet::Call& call, const collet::Args& args, const Options& options,
                                                          Background& background);

[[nodiscard]] collet::ToolSpec check_command();
[[nodiscard]] collet::Result<std::string> run_check(collet::Call& call, const collet::Args& args, const Options& options, Pool& pool);

}  // namespace postgres
