#include "llm/retry.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/text.hpp"

namespace collet::llm {

namespace {

std::optional<double> parse_decimal(std::string_view text) {
  text = base::trim(text);
  double number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc() || end != text.data() + text.size() || !(number >= 0) || number > 1e9) return std::nullopt;
  return number;
}

}  // namespace

bool is_retryable(int status, const base::Headers& headers) {
  const auto wish = base::find_header(headers, "x-should-retry");
  if (wish == "true") return status >= 400;
  if (wish == "false") return false;
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

std::optional<std::int64_t> asked_wait_ms(const base::Headers& headers) {
  if (const auto ms = parse_decimal(base::find_header(headers, "retry-after-ms"))) return static_cast<std::int64_t>(*ms);
  if (const auto s = parse_decimal(base::find_header(headers, "retry-after"))) return static_cast<std::int64_t>(*s * 1000);
  return std::nullopt;
}

std::optional<std::int64_t> retry_wait_ms(const RetryRules& rules, int retry, std::optional<std::int64_t> asked_ms,
                                          double jitter, std::int64_t left_ms) {
  if (retry >= rules.retries_max) return std::nullopt;
  std::int64_t wait_ms = std::min(rules.wait_ms_max, rules.base_ms << std::min(retry, 16));
  wait_ms -= static_cast<std::int64_t>(static_cast<double>(wait_ms) * jitter / 4);
  if (asked_ms) wait_ms = *asked_ms;
  if (wait_ms > rules.asked_ms_max || wait_ms >= left_ms) return std::nullopt;
  return wait_ms;
}

}  // namespace collet::llm
