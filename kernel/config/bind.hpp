// A Tree into Settings, led by the table of fields.
#pragma once

#include <string>

#include "config/fields.hpp"
#include "config/tree.hpp"

namespace collet::config {

/// Writes what the tree says over `settings` and reports all that does not fit.
/// @param base an absolute folder from which relative paths count.
void bind(const Tree& tree, const std::string& base, Settings& settings, Findings& findings);

}  // namespace collet::config
