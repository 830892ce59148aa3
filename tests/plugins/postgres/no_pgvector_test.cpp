// pg_vector_query where there is no pgvector.
#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

class NoPgvector : public Database {};

TEST_F(NoPgvector, IsSaid) {
  EXPECT_EQ(host_->call("pg_vector_query", R"({"table_name": "users", "vector_column": "v", "query_vector": [1]})", options()).text(),
            "error: this database has no pgvector; an administrator runs CREATE EXTENSION vector in it, on the primary");
}

}  // namespace
}  // namespace collet::test
