// Rows whose vectors are nearest to a given one.
#include <algorithm>

#include "collet/json.hpp"
#include "tools.hpp"
#include "vector_column.hpp"
#include "vector_text.hpp"

namespace postgres {

using collet::Args;
using collet::Errc;
using collet::Error;
using collet::Result;
using collet::ToolSpec;
using collet::Value;

namespace {

constexpr const char* kDescription =
    "Finds the rows whose pgvector embeddings are nearest to a text or a vector, nearest first, with their distance. Give query_text, which is "
    "embedded for you, or query_vector, which has to come from the model that made the embeddings of the table.";

constexpr const char* kModelSchema = R"({"embedding_model": {"type": "string", "minLength": 1, "maxLength": 256,
  "description": "Model of the server that embeds query_text: the one that filled the column. Left out: the first that makes embeddings."}})";

constexpr std::int64_t kLimitDefault = 10;
constexpr std::int64_t kCandidatesMin = 100;  // what an index looks at: more is slower and more exact
constexpr std::int64_t kProbes = 10;

struct Search {
  std::string sql;
  Parameters parameters;
};

std::string value_text(const Value& value) { return value.is_string() ? std::string(value.string_or("")) : value.dump(); }

/// " WHERE ... AND column = $2": only columns that the catalogue has.
Result<std::string> conditions(const VectorColumn& column, const Value& filters, Parameters& parameters) {
  std::string out = " WHERE " + column.name + " IS NOT NULL";
  for (std::size_t i = 0; i < filters.size(); ++i) {
    const std::string name(filters.key_at(i));
    const auto found = std::ranges::find(column.others, name, &VectorColumn::Other::name);
    if (found == column.others.end()) {
      std::string names;
      for (const auto& other : column.others) names += (names.empty() ? "" : ", ") + other.name;
      return Error{Errc::invalid, "/filters/" + name + ": " + column.relation + " has no such column; expected one of " + names};
    }
    const Value value = filters.member_at(i);
    if (value.is_null()) {
      out += " AND " + found->quoted + " IS NULL";
      continue;
    }
    parameters.push_back(value_text(value));
    out += " AND " + found->quoted + " = $" + std::to_string(parameters.size());
  }
  return out;
}

Value vector_of(const Work& work) {
  if (work.embedded.vectors.empty()) return work.args.json()["query_vector"];
  const auto& numbers = work.embedded.vectors.front();
  return collet::json::array(std::vector<Value>(numbers.begin(), numbers.end()));
}

Result<Search> make_search(const VectorColumn& column, const Metric& metric, const Args& args, const Value& numbers) {
  Search out;
  auto text = vector_text(numbers, column.type);
  if (!text) return text.error();
  out.parameters.push_back(*std::move(text));
  auto where = conditions(column, args.json()["filters"], out.parameters);
  if (!where) return where.error();
  const bool bits = column.type == "bit";
  const std::string type = bits ? "pg_catalog.bit(" + std::to_string(numbers.size()) + ")" : column.extension_schema + "." + column.type;
  const std::string distance = column.name + " OPERATOR(" + column.extension_schema + "." + std::string(metric.operation) + ") $1::" + type;
  std::string shown;
  for (const auto& other : column.others) shown += other.quoted + ", ";
  const bool is_taken = std::ranges::find(column.others, "distance", &VectorColumn::Other::name) != column.others.end();
  const std::int64_t limit = args.json()["limit"].as_int64().value_or(kLimitDefault);
  out.sql = "SELECT " + shown + distance + (is_taken ? " AS vector_distance FROM " : " AS distance FROM ") + column.relation + *where +
            " ORDER BY " + distance + " LIMIT " + std::to_string(limit);
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

ToolSpec vector_tool() {
  ToolSpec spec = common_tool();
  spec.name = "pg_vector_query";
  spec.title = "Search a Postgres database by vector";
  spec.description = kDescription;
  spec.input_schema = std::string(R"({"type": "object", "additionalProperties": false, "required": ["table_name", "vector_column"], "properties": {
    "query_vector": {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": 64000,
                     "description": "Instead of query_text: the vector to search for, with as many numbers as the column has dimensions; 0 and 1 for a bit column."},
    "query_text": {"type": "string", "minLength": 1, "maxLength": 20000, "description": "What to search for, in words."},
    "table_name": {"type": "string", "minLength": 1, "maxLength": 256, "description": "Table with the vectors, maybe with its schema: public.documents."},
    "vector_column": {"type": "string", "minLength": 1, "maxLength": 128, "description": "Column with the vectors."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 10, "description": "Rows at most."},
    "metric": {"enum": ["cosine", "l2", "inner_product", "l1", "hamming", "jaccard"],
               "description": "How distance is measured. Left out: as the column's index does, else cosine (hamming for a bit column)."},
    "filters": {"type": "object", "maxProperties": 20, "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
                "description": "Leave out unless rows are to be narrowed down: name of a column of the table to the value it must have."},
    "db_attachment": )") + kAttachmentSchema + "}}";
  spec.examples = {{"Find documents about sailing", "search for sailing", R"({"query_text": "sailing", "table_name": "notes", "vector_column": "embedding"})",
                    " id |      title       | distance \n----+------------------+----------\n  7 | Knots and anchors |    0.31\n(1 row)\n",
                    "The nearest document is \"Knots and anchors\"."}};
  const Value common = Value::parse(kFormatSchema).value();
  const Value model = Value::parse(kModelSchema).value();
  spec.config_schema = collet::json::merge(common, collet::json::object({{"properties", collet::json::merge(common["properties"], model)}})).dump();
  return spec;
}

