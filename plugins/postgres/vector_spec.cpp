// What pg_vector_query says about itself, as a whole and for one request.
#include <array>
#include <string_view>

#include "collet/json.hpp"
#include "tools.hpp"

namespace postgres {

using collet::ToolSpec;
using collet::Value;

namespace {

constexpr const char* kDescription =
    "Finds the rows of a table that are most similar to a text, nearest first, with their distance. Say in query_text what to look for; it is "
    "embedded for you and compared with the table's pgvector embeddings.";

constexpr const char* kArguments = R"({
  "query_vector": {"type": ["array", "null"], "items": {"type": "number"}, "maxItems": 64000,
                   "description": "Instead of query_text: a vector of the model that filled the column."},
  "query_text": {"type": "string", "maxLength": 20000, "description": "What to search for, in words."},
  "table_name": {"type": "string", "minLength": 1, "maxLength": 256, "description": "Table with the vectors, such as documents or public.documents."},
  "vector_column": {"type": "string", "minLength": 1, "maxLength": 128, "description": "Column with the vectors."},
  "limit": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000, "default": 10, "description": "Rows at most."},
  "metric": {"enum": ["cosine", "l2", "inner_product", "l1", "hamming", "jaccard", "", null],
             "description": "Leave out to measure as the column's index does."},
  "filters": {"type": ["object", "null"], "maxProperties": 20, "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
              "description": "Leave out to search all rows. Name of a column to the value it must have."}
})";

constexpr const char* kParams = R"({
  "embedding_model": {"type": "string", "minLength": 1, "maxLength": 256,
    "description": "Model of the server that embeds query_text: the one that filled the column. Left out: the first that makes embeddings."},
  "optional_arguments": {"type": "array", "items": {"enum": ["filters", "metric"]}, "uniqueItems": true, "default": [],
    "description": "Arguments that the model is shown beside the usual ones."}
})";

/// Shown only where the caller opens them: a small model fills in whatever it is shown.
constexpr std::array<std::string_view, 2> kOptional = {"filters", "metric"};

Value all_arguments() {
  const Value attachment = Value::parse(kAttachmentSchema).value();
  return collet::json::merge(Value::parse(kArguments).value(), collet::json::object({{"db_attachment", attachment}}));
}

/// Not closed: what is not shown is taken all the same, and read_vector_args() knows all names.
std::string schema_of(const Value& properties) {
  return collet::json::object({{"type", "object"}, {"required", collet::json::array({"table_name", "vector_column"})}, {"properties", properties}}).dump();
}

bool is_opened(const Value& tool_params, std::string_view name) {
  const Value opened = tool_params["optional_arguments"];
  for (std::size_t i = 0; i < opened.size(); ++i) {
    if (opened.at(i) == Value(name)) return true;
  }
  return tool_params.has(name);  // pinned: the schema has to know it
}

}  // namespace

ToolSpec vector_tool() {
  ToolSpec spec = common_tool();
  spec.name = "pg_vector_query";
  spec.title = "Search a Postgres database by vector";
  spec.description = kDescription;
  spec.input_schema = schema_of(all_arguments());
  spec.examples = {{"Find documents about sailing", "search for sailing", R"({"query_text": "sailing", "table_name": "notes", "vector_column": "embedding"})",
                    " id |       title       | distance \n----+-------------------+----------\n  7 | Knots and anchors |     0.31\n  2 | Reefing a sail    |     0.44\n(2 rows)\n",
                    "The most similar documents are \"Knots and anchors\" (distance 0.31) and \"Reefing a sail\" (0.44)."}};
  const Value common = Value::parse(kFormatSchema).value();
  const Value properties = collet::json::merge(common["properties"], Value::parse(kParams).value());
  spec.config_schema = collet::json::merge(common, collet::json::object({{"properties", properties}})).dump();
  return spec;
}

std::string vector_schema(const Value& tool_params) {
  Value properties = all_arguments();
  for (const auto name : kOptional) {
    if (!is_opened(tool_params, name)) properties = collet::json::without(properties, name);
  }
  return schema_of(properties);
}

}  // namespace postgres
