// The system calls a program in a box may make.
#pragma once

#include <vector>

#include <linux/filter.h>

#include "collet/result.hpp"

namespace collet::launcher {

/// Which unix sockets a program may have. A box that shows folders of the host gets
/// connected pairs alone, since a path in such a folder may lead to a server of the
/// host and a filter cannot see paths. Pairs of datagram sockets are out as well:
/// those can be connected to somebody else.
enum class UnixSockets { all, pairs };

/// An allow-list, compiled once per launcher. What is not on it does not exist
/// (ENOSYS), so that programs fall back; what is dangerous is refused (EPERM).
/// Foreign architectures kill the process.
[[nodiscard]] Result<std::vector<sock_filter>> compile_filter(UnixSockets sockets = UnixSockets::all);

/// Puts in front of a filter that nobody may change the priority, the scheduling or
/// the processors of process 1.
[[nodiscard]] std::vector<sock_filter> guard_first_process(const std::vector<sock_filter>& program);

}  // namespace collet::launcher
