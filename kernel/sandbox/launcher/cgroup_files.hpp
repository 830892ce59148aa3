// Small texts in and out of /proc and of cgroup folders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace collet::launcher {

/// At most a megabyte; "" when it cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);
/// Into a file that is there. errno, 0 when it was taken.
int write_text(const std::string& path, std::string_view text);

[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// Whether a list holds a name; spaces and line ends around the list do not matter.
[[nodiscard]] bool lists(std::string_view list, std::string_view name, char separator);

}  // namespace collet::launcher
