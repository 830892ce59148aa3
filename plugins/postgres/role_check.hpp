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

/// Why `variable` is refused, and the SQL that makes a role that fits.
[[nodiscard]] std::string unfit_role(const std::string& variable, const std::vector<std::string>& powers);

/// Why a database that is no follower is refused.
[[nodiscard]] std::string unfit_target(const std::string& variable);

}  // namespace postgres
