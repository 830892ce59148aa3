#include "options.hpp"

namespace postgres {

Options read_options(const collet::Value& config) {
  Options out;
  const auto flag = [&](const char* name, bool& into) { into = config[name].as_bool().value_or(into); };
  const auto number = [&](const char* name, std::int64_t& into) { into = config[name].as_int64().value_or(into); };
  flag("require_follower", out.require_follower);
  flag("allow_unsafe_roles", out.allow_unsafe_roles);
  number("connect_timeout_ms", out.connect_timeout_ms);
  number("statement_timeout_ms", out.statement_timeout_ms);
  number("lock_timeout_ms", out.lock_timeout_ms);
  number("cancel_wait_ms", out.cancel_wait_ms);
  number("connections_max", out.connections_max);
  number("connections_idle_ms", out.connections_idle_ms);
  number("connection_wait_ms", out.connection_wait_ms);
  number("rows_max", out.rows_max);
  number("rows_counted_max", out.rows_counted_max);
  number("cell_bytes_max", out.cell_bytes_max);
  number("result_bytes_max", out.result_bytes_max);
  number("schema_bytes_max", out.schema_bytes_max);
  return out;
}

}  // namespace postgres
