// The guard between plugins and the network.
#pragma once

#include <memory>

#include "base/egress.hpp"
#include "config/settings.hpp"

namespace collet::net {

/// Outlives its fetches, or goes when their loops have stopped; the loops outlive it.
[[nodiscard]] std::unique_ptr<base::Egress> make_egress(const config::EgressSettings& settings);

}  // namespace collet::net
