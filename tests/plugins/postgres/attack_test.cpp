// Statements that try to leave something behind, by every kind of role, on the primary
// and on its follower. Afterwards everything has to be as it was.
#include <filesystem>
#include <fstream>

#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// {dir} stands for a folder that the server may write to.
constexpr const char* kAttacks[] = {
    // plain writes
    "INSERT INTO users VALUES (9, 'x')",
    "UPDATE users SET name = 'x'",
    "DELETE FROM orders",
    "TRUNCATE orders",
    "MERGE INTO users u USING orders o ON u.id = o.user_id WHEN MATCHED THEN UPDATE SET name = 'x'",
    "WITH w AS (INSERT INTO users VALUES (9, 'x') RETURNING id) SELECT * FROM w",
    "WITH w AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM w",
    "SELECT * INTO stolen FROM users",
    "SELECT * FROM users FOR UPDATE",
    "SELECT add_order(1)",
    "SELECT sneak()",
    "EXPLAIN ANALYZE INSERT INTO users VALUES (9, 'x')",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "EXPLAIN (ANALYZE) CREATE TABLE made AS SELECT 1",
    "EXPLAIN ANALYZE SELECT add_order(1)",
    "EXPLAIN ANALYZE WITH w AS (DELETE FROM orders RETURNING *) SELECT * FROM w",
    // ending or changing the transaction
    "COMMIT; INSERT INTO users VALUES (9, 'x')",
    "SELECT 1; COMMIT; DELETE FROM orders",
    "SELECT 1; DROP TABLE orders",
    "EXPLAIN SELECT 1; COMMIT; DELETE FROM orders",
    "SHOW server_version; DELETE FROM orders",
    "COMMIT", "COMMIT AND CHAIN", "ROLLBACK", "ABORT", "END", "SAVEPOINT a", "BEGIN READ WRITE", "START TRANSACTION READ WRITE",
    "PREPARE TRANSACTION 'left'",
    "SET TRANSACTION READ WRITE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
    "SELECT set_config('transaction_read_only', 'off', true), add_order(1)",
    "SELECT set_config('transaction_read_only', 'off', false), query_to_xml('DELETE FROM orders', true, false, '')",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "DO $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; INSERT INTO users VALUES (9, 'x'); END $$",
    "DO $$ BEGIN EXECUTE 'DELETE FROM orders'; END $$",
    "CALL nothing()",
    "SELECT query_to_xml('COMMIT', true, false, '')",
    "SELECT query_to_xml('DELETE FROM orders', true, false, '')",
    "SELECT query_to_xml('COPY users TO ''{dir}/xml''', true, false, '')",
    "SELECT query_to_xml('PREPARE TRANSACTION ''left''', true, false, '')",
    "SELECT * FROM ts_stat('DELETE FROM orders RETURNING null::tsvector')",
    // comments, quotes and brackets in front
    "/* SELECT */ DELETE FROM orders",
    "-- SELECT\nDELETE FROM orders",
    "/* a /* SELECT */ b */ DELETE FROM orders",
    "/*/ SELECT */ DELETE FROM orders",
    ";DELETE FROM orders",
    "(DELETE FROM orders)",
    "(SELECT 1); DELETE FROM orders",
    "SELECT $$ ; $$; DELETE FROM orders",
    "SELECT 1 /* ; */ ; DELETE FROM orders --",
    "explain/**/analyze/**/delete from orders",
    "SELECT 1 FROM users WHERE name = E'\\'; DELETE FROM orders; --'",
    "SELECT 1) ; DELETE FROM orders ; (SELECT 1",
    // definitions
    "CREATE TABLE made (a int)", "CREATE TEMP TABLE made (a int)", "CREATE TABLE made AS SELECT 1", "DROP TABLE orders",
    "ALTER TABLE users ADD COLUMN x int", "CREATE INDEX ON users (name)", "DROP VIEW rich", "CREATE VIEW made AS SELECT 1",
    "CREATE FUNCTION made() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE SCHEMA made", "CREATE EXTENSION plpython3u", "CREATE ROLE made",
    "ALTER ROLE reader SUPERUSER", "GRANT owner TO reader", "REVOKE SELECT ON users FROM reader", "COMMENT ON TABLE users IS 'x'",
    "CREATE DATABASE made", "DROP DATABASE postgres", "REFRESH MATERIALIZED VIEW rich", "REINDEX TABLE users", "CLUSTER users",
    "SECURITY LABEL ON TABLE users IS 'x'", "CREATE RULE made AS ON SELECT TO users DO INSTEAD NOTHING",
    "CREATE TRIGGER made AFTER INSERT ON users EXECUTE FUNCTION sneak()", "CREATE PUBLICATION made FOR ALL TABLES",
    "IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c", "REASSIGN OWNED BY owner TO reader", "DROP OWNED BY owner",
    // settings and sessions
    "ALTER SYSTEM SET work_mem = '1GB'", "ALTER DATABASE postgres SET work_mem = '1GB'", "ALTER ROLE reader SET work_mem = '1GB'",
    "SET work_mem = '1GB'", "SET LOCAL statement_timeout = 0", "RESET ALL", "RESET statement_timeout", "SET ROLE owner", "SET SESSION AUTHORIZATION owner",
    "SELECT set_config('role', 'owner', false)", "SELECT set_config('session_authorization', 'owner', false)",
    "SELECT set_config('work_mem', '7MB', false)", "SELECT set_config('search_path', 'made', false)",
    "UPDATE pg_settings SET setting = '7168' WHERE name = 'work_mem'",
    "DISCARD ALL", "DEALLOCATE ALL", "PREPARE p AS DELETE FROM orders", "EXECUTE p", "EXPLAIN ANALYZE EXECUTE p",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "CLOSE ALL", "FETCH 1 FROM collet_cursor", "LISTEN made", "NOTIFY made, 'x'", "UNLISTEN *",
    "SELECT pg_notify('made', 'x')", "LOAD 'plpgsql'", "CHECKPOINT", "VACUUM", "ANALYZE",
    "LOCK TABLE users IN ACCESS EXCLUSIVE MODE", "SELECT pg_advisory_lock(42)", "SELECT pg_advisory_lock_shared(43)", "SELECT pg_try_advisory_lock(1, 2)",
    "SELECT pg_export_snapshot()", "SELECT nextval('orders_id_seq')", "SELECT setval('orders_id_seq', 900)",
    // files, programs and large objects
    "COPY users TO '{dir}/copied'", "COPY users TO PROGRAM 'touch {dir}/program'", "COPY users FROM PROGRAM 'touch {dir}/program; echo 9,x'",
    "COPY users TO STDOUT", "COPY users FROM STDIN", "COPY (SELECT 1) TO '{dir}/copied'", "EXPLAIN COPY users TO '{dir}/copied'",
    "SELECT lo_create(77)", "SELECT lo_from_bytea(78, 'abc')", "SELECT lo_creat(-1)",
};

