// What is in a database, for a model that is about to write SQL.
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "pattern.hpp"
#include "tools.hpp"

namespace postgres {

using collet::Args;
using collet::Result;
using collet::ToolSpec;

namespace {

constexpr const char* kDescription =
    "Describes the app's Postgres database: tables and views with their columns, types, keys, indexes, comments and estimated row counts. "
    "Ask this before writing SQL for a database that you do not know.";

// $1: a regex of schema, unit separator and name, or NULL.
constexpr const char* kRelations = R"(
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END, c.reltuples::pg_catalog.int8, c.relkind IN ('r', 'p', 'm'),
  pg_catalog.obj_description(c.oid, 'pg_class'), $1::pg_catalog.text IS NULL OR n.nspname || E'\x1f' || c.relname OPERATOR(pg_catalog.~) $1
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
ORDER BY n.nspname <> 'public', n.nspname, c.relname)";

// What belongs to a relation, a line each, in the order it is shown.
constexpr const char* kLines = R"(
SELECT oid, line FROM (
  SELECT a.attrelid AS oid, 1 AS rank, a.attnum::pg_catalog.text AS name, pg_catalog.quote_ident(a.attname) || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod)
    || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || COALESCE(' default ' || pg_catalog.pg_get_expr(d.adbin, d.adrelid, true), '')
    || CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END
    || COALESCE(' -- ' || pg_catalog.replace(pg_catalog.col_description(a.attrelid, a.attnum), E'\n', ' '), '') AS line, a.attnum AS number
  FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT conrelid, CASE contype WHEN 'p' THEN 2 WHEN 'f' THEN 3 ELSE 4 END, conname, pg_catalog.lower(pg_catalog.left(d, pg_catalog.strpos(d, '(') - 1))
    || pg_catalog.substr(d, pg_catalog.strpos(d, '(')), 0
  FROM (SELECT *, pg_catalog.pg_get_constraintdef(oid, true) AS d FROM pg_catalog.pg_constraint) k
  WHERE conrelid = ANY ($1::pg_catalog.oid[]) AND contype IN ('p', 'f', 'u', 'c')
  UNION ALL SELECT i.indrelid, 5, c.relname, CASE WHEN i.indisunique THEN 'unique index ' ELSE 'index ' END
    || pg_catalog.regexp_replace(pg_catalog.pg_get_indexdef(i.indexrelid, 0, true), '^.*? USING ', ''), 0
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
) l ORDER BY oid, rank, number, name)";

constexpr const char* kVersion = "SELECT pg_catalog.current_database(), pg_catalog.current_setting('server_version')";
constexpr std::size_t kNamesPart = 4;  // of the room, for the names of what is left out
constexpr std::size_t kOthersMax = 20;  // names of relations that were not asked for
constexpr const char* kMatches = "t";   // column 6 of kRelations

/// Names and patterns with commas between, as one regex for kRelations.
std::optional<std::string> regex_of(const std::string& tables) {
  if (tables.empty()) return std::nullopt;
  std::string out, part;
  bool quoted = false;
  for (const char c : tables + ",") {
    if (c == '"') quoted = !quoted;
    const bool ends = c == ',' && !quoted;
    if (!ends && (c != ' ' || quoted)) part += c;
    if (!ends || part.empty()) continue;
    const Pattern pattern = read_pattern(std::exchange(part, {}));
    const auto inner = [](const std::optional<std::string>& regex) { return regex ? regex->substr(1, regex->size() - 2) : std::string(".*"); };
    out += (out.empty() ? "^" : "|^") + inner(pattern.schema) + "\x1f" + inner(pattern.name) + "$";
  }
  return out;
}

/// Those that match, taken out of all; the names of the others go into `others`.
Table matching(Table relations, std::vector<std::string>& others) {
  Table out = {relations.columns, {}};
  for (std::size_t i = 0; i < relations.rows.size(); ++i) {
    if (relations.at(i, 6) == kMatches) out.rows.push_back(std::move(relations.rows[i]));
    else others.push_back(relations.at(i, 1));
  }
  return out;
}

std::string name_others(const std::vector<std::string>& others) {
  std::string out;
  for (std::size_t i = 0; i < others.size() && i < kOthersMax; ++i) out += (i == 0 ? "\nOther relations: " : ", ") + others[i];
  if (others.size() > kOthersMax) out += " [" + std::to_string(others.size() - kOthersMax) + " more]";
  return others.empty() ? "" : out + "\n";
}

