// ${...} in config values.
#pragma once

#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace collet::config {

/// `text` with ${env:NAME}, ${env:NAME:-default}, ${file:path} (its text without
/// the last line end) and ${share:path} (a file that came with the program) put
/// in; $${ stands for ${. What was put in is not looked at again.
/// @param base folder from which ${file:} paths count.
/// @error invalid: unknown form, unset variable, unreadable file; never holds a
/// value that was put in.
[[nodiscard]] Result<std::string> substitute(std::string_view text, const std::string& base);

}  // namespace collet::config
