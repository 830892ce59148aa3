// The caller's statement, run so that the server's own parser lets only reading through.
#pragma once

#include <string>

#include "collet/result.hpp"
#include "connection.hpp"
#include "options.hpp"
#include "session.hpp"
#include "table.hpp"
#include "waiter.hpp"

namespace postgres {

/// How a statement is sent.
struct Statement {
  std::string text;
  bool is_cursor = true;  ///< As the query of a cursor; else as it is (EXPLAIN, SHOW).
};

/// From the model's text. @error invalid: empty, or begins with a word that does not read.
[[nodiscard]] collet::Result<Statement> read_statement(const std::string& query);

/// Runs it in the session's transaction. Positions in the error count in `statement.text`.
[[nodiscard]] collet::Result<Reply> run_statement(Session& session, const Statement& statement, const Options& options, const Waiter& waiter);

}  // namespace postgres