std::string head_of(const Table& relations, std::size_t row) {
  std::string out = "\n" + relations.at(row, 1) + " (" + relations.at(row, 2);
  // -1: never analysed. A view has none.
  if (relations.at(row, 4) == "t" && !relations.at(row, 3).starts_with('-')) out += ", ~" + relations.at(row, 3) + " rows";
  std::string comment = relations.at(row, 5);
  for (char& c : comment) c = c == '\n' ? ' ' : c;
  return out + ")" + (comment.empty() ? "" : " -- " + comment) + "\n";
}

std::map<std::string, std::string> lines_by_relation(const Table& lines) {
  std::map<std::string, std::string> out;
  for (std::size_t i = 0; i < lines.rows.size(); ++i) out[lines.at(i, 0)] += "  " + lines.at(i, 1) + "\n";
  return out;
}

/// As many relations as fit, and the names of the others.
std::string fit(const Table& relations, const std::map<std::string, std::string>& lines, std::string out, std::size_t bytes_max) {
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < relations.rows.size(); ++i) {
    const auto found = lines.find(relations.at(i, 0));
    const std::string text = head_of(relations, i) + (found == lines.end() ? "" : found->second);
    if (out.size() + text.size() > bytes_max - bytes_max / kNamesPart) left_out.push_back(relations.at(i, 1));
    else out += text;
  }
  if (left_out.empty()) return out;
  out += "\nNot shown for their length; ask for them with `tables`:";
  std::size_t named = 0;
  while (named < left_out.size() && out.size() + left_out[named].size() + 40 < bytes_max) out += " " + left_out[named++];
  if (named < left_out.size()) out += " [" + std::to_string(left_out.size() - named) + " more]";
  return out + "\n";
}

std::string oids_of(const Table& relations) {
  std::string out = "{";
  for (std::size_t i = 0; i < relations.rows.size(); ++i) out += (i == 0 ? "" : ",") + relations.at(i, 0);
  return out + "}";
}

}  // namespace

ToolSpec schema_tool() {
  ToolSpec spec = common_tool();
  spec.name = "postgres_get_schema";
  spec.aliases = {"database_get_schema"};
  spec.title = "Describe a Postgres database";
  spec.description = kDescription;
  spec.config_schema = {};
  spec.input_schema = std::string(R"({"type": "object", "additionalProperties": false, "properties": {
    "tables": {"type": "string", "minLength": 1, "maxLength": 512,
               "description": "Leave out to see all. Else names or patterns with * and ?, such as users, shop.order*"},
    "db_attachment": )") + kAttachmentSchema + "}}";
  spec.examples = {{"Which tables are in the database?", "list the tables of the database", "{}",
                    "Database shop, PostgreSQL 15.4, 1 relation\n\npublic.users (table, ~3 rows)\n  id integer not null\n  name text\n  primary key (id)\n",
                    "The database shop has one table: users, with the columns id and name."}};
  return spec;
}

Result<void> check_schema(const Args& args) {
  const auto tables = args.optional_string("tables");
  if (!tables) return tables.error();
  return {};
}

Result<Answer> run_schema(const Work& work) {
  const auto tables = work.args.optional_string("tables");
  if (!tables) return tables.error();
  const auto about = work.session.ask(kVersion, {});
  if (!about) return about.error();
  auto all = work.session.ask(kRelations, {regex_of(*tables)});
  if (!all) return all.error();
  std::vector<std::string> others;
  const Table relations = matching(*std::move(all), others);
  const std::size_t count = relations.rows.size();
  const std::string head = "Database " + about->at(0, 0) + ", PostgreSQL " + about->at(0, 1) + ", " + std::to_string(count) +
                           (count == 1 ? " relation" : " relations") + (tables->empty() ? "" : " that match " + *tables) + "\n";
  const auto lines = work.session.ask(kLines, {oids_of(relations)});
  if (!lines) return lines.error();
  const auto room = static_cast<std::size_t>(work.options.schema_bytes_max);
  return Answer{fit(relations, lines_by_relation(*lines), head, room) + name_others(others)};
}

}  // namespace postgres
