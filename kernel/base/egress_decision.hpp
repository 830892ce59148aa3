// Something that was asked to leave this machine, and what was said to it.
#pragma once

#include <cstdint>
#include <string>

namespace collet::base {

/// One connection of a box, or one hop of a plugin's HTTP.
struct EgressDecision {
  std::string host;  ///< "" when none could be read; then port is 0.
  std::uint16_t port = 0;
  bool allowed = false;
  std::string reason;  ///< Why not; "" when allowed.
};

}  // namespace collet::base
