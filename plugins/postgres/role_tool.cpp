// collet pg role-script and collet pg check: for the operator who makes the role.
#include <utility>

#include "role_check.hpp"
#include "role_script.hpp"
#include "role_tool.hpp"

namespace postgres {

using collet::Args;
using collet::Call;
using collet::Errc;
using collet::Error;
using collet::Result;
using collet::ToolSpec;
using collet::Value;

namespace {

/// Schemas that hold relations; those of the system and of extensions are readable anyway.
constexpr const char* kSchemas = R"(
SELECT n.nspname FROM pg_catalog.pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f'))
ORDER BY n.nspname <> 'public', n.nspname LIMIT 1000)";

/// What PUBLIC has, every role has.
const std::string kRevokes = R"(
SELECT what FROM (
  SELECT 1 AS rank, pg_catalog.format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC', n.nspname) AS what
  FROM pg_catalog.pg_namespace n, LATERAL pg_catalog.aclexplode(n.nspacl) a
  WHERE a.grantee = 0 AND a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_'
  UNION SELECT 2, pg_catalog.format('REVOKE CREATE ON DATABASE %I FROM PUBLIC', d.datname)
  FROM pg_catalog.pg_database d, LATERAL pg_catalog.aclexplode(d.datacl) a
  WHERE a.grantee = 0 AND a.privilege_type = 'CREATE' AND d.datname = pg_catalog.current_database()
  UNION SELECT 3, pg_catalog.format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I.%I FROM PUBLIC', n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.aclexplode(c.relacl) a
  WHERE a.grantee = 0 AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE') AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  UNION SELECT 4, pg_catalog.format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', p.oid::pg_catalog.regprocedure)
  FROM pg_catalog.pg_proc p, LATERAL pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
  WHERE a.grantee = 0 AND )" + std::string(kActsOutside) + R"(
) found ORDER BY rank, what LIMIT 1000)";

Result<std::vector<std::string>> ask_column(Connection& connection, const std::string& query, const Waiter& waiter) {
  const auto asked = connection.run_own("SET default_transaction_read_only = on;" + query, waiter);
  if (!asked) return asked.error();
  if (asked->error) return Error{Errc::unavailable, "cannot read the catalogue: " + asked->error->message};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < asked->table.rows.size(); ++i) out.push_back(asked->table.at(i, 0));
  return out;
}

/// Fixed queries of our own, so any role will do that can connect.
Result<void> look_at_database(RoleScript& script, Call& call, const Target& target, const Options& options, Background& background) {
  const Waiter waiter(call, options.statement_timeout_ms);
  const auto opened = Connection::open(target.address, options, background, waiter);
  if (!opened) return Error{opened.error().code, "cannot connect to the database of " + target.variable + ": " + opened.error().message};
  auto schemas = ask_column(**opened, kSchemas, waiter);
  if (!schemas) return schemas.error();
  auto revokes = ask_column(**opened, kRevokes, waiter);
  if (!revokes) return revokes.error();
  if (!schemas->empty()) script.schemas = *std::move(schemas);
  script.revokes = *std::move(revokes);
  return {};
}

ToolSpec common_command() {
  ToolSpec spec;
  spec.name_space = "pg";
  spec.effects = COLLET_EFFECT_READS | COLLET_EFFECT_NETWORK | COLLET_EFFECT_SECRETS;
  spec.exposure = COLLET_EXPOSES_PRIVATE_DATA;
  spec.idempotent = true;
  spec.blocking = true;
  return spec;
}

}  // namespace

ToolSpec role_script_command() {
  ToolSpec spec = common_command();
  spec.name = kRoleScript;
  spec.description = "Print the SQL that makes a role which can only read; with --app it fits that app's database";
  spec.input_schema = std::string(R"({"type": "object", "additionalProperties": false, "properties": {
    "role": {"type": "string", "minLength": 1, "maxLength": 63, "default": "collet_reader", "description": "Name of the new role."},
    "schema": {"type": "array", "minItems": 1, "maxItems": 1000, "items": {"type": "string", "minLength": 1, "maxLength": 63},
               "description": "Schema it may read, again for more. Default: all of the app's database, else public."},
    "db_attachment": )") + kAttachmentSchema + "}}";
  return spec;
}

ToolSpec check_command() {
  ToolSpec spec = common_command();
  spec.name = kCheck;
  spec.description = "Tell whether an app's database and role are fit for the tools, and if not, why";
  spec.needs_app = true;
  spec.input_schema = std::string(R"({"type": "object", "additionalProperties": false, "properties": {"db_attachment": )") + kAttachmentSchema + "}}";
  return spec;
}

Result<std::string> run_role_script(Call& call, const Args& args, const Options& options, Background& background) {
  RoleScript script;
  script.role = args.json()["role"].string_or(script.role);
  if (!call.info().app.empty()) {
    const auto target = find_target(call, std::string(args.json()["db_attachment"].string_or("DATABASE_URL")));
    if (!target) return target.error();
    if (auto looked = look_at_database(script, call, *target, options, background); !looked) return looked.error();
  }
  const Value schemas = args.json()["schema"];
  if (schemas.size() > 0) script.schemas.clear();
  for (std::size_t i = 0; i < schemas.size(); ++i) script.schemas.emplace_back(schemas.at(i).string_or(""));
  return role_script(script);
}

Result<std::string> run_check(Call& call, const Args& args, const Options& options, Pool& pool) {
  const auto target = find_target(call, std::string(args.json()["db_attachment"].string_or("DATABASE_URL")));
  if (!target) return target.error();
  auto session = Session::begin(pool, call, *target, options, Waiter(call, options.statement_timeout_ms));
  if (!session) return session.error();
  const auto facts = session->ask("SELECT pg_catalog.format('%s: a %s, PostgreSQL %s, database %I, role %I', $1::text, CASE WHEN pg_catalog.pg_is_in_recovery() "
                                  "THEN 'follower' ELSE 'primary' END, pg_catalog.current_setting('server_version'), pg_catalog.current_database(), session_user)",
                                  {target->variable});
  if (!facts) return facts.error();
  return facts->at(0, 0) + (options.allow_unsafe_roles ? ": used as it is (allow_unsafe_roles)\n" : ": fit, it can only read\n");
}

}  // namespace postgres
