// The plugin's options; names, defaults and meanings are those of the manifest's config_schema.
#pragma once

#include <cstddef>
#include <cstdint>

#include "collet/json.hpp"

namespace postgres {

struct Options {
  bool require_follower = true;
  bool allow_unsafe_roles = false;
  std::int64_t connect_timeout_ms = 5'000;
  std::int64_t statement_timeout_ms = 60'000;
  std::int64_t lock_timeout_ms = 2'000;
  std::int64_t cancel_wait_ms = 1'000;
  std::int64_t connections_max = 4;       ///< For each app, database and role.
  std::int64_t connections_idle_ms = 60'000;
  std::int64_t connection_wait_ms = 5'000;
  std::int64_t rows_max = 200;
  std::int64_t rows_counted_max = 100'000;
  std::int64_t cell_bytes_max = 2'048;
  std::int64_t result_bytes_max = 65'536;
  std::int64_t schema_bytes_max = 24'000;
};

/// @param config checked against the config_schema.
[[nodiscard]] Options read_options(const collet::Value& config);

/// What a result may hold; the rest is counted, not kept.
struct ResultLimits {
  std::int64_t rows_max = 0;
  std::int64_t cell_bytes_max = 0;
  std::int64_t bytes_max = 0;  ///< Of all cells.
};

}  // namespace postgres
