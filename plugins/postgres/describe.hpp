// "\d NAME": a relation with its columns, indexes and constraints.
#pragma once

#include <string>

#include "collet/result.hpp"
#include "pattern.hpp"
#include "session.hpp"

namespace postgres {

/// All relations that match, in psql's form. "" when there is none.
[[nodiscard]] collet::Result<std::string> describe(Session& session, const Pattern& pattern);

}  // namespace postgres
