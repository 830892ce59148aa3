#include "vector_column.hpp"

#include <algorithm>
#include <cstdlib>

namespace postgres {

using collet::Errc;
using collet::Error;
using collet::Result;

namespace {

constexpr const char* kExtension = R"(
SELECT pg_catalog.quote_ident(n.nspname), e.extversion FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'vector')";

// An exact name goes before one that SQL would have folded to lower case.
constexpr const char* kRelation = R"(
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
  (SELECT $1::pg_catalog.text AS name, $2::pg_catalog.text AS schema) given
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname IN (given.name, pg_catalog.lower(given.name))
  AND CASE WHEN given.schema IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname IN (given.schema, pg_catalog.lower(given.schema)) END
ORDER BY (c.relname = given.name) DESC, (n.nspname = given.schema) DESC LIMIT 1)";

constexpr const char* kColumns = R"(
SELECT a.attname, pg_catalog.quote_ident(a.attname), t.typname, a.atttypmod, COALESCE((
    SELECT o.opcname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam
      JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[0]
    WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum AND i.indisvalid AND m.amname IN ('hnsw', 'ivfflat') ORDER BY m.amname LIMIT 1), ''),
  pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)";

constexpr const char* kVectorTables = R"(
SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND t.typname IN ('vector', 'halfvec', 'sparsevec') ORDER BY 1 LIMIT 20)";

struct Name {
  std::optional<std::string> schema;
  std::string table;
};

/// "table", "schema.table", each half maybe in quotes.
Name split_name(const std::string& text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quoted && text.substr(i + 1, 1) == "\"") parts.back() += text[i++];
    else if (text[i] == '"') quoted = !quoted;
    else if (text[i] == '.' && !quoted && parts.size() == 1) parts.emplace_back();
    else parts.back() += text[i];
  }
  return parts.size() == 1 ? Name{std::nullopt, parts[0]} : Name{parts[0], parts[1]};
}

bool is_vector(const std::string& type) { return type == "vector" || type == "halfvec" || type == "sparsevec"; }

std::string joined(const Table& table, std::size_t column) {
  std::string out;
  for (std::size_t i = 0; i < table.rows.size(); ++i) out += (i == 0 ? "" : ", ") + table.at(i, column);
  return out;
}

Error no_relation(const Session& session, const std::string& table) {
  const auto there = session.ask(kVectorTables, {});
  const std::string names = there ? joined(*there, 0) : "";
  return {Errc::not_found, "/table_name: no table \"" + table + "\"; " + (names.empty() ? "no table has a vector column" : "tables with a vector column: " + names)};
}

Error no_column(const VectorColumn& found, const Table& columns, const std::string& column) {
  std::string vectors;
  for (std::size_t i = 0; i < columns.rows.size(); ++i) {
    if (is_vector(columns.at(i, 2)) || columns.at(i, 2) == "bit") vectors += (vectors.empty() ? "" : ", ") + columns.at(i, 0);
  }
  return {Errc::not_found, "/vector_column: table " + found.relation + " has no vector column \"" + column +
                               "\" (vector, halfvec, sparsevec or bit); " + (vectors.empty() ? "it has none at all" : "expected one of " + vectors)};
}

std::size_t row_of(const Table& columns, const std::string& column) {
  std::string folded = column;
  std::ranges::transform(folded, folded.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const auto& name : {column, folded}) {
    for (std::size_t i = 0; i < columns.rows.size(); ++i) {
      const std::string type = columns.at(i, 2);
      if (columns.at(i, 0) == name && (is_vector(type) || type == "bit")) return i;
    }
  }
  return columns.rows.size();
}

int minor_of(const std::string& version) {
  if (!version.starts_with("0.")) return 1'000;
  return std::atoi(version.c_str() + 2);
}

}  // namespace

Result<VectorColumn> find_vector_column(const Session& session, const std::string& table, const std::string& column) {
  VectorColumn out;
  const auto extension = session.ask(kExtension, {});
  if (!extension) return extension.error();
  if (extension->rows.empty()) {
    return Error{Errc::unavailable, "this database has no pgvector; an administrator runs CREATE EXTENSION vector in it, on the primary"};
  }
  out.extension_schema = extension->at(0, 0);
  out.extension_minor = minor_of(extension->at(0, 1));
  const Name name = split_name(table);
  const auto relation = session.ask(kRelation, {name.table, name.schema});
  if (!relation) return relation.error();
  if (relation->rows.empty()) return no_relation(session, table);
  out.relation = relation->at(0, 1);
  const auto columns = session.ask(kColumns, {relation->at(0, 0)});
  if (!columns) return columns.error();
  const std::size_t row = row_of(*columns, column);
  if (row == columns->rows.size()) return no_column(out, *columns, column);
  out.name = columns->at(row, 1);
  out.type = columns->at(row, 2);
  out.dimensions = std::max(std::atoll(columns->at(row, 3).c_str()), 0LL);
  out.index_class = columns->at(row, 4);
  for (std::size_t i = 0; i < columns->rows.size(); ++i) {
    if (i != row && !is_vector(columns->at(i, 2)) && columns->at(i, 5) == "t") out.others.push_back({columns->at(i, 0), columns->at(i, 1)});
  }
  return out;
}

}  // namespace postgres
