// pg_vector_query against a real pgvector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"
#include "plugins/postgres/pglite.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kTables = R"(
CREATE EXTENSION vector;
CREATE TABLE documents (id int, title text, lang text, public boolean, embedding vector(3), other vector(2));
INSERT INTO documents VALUES (1, 'ones', 'en', true, '[1,1,1]', '[0,0]'), (2, 'x', 'en', false, '[1,0,0]', NULL), (3, 'far', 'de', true, '[3,4,0]', NULL),
  (4, 'none', NULL, true, NULL, NULL);
CREATE TABLE by_l2 (id int, v vector(2)); CREATE INDEX ON by_l2 USING hnsw (v vector_l2_ops);
CREATE TABLE by_ip (id int, v vector(2)); CREATE INDEX ON by_ip USING ivfflat (v vector_ip_ops) WITH (lists = 2);
CREATE TABLE by_l1 (id int, v vector(2)); CREATE INDEX ON by_l1 USING hnsw (v vector_l1_ops);
INSERT INTO by_l2 VALUES (1, '[3,4]'), (2, '[1,0]'); INSERT INTO by_ip SELECT * FROM by_l2; INSERT INTO by_l1 SELECT * FROM by_l2;
CREATE TABLE halves (id int, v halfvec(2)); INSERT INTO halves VALUES (1, '[3,4]'), (2, '[1,0]'); CREATE INDEX ON halves USING hnsw (v halfvec_l2_ops);
CREATE TABLE sparse (id int, v sparsevec(5)); INSERT INTO sparse VALUES (1, '{1:3,2:4}/5'), (2, '{5:1}/5');
CREATE TABLE bits (id int, v bit(4)); INSERT INTO bits VALUES (1, '1111'), (2, '1000'); CREATE INDEX ON bits USING hnsw (v bit_jaccard_ops);
CREATE TABLE plain_bits (id int, v bit(4)); INSERT INTO plain_bits SELECT * FROM bits;
CREATE TABLE unsized (id int, v vector); INSERT INTO unsized VALUES (1, '[1,2]');
CREATE TABLE taken (distance text, v vector(2)); INSERT INTO taken VALUES ('mine', '[1,1]');
CREATE TABLE plain (id int, name text);
CREATE SCHEMA "Odd Schema"; CREATE TABLE "Odd Schema"."Ta""ble; --" ("Co""l; --" vector(2), "na'me" text); INSERT INTO "Odd Schema"."Ta""ble; --" VALUES ('[1,1]', 'here');
CREATE TABLE many (id int, part int, v vector(2)); INSERT INTO many SELECT n, n % 100, ARRAY[n, 1]::vector FROM generate_series(1, 1500) n;
CREATE INDEX ON many USING hnsw (v vector_l2_ops); ANALYZE;
)";

class Vector : public ::testing::Test {
 protected:
  Vector() {
    static PgLite server(kTables);
    testing::FakeHost::Options options;
    options.config = R"({"require_follower": false, "allow_unsafe_roles": true, "connections_max": 1})";
    host_ = testing::FakeHost::load(COLLET_POSTGRES, options);
    host_->config_vars["DATABASE_URL"] = server.url();
  }
  testing::FakeResult call(const std::string& arguments, const std::string& tool_params = "{}", const char* tool = "pg_vector_query") {
    testing::FakeCallOptions options;
    options.app = "shop";
    options.tool_params = tool_params;
    options.timeout_ms = 20'000;
    return host_->call(tool, arguments, options);
  }
  /// @param more further members, each with a comma in front.
  std::string search(const std::string& table, const std::string& column, const std::string& vector, const std::string& more = "") {
    return call(R"({"table_name": )" + json::quote(table) + R"(, "vector_column": )" + json::quote(column) + R"(, "query_vector": )" + vector + more + "}").text();
  }
  std::string sql(const std::string& query) { return call(R"({"query": )" + json::quote(query) + "}", "{}", "pg_psql").text(); }

  std::unique_ptr<testing::FakeHost> host_;
};

