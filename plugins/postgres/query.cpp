#include "query.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "dialect.hpp"

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

// The grammar takes nothing but a query after this: no COMMIT, SET, DO, COPY, CALL,
// NOTIFY, PREPARE TRANSACTION, no SELECT INTO and no WITH that writes.
constexpr std::string_view kCursor = "DECLARE collet_cursor NO SCROLL CURSOR FOR ";
constexpr std::array<std::string_view, 4> kQueryWords = {"SELECT", "WITH", "VALUES", "TABLE"};
constexpr std::array<std::string_view, 2> kOtherWords = {"EXPLAIN", "SHOW"};
constexpr std::int64_t kCountMs = 1'000;

/// Behind spaces, comments (which nest) and, if so wanted, opening brackets.
std::size_t skip_blank(std::string_view text, std::string_view also) {
  std::size_t at = 0;
  int depth = 0;
  while (at < text.size()) {
    const auto two = text.substr(at, 2);
    if (two == "/*") { ++depth; at += 2; continue; }
    if (depth > 0) {
      if (two == "*/") { --depth; at += 2; } else { ++at; }
      continue;
    }
    if (two == "--") {
      at = std::min(text.find_first_of("\r\n", at), text.size());
    } else if (std::string_view(" \t\r\n\f\v").find(text[at]) != std::string_view::npos || also.find(text[at]) != std::string_view::npos) {
      ++at;
    } else {
      break;
    }
  }
  return at;
}

std::string first_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') out += static_cast<char>(c - 'a' + 'A');
    else if ((c >= 'A' && c <= 'Z') || c == '_') out += c;
    else break;
  }
  return out;
}

/// Rows behind those that were kept, counted for a while only.
Result<void> count_rest(Session& session, Reply& reply, const Options& options, const Waiter& waiter) {
  const auto moved = session.connection().run_own("MOVE FORWARD " + std::to_string(options.rows_counted_max) + " FROM collet_cursor",
                                                  waiter.sooner(kCountMs));
  if (!moved) {
    if (moved.error().code != Errc::timeout) return moved.error();
    reply.table.more_than_counted = true;
    return {};
  }
  if (moved->error) reply.error = moved->error;  // a later row fails, and with it the query
  reply.table.rows_omitted += moved->rows_affected;
  reply.table.more_than_counted = moved->rows_affected >= options.rows_counted_max;
  return {};
}

Result<Reply> run_cursor(Session& session, const std::string& text, const ResultLimits& limits, const Options& options, const Waiter& waiter) {
  auto declared = session.connection().run_one(std::string(kCursor) + text, {}, limits, waiter);
  if (!declared) return declared;
  if (declared->error) {
    const auto prefix = static_cast<std::int64_t>(kCursor.size());
    declared->error->position = std::max<std::int64_t>(declared->error->position - prefix, 0);
    return declared;
  }
  auto fetched = session.connection().run_one("FETCH FORWARD " + std::to_string(options.rows_max) + " FROM collet_cursor", {}, limits, waiter);
  if (!fetched || fetched->error) return fetched;
  const auto seen = static_cast<std::int64_t>(fetched->table.rows.size()) + fetched->table.rows_omitted;
  if (seen < options.rows_max) return fetched;
  if (const auto counted = count_rest(session, *fetched, options, waiter); !counted) return counted.error();
  return fetched;
}

}  // namespace

Result<Statement> read_statement(const std::string& query) {
  if (query.find('\0') != std::string::npos) return Error{Errc::invalid, "/query: holds a NUL character, which SQL cannot"};
  const std::string_view text(query);
  const std::string_view start = text.substr(skip_blank(text, ""));
  if (start.empty()) return Error{Errc::invalid, "/query: is empty; expected one SQL statement that reads, such as SELECT 1"};
  if (const std::string instead = other_dialect(start); !instead.empty()) return Error{Errc::invalid, "/query: " + instead};
  const std::string word = first_word(start);
  // These two decide how it is sent, so it must be the word that the server sees.
  if (std::ranges::find(kOtherWords, word) != kOtherWords.end()) return Statement{query, false};
  const std::string inner = first_word(start.substr(skip_blank(start, "(")));
  if (std::ranges::find(kQueryWords, inner) != kQueryWords.end()) return Statement{query, true};
  return Error{Errc::invalid, "/query: begins with " + (word.empty() ? "\"" + std::string(start.substr(0, 1)) + "\"" : word) +
                                  "; this tool only reads: expected one SELECT, WITH, VALUES, TABLE, SHOW or EXPLAIN"};
}

Result<Reply> run_statement(Session& session, const Statement& statement, const Options& options, const Waiter& waiter) {
  const ResultLimits limits = {.rows_max = options.rows_max, .cell_bytes_max = options.cell_bytes_max, .bytes_max = options.result_bytes_max};
  if (statement.is_cursor) return run_cursor(session, statement.text, limits, options, waiter);
  return session.connection().run_one(statement.text, {}, limits, waiter);
}

}  // namespace postgres
