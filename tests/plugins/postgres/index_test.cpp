// Vector searches use the column's index: every kind of index, type and metric of pgvector.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collet/testing/fake_host.hpp"
#include "plugins/postgres/cluster.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char *method, *type, *metric, *operators;
};

std::string name_of(const Case& one) { return std::string(one.method) + "_" + one.type + "_" + one.metric; }

constexpr const char* kHnsw = "hnsw";
constexpr const char* kIvfflat = "ivfflat";
constexpr Case kCases[] = {
    {kHnsw, "vector", "l2", "vector_l2_ops"},           {kHnsw, "vector", "cosine", "vector_cosine_ops"},
    {kHnsw, "vector", "inner_product", "vector_ip_ops"}, {kHnsw, "vector", "l1", "vector_l1_ops"},
    {kHnsw, "halfvec", "l2", "halfvec_l2_ops"},         {kHnsw, "halfvec", "cosine", "halfvec_cosine_ops"},
    {kHnsw, "halfvec", "inner_product", "halfvec_ip_ops"}, {kHnsw, "halfvec", "l1", "halfvec_l1_ops"},
    {kHnsw, "sparsevec", "l2", "sparsevec_l2_ops"},     {kHnsw, "sparsevec", "cosine", "sparsevec_cosine_ops"},
    {kHnsw, "sparsevec", "inner_product", "sparsevec_ip_ops"}, {kHnsw, "sparsevec", "l1", "sparsevec_l1_ops"},
    {kHnsw, "bit", "hamming", "bit_hamming_ops"},       {kHnsw, "bit", "jaccard", "bit_jaccard_ops"},
    {kIvfflat, "vector", "l2", "vector_l2_ops"},        {kIvfflat, "vector", "cosine", "vector_cosine_ops"},
    {kIvfflat, "vector", "inner_product", "vector_ip_ops"}, {kIvfflat, "halfvec", "l2", "halfvec_l2_ops"},
    {kIvfflat, "halfvec", "cosine", "halfvec_cosine_ops"}, {kIvfflat, "halfvec", "inner_product", "halfvec_ip_ops"},
    {kIvfflat, "bit", "hamming", "bit_hamming_ops"},
};

/// Vectors (n, 1, 0, 0), bits 0000 to 1111.
std::string value_of(const std::string& type) {
  if (type == "bit") return "(n % 16)::bit(4)";
  if (type == "sparsevec") return "format('{1:%s,2:1}/4', n)::sparsevec";
  return "format('[%s,1,0,0]', n)::" + type;
}

/// A server that takes an index wherever one fits: what is asked here is whether it fits.
PgServer& server() {
  static const auto shared = [] {
    auto made = PgServer::primary_with_pgvector({"enable_seqscan=off"});
    made->sql("CREATE EXTENSION vector; CREATE ROLE reader LOGIN; CREATE ROLE natural LOGIN; ALTER ROLE natural SET enable_seqscan = on;"
              "CREATE TABLE large (id int, v vector(16)); INSERT INTO large SELECT n, array_fill(n % 997, '{16}')::vector FROM generate_series(1, 8000) n;"
              "CREATE INDEX large_index ON large USING hnsw (v vector_l2_ops) WITH (m = 4, ef_construction = 16); ANALYZE large");
    for (const Case& one : kCases) {
      const std::string name = name_of(one), type = one.type;
      made->sql("CREATE TABLE " + name + " (id int, v " + type + "(4)); INSERT INTO " + name + " SELECT n, " + value_of(type) +
                " FROM generate_series(1, 300) n; CREATE INDEX " + name + "_index ON " + name + " USING " + one.method + " (v " + one.operators + ")");
    }
    made->sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader, natural");
    return made;
  }();
  return *shared;
}

class Index : public ::testing::TestWithParam<Case> {
 protected:
  explicit Index(const std::string& role = "reader") {
    testing::FakeHost::Options options;
    options.config = R"({"require_follower": false, "connections_max": 1})";
    host_ = testing::FakeHost::load(COLLET_POSTGRES, options);
    host_->config_vars["DATABASE_URL"] = server().url(role);
  }
  testing::FakeResult call(const char* tool, const std::string& arguments) {
    testing::FakeCallOptions options;
    options.app = "shop";
    options.timeout_ms = 20'000;
    return host_->call(tool, arguments, options);
  }
  std::string search(const std::string& table, const std::string& vector, const std::string& metric) {
    return call("pg_vector_query", R"({"table_name": ")" + table + R"(", "vector_column": "v", "query_vector": )" + vector + R"(, "limit": 3, "metric": ")" + metric + "\"}").text();
  }
  /// Scans of the table's index so far, by the session of the pool too.
  int scans(const std::string& table) {
    // The session would tell them in a second or later.
    EXPECT_THAT(call("pg_psql", R"_({"query": "SELECT pg_stat_force_next_flush()"})_").text(), HasSubstr("(1 row)"));
    return std::stoi(server().sql("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = '" + table + "_index'"));
  }

  std::unique_ptr<testing::FakeHost> host_;
};

TEST_P(Index, IsUsed) {
  const Case& one = GetParam();
  const std::string table = name_of(one), vector = std::string(one.type) == "bit" ? "[1,0,0,1]" : "[7,1,0,0]";
  const int before = scans(table);
  EXPECT_THAT(search(table, vector, one.metric), HasSubstr("(3 rows)"));
  EXPECT_EQ(scans(table), before + 1);
  EXPECT_THAT(search(table, vector, ""), HasSubstr("(3 rows)"));
  EXPECT_EQ(scans(table), before + 2) << "a metric that is left out is the index's";
}

INSTANTIATE_TEST_SUITE_P(OfPgvector, Index, ::testing::ValuesIn(kCases), [](const auto& info) { return name_of(info.param); });

TEST_F(Index, IsNotUsedForAnotherMetric) {
  const int before = scans("hnsw_vector_l2");
  EXPECT_THAT(search("hnsw_vector_l2", "[7,1,0,0]", "cosine"), HasSubstr("(3 rows)"));
  EXPECT_EQ(scans("hnsw_vector_l2"), before);
}

struct NaturalIndex : Index {
  NaturalIndex() : Index("natural") {}
};

TEST_F(NaturalIndex, IsChosenByThePlannerForALargeTable) {
  const int before = scans("large");
  EXPECT_THAT(search("large", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", ""), HasSubstr("(3 rows)"));
  EXPECT_EQ(scans("large"), before + 1);
}

}  // namespace
}  // namespace collet::test
