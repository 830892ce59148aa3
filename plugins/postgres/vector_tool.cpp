// Rows whose vectors are nearest to a given one.
#include <algorithm>

#include "collet/json.hpp"
#include "tools.hpp"
#include "vector_args.hpp"
#include "vector_column.hpp"
#include "vector_text.hpp"

namespace postgres {

using collet::Args;
using collet::Errc;
using collet::Error;
using collet::Result;
using collet::Value;

namespace {

constexpr std::int64_t kCandidatesMin = 100;  // what an index looks at: more is slower and more exact
constexpr std::int64_t kProbes = 10;
constexpr const char* kNoneLeft = "No row fits filters. Leave filters out to search all rows.\n";

struct Search {
  std::string sql;
  Parameters parameters;
};

/// " WHERE ... AND column = $2": only columns that the catalogue has.
Result<std::string> conditions(const VectorColumn& column, const Value& filters, Parameters& parameters) {
  std::string out = " WHERE " + column.name + " IS NOT NULL";
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string name(filters.key_at(i));
    const auto found = std::ranges::find(column.others, name, &VectorColumn::Other::name);
    if (found == column.others.end()) {
      std::string names;
      for (const auto& other : column.others) names += (names.empty() ? "" : ", ") + other.name;
      return Error{Errc::invalid, "/filters/" + name + ": " + column.relation + " has no such column. Leave filters out to search all rows; the columns that can be filtered by are " + names};
    }
    const Value value = filters.member_at(i);
    if (value.is_null()) {
      out += " AND " + found->quoted + " IS NULL";
      continue;
    }
    parameters.push_back(filter_text(value));
    out += " AND " + found->quoted + " = $" + std::to_string(parameters.size());
  }
  return out;
}

Value embedded_vector(const Work& work) {
  const auto& numbers = work.embedded.vectors.front();
  return collet::json::array(std::vector<Value>(numbers.begin(), numbers.end()));
}

Result<Search> make_search(const VectorColumn& column, const Metric& metric, const VectorArgs& wanted) {
  Search out;
  auto text = vector_text(wanted.numbers, column.type);
  if (!text) return text.error();
  out.parameters.push_back(*std::move(text));
  auto where = conditions(column, wanted.filters, out.parameters);
  if (!where) return where.error();
  const bool bits = column.type == "bit";
  const std::string type = bits ? "pg_catalog.bit(" + std::to_string(wanted.numbers.size()) + ")" : column.extension_schema + "." + column.type;
  const std::string distance = column.name + " OPERATOR(" + column.extension_schema + "." + std::string(metric.operation) + ") $1::" + type;
  std::string shown;
  for (const auto& other : column.others) shown += other.quoted + ", ";
  const bool is_taken = std::ranges::find(column.others, "distance", &VectorColumn::Other::name) != column.others.end();
  // pgvector adds up in float4; as float8 a distance would show ten digits of noise.
  out.sql = "SELECT " + shown + "(" + distance + ")::pg_catalog.float4 AS " + (is_taken ? "vector_distance" : "distance") + " FROM " + column.relation +
            *where + " ORDER BY " + distance + " LIMIT " + std::to_string(wanted.limit);
  return out;
}

/// How thoroughly an index is searched, for this transaction.
std::string index_settings(const VectorColumn& column, std::int64_t limit) {
  std::string out = "SET LOCAL hnsw.ef_search = " + std::to_string(std::clamp(limit, kCandidatesMin, std::int64_t{1'000})) +
                    "; SET LOCAL ivfflat.probes = " + std::to_string(kProbes);
  // With conditions an index would find fewer rows than there are.
  if (column.extension_minor >= 8) out += "; SET LOCAL hnsw.iterative_scan = strict_order; SET LOCAL ivfflat.iterative_scan = relaxed_order";
  return out;
}

Result<void> check_dimensions(const VectorColumn& column, std::size_t given, const std::string& model) {
  if (column.dimensions == 0 || static_cast<std::size_t>(column.dimensions) == given) return {};
  if (!model.empty()) {
    return Error{Errc::invalid, "/query_text: model " + model + " makes vectors of " + std::to_string(given) + " dimensions, but column " + column.name + " of " +
                                    column.relation + " was filled by a model that makes " + std::to_string(column.dimensions) +
                                    "; the caller can name that one in tool_params.embedding_model, or give its query_vector"};
  }
  return Error{Errc::invalid, "/query_vector: has " + std::to_string(given) + " dimensions, but column " + column.name + " of " + column.relation + " has " +
                                  std::to_string(column.dimensions) + "; use the embedding model that filled the table"};
}

}  // namespace

Result<void> check_vector(const Args& args) {
  const auto read = read_vector_args(args);
  if (!read) return read.error();
  return {};
}

Result<Answer> run_vector(const Work& work) {
  auto wanted = read_vector_args(work.args);
  if (!wanted) return wanted.error();
  if (!wanted->text.empty()) wanted->numbers = embedded_vector(work);
  const auto column = find_vector_column(work.session, wanted->table, wanted->column);
  if (!column) return column.error();
  if (const auto fits = check_dimensions(*column, wanted->numbers.size(), work.embedded.model); !fits) return fits.error();
  const auto metric = choose_metric(wanted->metric, column->type, column->index_class);
  if (!metric) return metric.error();
  const auto search = make_search(*column, *metric, *wanted);
  if (!search) return search.error();
  const auto set = work.session.connection().run_own(index_settings(*column, wanted->limit), work.waiter);
  if (!set) return set.error();
  if (set->error) return Answer{"ERROR:  " + set->error->message + "\n", false, true};
  const ResultLimits limits = {.rows_max = wanted->limit, .cell_bytes_max = work.options.cell_bytes_max, .bytes_max = work.options.result_bytes_max};
  const auto reply = work.session.connection().run_one(search->sql, search->parameters, limits, work.waiter);
  if (!reply) return reply.error();
  // A place in SQL that the model has not written would only confuse it.
  if (reply->error) return Answer{reply->error->severity + ":  " + reply->error->message + "\n", false, true};
  Answer out = print_as(work.tool_params, reply->table);
  // A model that guessed a filter takes no rows for "there is nothing like it".
  const bool is_text = work.tool_params["format"].string_or("text") == "text";
  if (reply->table.rows.empty() && wanted->filters.size() > 0 && is_text) out.text += kNoneLeft;
  return out;
}

}  // namespace postgres
