#include "api/usage.hpp"

#include <chrono>

namespace collet::api {

std::int64_t rate_clock_s() {
  using namespace std::chrono;
  return duration_cast<seconds>(steady_clock::now().time_since_epoch()).count();
}

void charge_usage(Exchange& exchange, const llm::Usage& usage) {
  if (exchange.key == nullptr || usage.total_tokens == 0) return;
  exchange.context.shared.rates.charge_tokens(exchange.key->id, usage.total_tokens, rate_clock_s());
}

}  // namespace collet::api
