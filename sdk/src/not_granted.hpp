// The one answer of every wrapper whose service is missing.
#pragma once

#include <string>
#include <string_view>

#include "collet/result.hpp"

namespace collet {

[[nodiscard]] inline Error not_granted(std::string_view service) {
  return {Errc::denied, "this plugin was not granted the host service \"" + std::string(service) +
                            "\"; its manifest must ask for it under \"capabilities\""};
}

}  // namespace collet