Result<void> check_vector(const Args& args) {
  if (args.json().has("query_text") == args.json().has("query_vector")) {
    return args.error("query_text", args.json().has("query_text") ? "is given together with query_vector; give one of them" : "required, or query_vector");
  }
  for (const char* const key : {"table_name", "vector_column"}) {
    const auto name = args.string(key);
    if (!name) return name.error();
    if (name->find('\0') != std::string::npos) return args.error(key, "holds a NUL character, which no name can");
  }
  const Value filters = args.json()["filters"];
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (value_text(filters.member_at(i)).find('\0') != std::string::npos) {
      return args.error("filters", std::string(filters.key_at(i)) + " holds a NUL character, which no value can");
    }
  }
  const Value numbers = args.json()["query_vector"];
  if (args.json().has("query_vector") && (!numbers.is_array() || numbers.size() == 0)) return args.error("query_vector", "expected an array of numbers, got " + numbers.dump().substr(0, 100));
  const Value limit = args.json()["limit"];
  if (limit.is_null() || (limit.as_int64().value_or(0) >= 1 && limit.as_int64().value_or(0) <= 1'000)) return {};
  return args.error("limit", "expected a whole number from 1 to 1000, got " + limit.dump());
}

Result<Answer> run_vector(const Work& work) {
  const Args& args = work.args;
  const auto column = find_vector_column(work.session, args.string("table_name").value_or(""), args.string("vector_column").value_or(""));
  if (!column) return column.error();
  const Value numbers = vector_of(work);
  if (const auto fits = check_dimensions(*column, numbers.size(), work.embedded.model); !fits) return fits.error();
  const auto metric = choose_metric(args.json()["metric"].string_or(""), column->type, column->index_class);
  if (!metric) return metric.error();
  const auto search = make_search(*column, *metric, args, numbers);
  if (!search) return search.error();
  const std::int64_t limit = args.json()["limit"].as_int64().value_or(kLimitDefault);
  const auto set = work.session.connection().run_own(index_settings(*column, limit), work.waiter);
  if (!set) return set.error();
  if (set->error) return Answer{"ERROR:  " + set->error->message + "\n", false, true};
  const ResultLimits limits = {.rows_max = limit, .cell_bytes_max = work.options.cell_bytes_max, .bytes_max = work.options.result_bytes_max};
  const auto reply = work.session.connection().run_one(search->sql, search->parameters, limits, work.waiter);
  if (!reply) return reply.error();
  // A place in SQL that the model has not written would only confuse it.
  if (reply->error) return Answer{reply->error->severity + ":  " + reply->error->message + "\n", false, true};
  return print_as(work.tool_params, reply->table);
}

}  // namespace postgres
