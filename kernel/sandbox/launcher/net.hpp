// Net namespaces for boxes: nothing in them but a loopback.
#pragma once

#include <sys/types.h>

#include "sandbox/fd.hpp"

namespace collet::launcher {

using sandbox::UniqueFd;

bool raise_loopback();
/// A new one, which this process enters. Empty with errno.
[[nodiscard]] UniqueFd make_net();
/// A new one in a user namespace that belongs to `owner`, whose processes may enter it.
/// This process enters it as well. Empty with errno.
[[nodiscard]] UniqueFd make_net_of(uid_t owner);
/// Whether anything was ever sent on the loopback of the net this process is in: it may
/// have left a socket in TIME_WAIT or a counter that the next box could see.
[[nodiscard]] bool net_was_used();

}  // namespace collet::launcher
