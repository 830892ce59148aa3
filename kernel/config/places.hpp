// Folders that are found, not configured.
#pragma once

#include <string>
#include <string_view>

#include "config/settings.hpp"

namespace collet::config {

/// Where config.yaml and examples/ were installed: share/collet beside the
/// executable's bin/, or the source tree for an uninstalled build; "" if neither.
[[nodiscard]] std::string share_dir();
/// settings.state_dir, or where it is by default; "" when not even HOME is known.
[[nodiscard]] std::string state_dir(const Settings& settings);
/// `~/` and relative paths made absolute; "" stays. @param base an absolute folder.
[[nodiscard]] std::string absolute_path(std::string_view path, const std::string& base);
/// The variable, or "" when it is not set.
[[nodiscard]] std::string environment(const char* name);

}  // namespace collet::config
