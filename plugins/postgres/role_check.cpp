#include "role_check.hpp"

#include "role_script.hpp"

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

// Not what the role may do by itself but also by any role it is a member of: SQL
// changes the role with set_config(), where rights are not inherited. What a
// superuser may do anyway is left out behind the first line, which says enough.
const std::string kPowers = R"(
WITH who AS (
  SELECT r.oid, r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication
  FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')
), super AS (SELECT pg_catalog.bool_or(rolsuper) AS yes FROM who), names AS (
  SELECT c.oid, c.relkind, c.relowner, n.nspname, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND n.nspname !~ '^pg_(toast|temp)'
), found AS (
  SELECT 1 AS rank, CASE WHEN rolname = session_user THEN 'is a superuser' ELSE 'is a member of the superuser ' || pg_catalog.quote_ident(rolname) END AS what
  FROM who WHERE rolsuper
  UNION ALL SELECT 2, 'has ' || attribute || CASE WHEN rolname = session_user THEN '' ELSE ' through ' || pg_catalog.quote_ident(rolname) END
  FROM who, LATERAL (VALUES ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication)) a (attribute, has), super
  WHERE has AND NOT super.yes
  UNION ALL SELECT 3, 'is a member of ' || rolname FROM who, super
  WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_write_all_data',
    'pg_signal_backend', 'pg_checkpoint', 'pg_maintain', 'pg_create_subscription', 'pg_use_reserved_connections') AND NOT super.yes
  UNION ALL SELECT 4, 'owns ' || name FROM names, super WHERE relowner IN (SELECT oid FROM who) AND NOT super.yes
  UNION ALL SELECT 5, 'may write to ' || name FROM names, super
  WHERE relkind <> 'S' AND NOT super.yes AND relowner NOT IN (SELECT oid FROM who) AND EXISTS (SELECT FROM who
    WHERE pg_catalog.has_table_privilege(who.oid, names.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
       OR pg_catalog.has_any_column_privilege(who.oid, names.oid, 'INSERT, UPDATE'))
  UNION ALL SELECT 6, 'may create objects in schema ' || pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_namespace n, super
  WHERE nspname !~ '^pg_' AND NOT super.yes
    AND EXISTS (SELECT FROM who WHERE pg_catalog.has_schema_privilege(who.oid, n.oid, 'CREATE'))
  UNION ALL SELECT 7, 'may create schemas in database ' || pg_catalog.quote_ident(pg_catalog.current_database()) FROM super
  WHERE NOT super.yes AND EXISTS (SELECT FROM who WHERE pg_catalog.has_database_privilege(who.oid, pg_catalog.current_database(), 'CREATE'))
  UNION ALL SELECT 8, 'may execute ' || p.oid::pg_catalog.regprocedure FROM pg_catalog.pg_proc p, super
  WHERE NOT super.yes AND )" + std::string(kActsOutside) + R"(
    AND EXISTS (SELECT FROM who WHERE pg_catalog.has_function_privilege(who.oid, p.oid, 'EXECUTE'))
)
SELECT what FROM found ORDER BY rank, what LIMIT 6)";

constexpr std::size_t kShownMax = 5;

}  // namespace

Result<std::vector<std::string>> find_powers(Connection& connection, const Waiter& waiter) {
  const auto asked = connection.run_own(kPowers, waiter);
  if (!asked) return asked.error();
  if (asked->error) return Error{Errc::unavailable, "cannot find out what the role may do: " + asked->error->message};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < asked->table.rows.size(); ++i) out.push_back(i < kShownMax ? asked->table.at(i, 0) : "and more");
  return out;
}

std::string unfit_role(const std::string& variable, const std::vector<std::string>& powers) {
  std::string out = "The role of " + variable + " could do more than read, so it is not used: it";
  for (std::size_t i = 0; i < powers.size(); ++i) out += (i == 0 ? " " : ", ") + powers[i];
  out += ".\nA role that fits, made by an administrator on the primary, in that database (`collet pg role-script --app NAME` "
         "prints the whole script):\n  CREATE ROLE collet_reader LOGIN PASSWORD 'choose one';\n" +
         role_statements({}, "  ") +
         "What PUBLIC may do, this role may too: revoke from PUBLIC what else is named above. Then put its address into config var " +
         variable + ". To use the role as it is, the operator sets the plugin's option allow_unsafe_roles: true.";
  return out;
}

std::string unfit_target(const std::string& variable) {
  return variable +
         " is a primary (SELECT pg_is_in_recovery() answers f), and only followers are asked, so that no query can change or slow down "
         "the database that is written to. Set db_attachment to the config var of a follower; or the operator sets the plugin's option "
         "require_follower: false.";
}

}  // namespace postgres
