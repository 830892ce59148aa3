// The YAML reader behind the loader; load.cpp implements it.
#pragma once

#include <string>
#include <string_view>

#include "collet/result.hpp"
#include "config/tree.hpp"

namespace collet::config {

/// One YAML 1.2 document as a Tree, ${...} put in. Keys written twice and ${...}
/// that cannot be resolved go to `findings`, which refers to `tree`.
/// @param source names the text in errors. @param base see substitute().
/// @error invalid: not YAML (with line and column), several documents, too large.
[[nodiscard]] Result<void> yaml_to_tree(std::string_view text, const std::string& source, const std::string& base,
                                        Tree& tree, Findings& findings);

}  // namespace collet::config
