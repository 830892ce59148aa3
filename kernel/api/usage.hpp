// Counts what a request used against its key.
#pragma once

#include "api/handlers.hpp"
#include "llm/provider.hpp"

namespace collet::api {

void charge_usage(Exchange& exchange, const llm::Usage& usage);
/// Seconds of the clock that the rate windows run on.
[[nodiscard]] std::int64_t rate_clock_s();

}  // namespace collet::api
