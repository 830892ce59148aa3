#include "backslash.hpp"
#include "error_text.hpp"
#include "print.hpp"
#include "query.hpp"
#include "tools.hpp"

namespace postgres {

using collet::Args;
using collet::Result;
using collet::ToolSpec;

namespace {

constexpr const char* kDescription =
    "Runs one SQL statement on the app's Postgres database, read-only, and returns its rows as psql prints them. SELECT, WITH, "
    "VALUES, TABLE, SHOW and EXPLAIN; nothing that writes. One statement for each call. Also psql's \\d, \\d NAME, \\dt, \\di, "
    "\\dv, \\dn, \\df, \\l, and \\x QUERY for one column a line.";

}  // namespace

ToolSpec psql_tool() {
  ToolSpec spec = common_tool();
  spec.name = "pg_psql";
  spec.aliases = {"postgres_run_query", "database_run_query"};
  spec.title = "Query a Postgres database";
  spec.description = kDescription;
  spec.input_schema = std::string(R"({"type": "object", "additionalProperties": false, "required": ["query"], "properties": {
    "query": {"type": "string", "minLength": 1, "maxLength": 100000, "description": "One SQL statement that reads."},
    "db_attachment": )") + kAttachmentSchema + "}}";
  spec.examples = {{"How many rows has the table invoices?", "count the rows of invoices", R"({"query": "SELECT count(*) FROM invoices"})",
                    " count \n-------\n   214\n(1 row)\n", "The table invoices has 214 rows."},
                   {"Which tables are there?", "list the tables", R"({"query": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"})",
                    " tablename \n-----------\n invoices\n payments\n(2 rows)\n", "The tables are invoices and payments."}};
  return spec;
}

Result<void> check_psql(const Args& args) {
  const auto query = args.string("query");
  if (!query) return query.error();
  if (is_backslash(*query)) {
    if (const auto known = check_backslash(*query); !known) return known.error();
  }
  const auto sql = is_backslash(*query) ? expanded_query(*query) : *query;
  if (!sql) return {};
  const auto statement = read_statement(*sql);
  if (!statement) return statement.error();
  return {};
}

Result<Answer> run_psql(const Work& work) {
  const auto query = work.args.string("query");
  if (!query) return query.error();
  const bool expanded = is_backslash(*query);
  const auto sql = expanded ? expanded_query(*query) : *query;
  if (!sql) return run_backslash(work, *query);
  const auto statement = read_statement(*sql);
  if (!statement) return statement.error();
  const auto reply = run_statement(work.session, *statement, work.options, work.waiter);
  if (!reply) return reply.error();
  if (reply->error) return Answer{error_text(*reply->error, statement->text), false, true};
  return print_as(work.tool_params, reply->table, expanded);
}

}  // namespace postgres