TEST_F(Vector, EmbedsATextWhereTheModelFits) {
  std::string model;
  host_->on_embed = [&](const EmbedRequest& request) -> Result<Embeddings> {
    model = request.model;
    if (request.texts.front() == "fails") return Error{Errc::unavailable, "the model sleeps"};
    return Embeddings{"small", {request.texts.front() == "wide" ? std::vector<float>(7, 0.5f) : std::vector<float>{3, 4, 0}}};
  };
  const auto ask = [&](const std::string& text, const std::string& tool_params = "{}") {
    return call(R"({"table_name": "documents", "vector_column": "embedding", "limit": 1, "query_text": ")" + text + R"("})", tool_params).text();
  };
  EXPECT_THAT(ask("something far"), HasSubstr(" far "));
  EXPECT_EQ(model, "");
  ask("something far", R"({"embedding_model": "large"})");
  EXPECT_EQ(model, "large");
  EXPECT_EQ(ask("wide"), "error: /query_text: model small makes vectors of 7 dimensions, but column embedding of public.documents was filled by a model that makes 3; "
                         "the caller can name that one in tool_params.embedding_model, or give its query_vector");
  EXPECT_THAT(ask("fails"), HasSubstr("error: /query_text: cannot be embedded: the model sleeps; give query_vector"));
  host_->on_embed = nullptr;
  EXPECT_THAT(ask("x"), HasSubstr("/query_text: cannot be embedded: this server embeds nothing for plugins"));
}

TEST_F(Vector, WantsATextOrAVector) {
  EXPECT_EQ(call(R"({"table_name": "documents", "vector_column": "embedding"})").text(), "error: /query_text: required: the words to search for, or else a query_vector");
  EXPECT_EQ(search("documents", "embedding", "[1,2,3]", R"(, "query_text": "x")"), "error: /query_vector: leave it out: query_text is given, and is turned into a vector for you");
}

TEST_F(Vector, TakesEmptyValuesOfOptionalArgumentsAsAbsent) {
  const std::string rows = search("documents", "embedding", "[1, 0, 0]");
  EXPECT_THAT(rows, HasSubstr("(3 rows)"));
  for (const char* const more : {R"(, "filters": {}, "metric": "", "query_text": "")", R"(, "filters": null, "metric": null, "limit": null, "query_text": null)",
                                 R"(, "filters": [], "metric": " ", "query_text": " ", "db_attachment": "")"}) {
    EXPECT_EQ(search("documents", "embedding", "[1, 0, 0]", more), rows) << more;
  }
}

TEST_F(Vector, SaysWhatToLeaveOut) {
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "where": "lang = 'en'")"), HasSubstr("error: /where: leave it out, there is no such argument; expected some of query_text, "));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": "lang = 'en'")"), HasSubstr(R"(/filters: leave it out, or give an object such as {"language": "en"}; got "lang = 'en'")"));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"id": {"gt": 1}})"), HasSubstr(R"(/filters: id has to equal one value, a string, a number, true, false or null; got {"gt":1})"));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "metric": "euclid")"), HasSubstr("/metric: euclid is no metric; leave metric out, or give cosine, "));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "metric": 1)"), HasSubstr("/metric: leave it out, or give a metric's name; got 1"));
}

TEST_F(Vector, ShowsFewArgumentsUnlessMoreAreOpened) {
  const auto shown = [&](const std::string& tool_params) {
    const auto spec = host_->specialize("pg_vector_query", tool_params);
    EXPECT_TRUE(spec.ok());
    std::string names;
    const Value properties = Value::parse(spec->input_schema).value()["properties"];
    for (std::size_t i = 0; i < properties.size(); ++i) names += std::string(properties.key_at(i)) + " ";
    return names;
  };
  EXPECT_EQ(shown("{}"), "query_vector query_text table_name vector_column limit db_attachment ");
  EXPECT_EQ(shown(R"({"optional_arguments": ["filters"]})"), "query_vector query_text table_name vector_column limit filters db_attachment ");
  EXPECT_THAT(shown(R"({"metric": "l2"})"), HasSubstr(" metric ")) << "a pinned argument has to be known";
  const auto hinted = host_->specialize("pg_psql", "{}", "Of the shop.");
  EXPECT_THAT(hinted->description, HasSubstr("\nOf the shop."));
}

TEST_F(Vector, FindsTheNearestRowsWithoutTheirVectors) {
  EXPECT_EQ(search("documents", "embedding", "[1, 0, 0]", R"(, "limit": 2)"),
            " id | title | lang | public | distance \n"
            "----+-------+------+--------+----------\n"
            "  2 | x     | en   | f      |        0\n"
            "  3 | far   | de   | t      |      0.4\n"
            "(2 rows)\n");
  EXPECT_THAT(call(R"({"table_name": "documents", "vector_column": "other", "query_vector": [0, 1]})", R"({"format": "json"})").text(),
              HasSubstr(R"({"columns":["id","title","lang","public","distance"],"rows":[[1,"ones","en",true,)"));
}

struct MetricCase {
  const char *table, *vector, *metric, *row;
};
class Metrics : public Vector, public ::testing::WithParamInterface<MetricCase> {};

