// The system calls a program in a box may make.
#pragma once

#include <vector>

#include <linux/filter.h>

#include "collet/result.hpp"

namespace collet::launcher {

/// An allow-list, compiled once per launcher. What is not on it does not exist
/// (ENOSYS), so that programs fall back; what is dangerous is refused (EPERM).
/// Foreign architectures kill the process.
[[nodiscard]] Result<std::vector<sock_filter>> compile_filter();

}  // namespace collet::launcher
