// /out of a box that has ended, until somebody has read it.
#pragma once

#include <memory>

#include "sandbox/core.hpp"
#include "sandbox/fd.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox/slots.hpp"

namespace collet::sandbox {

/// Null when there is nothing in it. Else it holds the box's place, and the grant for its
/// memory, which the files are still in.
[[nodiscard]] std::shared_ptr<OutFolder> keep_out_folder(std::shared_ptr<RunCore> core, UniqueFd folder, std::shared_ptr<SlotLease> slot,
                                                         std::shared_ptr<Grant> grant);

}  // namespace collet::sandbox
