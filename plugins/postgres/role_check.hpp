// Is the role one that can only read? Asked once for each connection.
#pragma once

#include <string>
#include <vector>

#include "collet/result.hpp"
#include "connection.hpp"
#include "waiter.hpp"

namespace postgres {

/// What the connection's role could do beside reading, a phrase each; empty: fit.
[[nodiscard]] collet::Result<std::vector<std::string>> find_powers(Connection& connection, const Waiter& waiter);

/// SQL about pg_proc p: a function that acts outside of its transaction.
inline constexpr const char* kActsOutside = R"((p.proname IN ('pg_read_file', 'pg_read_binary_file', 'pg_ls_dir', 'lo_import', 'lo_export',
    'pg_file_write', 'pg_file_unlink', 'pg_file_rename', 'pg_reload_conf', 'pg_rotate_logfile', 'pg_switch_wal', 'pg_promote', 'pg_wal_replay_pause',
    'pg_stat_reset', 'pg_create_restore_point', 'pg_backup_start', 'dblink_exec', 'dblink_connect_u', 'pg_stat_statements_reset')
  OR p.proname ~ '^dblink(_connect|_send_query|_open)?$'
  OR (p.proname = 'pg_logical_emit_message' AND pg_catalog.current_setting('wal_level') = 'logical' AND NOT pg_catalog.pg_is_in_recovery())))";

/// Why `variable` is refused, and the SQL that makes a role that fits.
[[nodiscard]] std::string unfit_role(const std::string& variable, const std::vector<std::string>& powers);

/// Why a database that is no follower is refused.
[[nodiscard]] std::string unfit_target(const std::string& variable);

}  // namespace postgres