TEST_P(Metrics, MeasureAsPgvectorDoes) {
  const auto& one = GetParam();
  const std::string metric = *one.metric ? R"(, "metric": ")" + std::string(one.metric) + "\"" : "";
  EXPECT_THAT(search(one.table, "v", one.vector, metric + R"(, "limit": 1)"), HasSubstr(one.row));
}

INSTANTIATE_TEST_SUITE_P(All, Metrics, ::testing::Values(
    MetricCase{"by_l2", "[3, 4]", "", " 1 |        0\n"}, MetricCase{"by_l2", "[0, 0]", "", " 2 |        1\n"},
    MetricCase{"by_l2", "[6, 8]", "cosine", " 1 |        0\n"}, MetricCase{"by_l2", "[1, 1]", "inner_product", " 1 |       -7\n"},
    MetricCase{"by_l2", "[0, 1]", "l1", " 2 |        2\n"}, MetricCase{"by_ip", "[1, 1]", "", " 1 |       -7\n"},
    MetricCase{"by_l1", "[0, 1]", "", " 2 |        2\n"}, MetricCase{"halves", "[0, 0]", "", " 2 |        1\n"},
    MetricCase{"halves", "[3, 4]", "cosine", " 1 |        0\n"}, MetricCase{"halves", "[1, 1]", "inner_product", " 1 |       -7\n"},
    MetricCase{"halves", "[0, 1]", "l1", " 2 |        2\n"}, MetricCase{"sparse", "[3, 4, 0, 0, 0]", "l2", " 1 |        0\n"},
    MetricCase{"sparse", "[0, 0, 0, 0, 1]", "", " 2 |        0\n"}, MetricCase{"sparse", "[1, 1, 0, 0, 0]", "inner_product", " 1 |       -7\n"},
    MetricCase{"sparse", "[0, 0, 0, 0, 3]", "l1", " 2 |        2\n"}, MetricCase{"bits", "[1, 1, 1, 0]", "", " 1 |     0.25\n"},
    MetricCase{"bits", "[1, 0, 1, 0]", "hamming", " 2 |        1\n"}, MetricCase{"plain_bits", "[0, 1, 1, 1]", "", " 1 |        1\n"},
    MetricCase{"plain_bits", "[0, 1, 1, 1]", "jaccard", " 1 |     0.25\n"}, MetricCase{"unsized", "[1, 2]", "l2", " 1 |        0\n"}));

TEST_F(Vector, NamesBothNumbersOfDimensions) {
  EXPECT_EQ(search("documents", "embedding", "[1, 2]"),
            "error: /query_vector: has 2 dimensions, but column embedding of public.documents has 3; use the embedding model that filled the table");
  EXPECT_THAT(search("bits", "v", "[1]"), HasSubstr("has 1 dimensions, but column v of public.bits has 4"));
  EXPECT_THAT(search("sparse", "v", "[1]"), HasSubstr("has 1 dimensions, but column v of public.sparse has 5"));
  EXPECT_THAT(search("unsized", "v", "[1]"), HasSubstr("ERROR:  different vector dimensions 2 and 1"));
}

TEST_F(Vector, SaysWhatThereIsInstead) {
  EXPECT_THAT(search("nope", "v", "[1]"), HasSubstr("error: /table_name: no table \"nope\"; tables with a vector column: "));
  EXPECT_THAT(search("documents", "nope", "[1]"), HasSubstr("/vector_column: table public.documents has no vector column \"nope\" (vector, halfvec, sparsevec or bit); expected one of embedding, other"));
  EXPECT_THAT(search("documents", "title", "[1]"), HasSubstr("has no vector column \"title\""));
  EXPECT_THAT(search("plain", "v", "[1]"), HasSubstr("it has none at all"));
  EXPECT_THAT(search("bits", "v", "[1, 0, 1, 0]", R"(, "metric": "l2")"), HasSubstr("/metric: l2 does not compare values of type bit; leave metric out, or give hamming or jaccard"));
  EXPECT_THAT(search("by_l2", "v", "[1, 0]", R"(, "metric": "jaccard")"), HasSubstr("leave metric out, or give cosine, l2, inner_product or l1"));
  EXPECT_THAT(search("bits", "v", "[1, 0, 2, 0]"), HasSubstr("/query_vector/2: expected 0 or 1, since the column is of type bit, got 2"));
  EXPECT_THAT(search("by_l2", "v", R"([1, "2"])"), HasSubstr("/query_vector/1: expected a number, got \"2\""));
  EXPECT_THAT(search("by_l2", "v", "[]"), HasSubstr("/query_text: required"));
  EXPECT_THAT(search("by_l2", "v", "\"near\""), HasSubstr("/query_vector: expected an array of numbers, got \"near\""));
  EXPECT_THAT(search("by_l2", "v", "[1, 1e300]"), HasSubstr("ERROR:  "));
  EXPECT_THAT(search("by_l2", "v", "[1, 1]", R"(, "limit": 0)"), HasSubstr("/limit: expected a whole number from 1 to 1000, got 0"));
  EXPECT_THAT(search("by_l2", "v", "[1, 1]", R"(, "limit": 1001)"), HasSubstr("got 1001"));
}

