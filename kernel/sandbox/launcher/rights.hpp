// What the launcher may do on this host, and what it gives up of that.
#pragma once

#include "sandbox/launcher/slot.hpp"

namespace collet::launcher {

/// Notes in the answer to the server why this host will not do. Always false.
bool refuse(wire::Ready& ready, Step step, int error, std::string_view text);

/// Changes what counts for who may signal, enter and own; capabilities stay. Goes back
/// with 0. False with errno.
[[nodiscard]] bool take_effective_uid(uid_t uid);

/// Finds out which kind of box can be made, and drops every right, supplementary
/// group and capability that making it does not need.
bool settle_rights(Host& host, wire::Ready& ready);

}  // namespace collet::launcher
