#include "backslash.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "describe.hpp"
#include "pattern.hpp"
#include "print.hpp"

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

struct Listing {
  std::string_view command;
  const char* title;
  const char* none;   ///< What a list without entries says.
  const char* query;  ///< $1: regex of the name or NULL, $2: of the schema.
};

// What a pattern without a schema means: relations that need none to be named.
#define COLLET_PG_MATCHES(name, visible)                                                                     \
  " WHERE ($1::pg_catalog.text IS NULL OR " name " OPERATOR(pg_catalog.~) $1)"                               \
  " AND CASE WHEN $2::pg_catalog.text IS NULL THEN " visible " ELSE n.nspname OPERATOR(pg_catalog.~) $2 END" \
  " AND ($1 IS NOT NULL OR (n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_toast'))"

#define COLLET_PG_RELATIONS(more, kinds)                                                                                         \
  "SELECT n.nspname AS \"Schema\", c.relname AS \"Name\", CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' " \
  "WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'i' THEN 'index' WHEN 'I' THEN 'partitioned index' "              \
  "WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' END AS \"Type\", pg_catalog.pg_get_userbyid(c.relowner) AS \"Owner\"" more \
  " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"                                         \
  COLLET_PG_MATCHES("c.relname", "pg_catalog.pg_table_is_visible(c.oid)") " AND c.relkind IN (" kinds ") ORDER BY 1, 2"

constexpr const char* kRelations = "List of relations";
constexpr const char* kNoRelations = "Did not find any relations.\n";

constexpr std::array<Listing, 8> kListings = {{
    {"d", kRelations, kNoRelations, COLLET_PG_RELATIONS("", "'r', 'p', 'v', 'm', 'S', 'f'")},
    {"dt", kRelations, kNoRelations, COLLET_PG_RELATIONS("", "'r', 'p'")},
    {"dv", kRelations, kNoRelations, COLLET_PG_RELATIONS("", "'v'")},
    {"ds", kRelations, kNoRelations, COLLET_PG_RELATIONS("", "'S'")},
    {"di", kRelations, kNoRelations,
     COLLET_PG_RELATIONS(", (SELECT t.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid WHERE i.indexrelid = c.oid) AS \"Table\"",
                         "'i', 'I'")},
    {"dn", "List of schemas", "Did not find any schemas.\n",
     "SELECT n.nspname AS \"Name\", pg_catalog.pg_get_userbyid(n.nspowner) AS \"Owner\" FROM pg_catalog.pg_namespace n WHERE "
     "($1::pg_catalog.text IS NULL AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' OR n.nspname OPERATOR(pg_catalog.~) $1) "
     "AND $2::pg_catalog.text IS NULL ORDER BY 1"},
    {"df", "List of functions", "Did not find any functions.\n",
     "SELECT n.nspname AS \"Schema\", p.proname AS \"Name\", pg_catalog.pg_get_function_result(p.oid) AS \"Result data type\", "
     "pg_catalog.pg_get_function_arguments(p.oid) AS \"Argument data types\", CASE p.prokind WHEN 'a' THEN 'agg' WHEN 'w' THEN 'window' "
     "WHEN 'p' THEN 'proc' ELSE 'func' END AS \"Type\" FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
     COLLET_PG_MATCHES("p.proname", "pg_catalog.pg_function_is_visible(p.oid)") " ORDER BY 1, 2, 4"},
    {"l", "List of databases", "Did not find any databases.\n",
     "SELECT d.datname AS \"Name\", pg_catalog.pg_get_userbyid(d.datdba) AS \"Owner\", pg_catalog.pg_encoding_to_char(d.encoding) AS \"Encoding\", "
     "d.datcollate AS \"Collate\", d.datctype AS \"Ctype\" FROM pg_catalog.pg_database d WHERE ($1::pg_catalog.text IS NULL OR d.datname "
     "OPERATOR(pg_catalog.~) $1) AND $2::pg_catalog.text IS NULL ORDER BY 1"},
}};

#undef COLLET_PG_RELATIONS
#undef COLLET_PG_MATCHES

constexpr std::string_view kBlank = " \t\r\n";

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

struct Command {
  std::string_view name, rest;
};

/// "\dt+ shop.*" is dt and shop.*: what '+' and 'S' add is left out.
Command read_command(std::string_view query) {
  const std::string_view text = trim(query).substr(1);
  const auto end = std::min(text.find_first_of(kBlank), text.size());
  std::string_view name = text.substr(0, end);
  while (name.size() > 1 && (name.back() == '+' || name.back() == 'S')) name.remove_suffix(1);
  std::string_view rest = trim(text.substr(end));
  while (!rest.empty() && rest.back() == ';') rest.remove_suffix(1);
  return {name, trim(rest)};
}

const Listing* find_listing(std::string_view name) {
  for (const Listing& listing : kListings) {
    if (listing.command == name) return &listing;
  }
  return nullptr;
}

}  // namespace

bool is_backslash(const std::string& query) { return trim(query).starts_with('\\'); }

std::optional<std::string> expanded_query(const std::string& query) {
  const Command command = read_command(query);
  if (command.name != "x" || command.rest.empty()) return std::nullopt;
  return std::string(command.rest);
}

Result<void> check_backslash(const std::string& query) {
  const Command command = read_command(query);
  if (command.name == "x") {
    if (!command.rest.empty()) return {};
    return Error{Errc::invalid, "/query: \\x holds for one call only; write the query behind it: \\x SELECT ..."};
  }
  if (find_listing(command.name)) return {};
  return Error{Errc::invalid, "/query: unknown command \\" + std::string(command.name) +
                                  "; expected \\d, \\dt, \\di, \\dv, \\ds, \\dn, \\df, \\l with or without a name, \\x with a query, or SQL"};
}

Result<Answer> run_backslash(const Work& work, const std::string& query) {
  const Command command = read_command(query);
  const Pattern pattern = read_pattern(command.rest);
  const std::string not_found = "Did not find any relation named \"" + std::string(command.rest) + "\".\n";
  if (command.name == "d" && pattern.name) {
    auto text = describe(work.session, pattern);
    if (!text) return text.error();
    const bool is_error = text->empty();
    return Answer{is_error ? not_found : *std::move(text), false, is_error};
  }
  const Listing& listing = *find_listing(command.name);
  const ResultLimits limits = {work.options.rows_max, work.options.cell_bytes_max, work.options.result_bytes_max};
  const auto reply = work.session.connection().run_one(listing.query, {pattern.name, pattern.schema}, limits, work.waiter);
  if (!reply) return reply.error();
  if (reply->error) return Answer{"ERROR:  " + reply->error->message + "\n", false, true};
  if (work.tool_params["format"].string_or("text") != "text") return print_as(work.tool_params, reply->table);
  if (reply->table.rows.empty()) return Answer{pattern.name && listing.none == kNoRelations ? not_found : listing.none};
  return Answer{print_aligned(reply->table, listing.title)};
}

}  // namespace postgres