TEST_F(Vector, FiltersByEquality) {
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"lang": "en", "public": true})"), AllOf(HasSubstr("ones"), HasSubstr("(1 row)")));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"id": 3})"), AllOf(HasSubstr("far"), HasSubstr("(1 row)")));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"lang": null})"), HasSubstr("(0 rows)\nNo row fits filters. Leave filters out"));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"nope": 1})"), HasSubstr("/filters/nope: public.documents has no such column. Leave filters out to search all rows; the columns that can be filtered by are id, title, lang, public"));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"embedding": "x"})"), HasSubstr("no such column"));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"id": "x"})"), HasSubstr("ERROR:  invalid input syntax for type integer"));
  // The index alone would look at the first hundred rows, of which one is in this part.
  EXPECT_THAT(search("many", "v", "[0, 1]", R"(, "limit": 10, "filters": {"part": 7})"), HasSubstr("(10 rows)"));
}

TEST_F(Vector, GivesAsManyRowsAsAreAskedFor) {
  EXPECT_THAT(search("many", "v", "[0, 1]"), HasSubstr("(10 rows)"));
  EXPECT_THAT(search("many", "v", "[0, 1]", R"(, "limit": 1000)"), HasSubstr("(1000 rows)"));
}

TEST_F(Vector, FindsNamesThatNeedQuotes) {
  EXPECT_THAT(search("Odd Schema.Ta\"\"ble; --", "x", "[1, 1]"), HasSubstr("no table"));
  EXPECT_THAT(search("\"Odd Schema\".\"Ta\"\"ble; --\"", "Co\"l; --", "[1, 1]", R"(, "filters": {"na'me": "here"})"), AllOf(HasSubstr(" here  | "), HasSubstr("(1 row)")));
  EXPECT_THAT(search("PUBLIC.Documents", "EMBEDDING", "[1, 0, 0]"), HasSubstr("(3 rows)")) << "folded as SQL does";
  EXPECT_THAT(search("taken", "v", "[1, 1]"), HasSubstr("vector_distance"));
}

TEST_F(Vector, TakesNoSqlInAnyField) {
  const std::string before = sql("SELECT count(*), (SELECT count(*) FROM pg_class) FROM documents");
  for (const std::string text : {"x\"; DROP TABLE documents; --", "documents; DROP TABLE documents", "documents WHERE false; DELETE FROM documents --", "documents\" CROSS JOIN plain --",
                                 "(SELECT 1)", "$1", "'; COMMIT; DROP TABLE documents; --", "\\", "documents--", "documents/*", "pg_catalog.pg_authid"}) {
    EXPECT_THAT(search(text, "embedding", "[1, 0, 0]"), HasSubstr("error: /")) << text;
    EXPECT_THAT(search("documents", text, "[1, 0, 0]"), HasSubstr("error: /vector_column: ")) << text;
    EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {)" + json::quote(text) + ": 1}"), HasSubstr("error: /filters/")) << text;
    EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"title": )" + json::quote(text) + "}"), HasSubstr("(0 rows)")) << text;
    EXPECT_THAT(search("documents", "embedding", "[1, 0, " + json::quote(text) + "]"), HasSubstr("/query_vector/2: expected a number")) << text;
  }
  EXPECT_THAT(search(std::string("documents\0x", 11), "embedding", "[1]"), HasSubstr("/table_name: holds a NUL character"));
  EXPECT_THAT(search("documents", std::string("a\0x", 3), "[1]"), HasSubstr("/vector_column: holds a NUL character"));
  EXPECT_THAT(search("documents", "embedding", "[1, 0, 0]", R"(, "filters": {"title": "a\u0000b"})"), HasSubstr("/filters: title holds a NUL"));
  EXPECT_EQ(sql("SELECT count(*), (SELECT count(*) FROM pg_class) FROM documents"), before);
}

TEST_F(Vector, LeavesNoSettingBehind) {
  search("many", "v", "[0, 1]", R"(, "limit": 1000)");
  EXPECT_THAT(sql("SELECT current_setting('hnsw.ef_search') AS s"), HasSubstr("\n 40\n"));
}

}  // namespace
}  // namespace collet::test
