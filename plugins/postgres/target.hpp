// Which database a call means: a config var of its target app.
#pragma once

#include <string>

#include "collet/call.hpp"
#include "collet/result.hpp"

namespace postgres {

struct Target {
  std::string variable;  ///< The config var's name, as it was found.
  std::string address;   ///< Its value; a secret.
};

/// @param attachment with or without "_URL". @error invalid, not_found: names the
/// config vars that hold databases, and never a value.
[[nodiscard]] collet::Result<Target> find_target(const collet::Call& call, const std::string& attachment);

}  // namespace postgres