/// Functions that act outside of any transaction. A superuser may call them, so they
/// are tried by roles that the plugin accepts, and refused as superuser altogether.
constexpr const char* kAdministration[] = {
    "SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('.')", "SELECT * FROM pg_read_file('PG_VERSION') AS f(x)", "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '{dir}/exported')", "SELECT pg_switch_wal()", "SELECT pg_stat_reset()", "SELECT pg_reload_conf()", "SELECT pg_rotate_logfile()",
    "SELECT pg_create_restore_point('x')", "SELECT pg_backup_start('x')", "SELECT pg_create_physical_replication_slot('made')",
    "SELECT pg_create_logical_replication_slot('made', 'pgoutput')", "SELECT pg_replication_origin_create('made')", "SELECT pg_promote()",
    "SELECT pg_wal_replay_pause()", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user",
};

class Attack : public Database {
 protected:
  Attack() {
    dir_ = servers_.primary->folder() + "/data/loot";  // the servers' own user can write there
    fs::create_directories(dir_);
    fs::permissions(dir_, fs::perms::all);
  }

  /// Everything that outlives a session, as text.
  std::string state() const {
    const auto& primary = *servers_.primary;
    std::string all;
    int number = 0;
    for (const char* const query :
         {"SELECT * FROM users ORDER BY id", "SELECT * FROM orders ORDER BY id", "SELECT last_value, is_called FROM orders_id_seq",
          "SELECT relname, relkind, relacl, relowner FROM pg_class WHERE relnamespace >= 2200 ORDER BY 1",
          "SELECT attrelid::regclass, attname FROM pg_attribute WHERE attrelid = 'users'::regclass ORDER BY 2",
          "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_temp|^pg_toast_temp' ORDER BY 1", "SELECT proname FROM pg_proc WHERE oid >= 16384 ORDER BY 1",
          "SELECT rolname, rolsuper, rolconfig FROM pg_roles ORDER BY 1", "SELECT roleid, member FROM pg_auth_members ORDER BY 1, 2",
          "SELECT datname FROM pg_database ORDER BY 1", "SELECT * FROM pg_db_role_setting ORDER BY 1, 2", "SELECT name, setting FROM pg_file_settings ORDER BY 1",
          "SELECT gid FROM pg_prepared_xacts", "SELECT oid FROM pg_largeobject_metadata", "SELECT pubname FROM pg_publication",
          "SELECT slot_name FROM pg_replication_slots", "SELECT roname FROM pg_replication_origin", "SELECT * FROM pg_description WHERE objoid >= 16384",
          "SELECT extname FROM pg_extension", "SELECT tgname FROM pg_trigger", "SELECT rulename FROM pg_rewrite WHERE oid >= 16384", "SELECT stats_reset FROM pg_stat_database WHERE datname = 'postgres'"}) {
      all += std::string(all.empty() ? "" : " UNION ALL ") + "(SELECT '" + std::to_string(++number) + " ' || row_to_json(t)::text FROM (" + query + ") t)";
    }
    std::string out = primary.sql(all);
    for (const auto& entry : fs::directory_iterator(dir_)) out += entry.path().string() + "\n";
    return out;
  }

