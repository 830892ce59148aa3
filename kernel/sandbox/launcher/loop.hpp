#pragma once

#include "sandbox/launcher/slot.hpp"

namespace collet::launcher {

/// Serves runs until the server closes the socket or dies; every box is gone then.
void serve(Host& host, int control);

}  // namespace collet::launcher
