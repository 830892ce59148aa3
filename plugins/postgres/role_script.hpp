// The SQL that makes a role which can only read.
#pragma once

#include <string>
#include <vector>

namespace postgres {

struct RoleScript {
  std::string role = "collet_reader";
  std::vector<std::string> schemas = {"public"};
  /// Statements that take from PUBLIC what every role would have otherwise.
  std::vector<std::string> revokes = {"REVOKE CREATE ON SCHEMA public FROM PUBLIC"};
};

/// "odd name" with its quotes, where it needs them.
[[nodiscard]] std::string quote_identifier(const std::string& name);
/// The grants, a line each.
[[nodiscard]] std::string role_statements(const RoleScript& script, const std::string& indent = {});
/// All of it, for `psql -f` on the primary; psql asks for the password.
[[nodiscard]] std::string role_script(const RoleScript& script);

}  // namespace postgres