  /// What is left in sessions that wait for the next call.
  static std::string sessions(const PgServer& server) {
    return server.sql("SELECT a.usename, a.state, l.locktype FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype <> 'virtualxid' "
                      "WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid() AND (a.state <> 'idle' OR l.pid IS NOT NULL)");
  }

  std::string in_place(const char* attack) const {
    std::string text = attack;
    for (std::size_t at; (at = text.find("{dir}")) != std::string::npos;) text.replace(at, 5, dir_);
    return text;
  }

  /// What the pooled session must be like in each next call.
  static constexpr const char* kClean =
      "SELECT current_user = session_user, current_setting('transaction_read_only'), current_setting('work_mem'), current_setting('search_path'), "
      "current_setting('statement_timeout') <> '0'";

  void expect_harmless(const std::string& text, const std::string& attachment, const std::string& before) {
    const auto result = query(text, attachment);
    EXPECT_EQ(state(), before) << attachment << ": " << text << "\n" << result.text();
    const PgServer& server = attachment.starts_with("P_") ? *servers_.primary : *servers_.follower;
    EXPECT_EQ(sessions(server), "") << attachment << ": " << text << "\n" << result.text();
    EXPECT_THAT(answer(kClean, attachment), HasSubstr(" t        | on              | 4MB             | \"$user\", public | t\n"))
        << attachment << ": " << text;
  }

  std::string dir_;
};

TEST_F(Attack, LeavesNothingByARoleThatFits) {
  reload(R"({"require_follower": false})");
  const std::string before = state();
  for (const std::string attachment : {"P_READER", "F_READER"}) {
    for (const char* const attack : kAttacks) expect_harmless(in_place(attack), attachment, before);
    for (const char* const attack : kAdministration) expect_harmless(in_place(attack), attachment, before);
  }
}

TEST_F(Attack, LeavesNothingByOwnerOrSuperuserWhereTheseAreAllowed) {
  reload(R"({"require_follower": false, "allow_unsafe_roles": true})");
  const std::string before = state();
  for (const std::string attachment : {"P_OWNER", "P_SUPER", "F_OWNER", "F_SUPER"}) {
    for (const char* const attack : kAttacks) expect_harmless(in_place(attack), attachment, before);
  }
}

TEST_F(Attack, IsNotEvenSentByRolesThatDoNotFit) {
  reload(R"({"require_follower": false})");
  const std::string before = state();
  for (const std::string attachment : {"P_OWNER", "P_SUPER", "F_OWNER", "F_SUPER"}) {
    for (const char* const attack : kAdministration) {
      EXPECT_THAT(answer(in_place(attack), attachment), HasSubstr("error: The role of " + attachment + "_URL could do more than read")) << attack;
    }
  }
  EXPECT_EQ(state(), before);
}

}  // namespace
}  // namespace collet::test
