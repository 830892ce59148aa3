// Faults that no single field can tell.
#pragma once

#include "config/settings.hpp"
#include "config/tree.hpp"

namespace collet::config {

/// References, duplicates, pairs, addresses. Pure, except that it looks whether
/// the folders and files named exist.
void check(const Settings& settings, Findings& findings);

}  // namespace collet::config
