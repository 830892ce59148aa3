#include "role_script.hpp"

#include <algorithm>

namespace postgres {

std::string quote_identifier(const std::string& name) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  // Keywords are quoted as well when they are written so: only our own default goes bare.
  const bool is_bare = name.starts_with("collet_") || name == "public";
  if (is_bare && std::ranges::all_of(name, is_plain)) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string role_statements(const RoleScript& script, const std::string& indent) {
  const std::string role = quote_identifier(script.role);
  std::string out;
  const auto line = [&](const std::string& statement) { out += indent + statement + ";\n"; };
  for (const std::string& name : script.schemas) {
    const std::string schema = quote_identifier(name);
    line("GRANT USAGE ON SCHEMA " + schema + " TO " + role);
    line("GRANT SELECT ON ALL TABLES IN SCHEMA " + schema + " TO " + role);
    line("ALTER DEFAULT PRIVILEGES IN SCHEMA " + schema + " GRANT SELECT ON TABLES TO " + role);
  }
  for (const std::string& revoke : script.revokes) line(revoke);
  return out;
}

std::string role_script(const RoleScript& script) {
  const std::string role = quote_identifier(script.role);
  return "-- Makes a role that can only read. On the primary, in the database, as the owner of its tables:\n"
         "--   psql \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -f role.sql\n"
         "-- New tables are readable as well when the role that runs this creates them.\n"
         "BEGIN;\n"
         "CREATE ROLE " + role + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;\n"
         "ALTER ROLE " + role + " SET default_transaction_read_only = on;\n"
         "GRANT CONNECT ON DATABASE :\"DBNAME\" TO " + role + ";\n" +
         role_statements(script) +
         "COMMIT;\n"
         "-- Every role may end sessions of its own; only a superuser can take that away:\n"
         "--   REVOKE EXECUTE ON FUNCTION pg_terminate_backend, pg_cancel_backend FROM PUBLIC;\n"
         "\\password " + role + "\n";
}

}  // namespace postgres
