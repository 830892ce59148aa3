// pg_psql against a real primary and its follower.
#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Psql : public Database {};

TEST_F(Psql, PrintsWhatPsqlPrints) {
  for (const std::string query :
       {"SELECT * FROM users ORDER BY id", "SELECT id, total, paid FROM orders ORDER BY id;", "SELECT 1 WHERE false", "SELECT", "TABLE rich",
        "VALUES (1, 'a'), (22, NULL)", "SELECT 'tab\tbed' AS \"a b\", E'x\\ry' AS \"Zwölf\", '日本' AS wide, 1 AS \"two\nlines\"",
        "SELECT 'left\nright' AS a, 'x' AS b, 12345 AS n", "SELECT NULL AS n, '' AS e, 1.50::numeric AS x, now() IS NULL AS f",
        "SHOW server_encoding", "EXPLAIN (COSTS OFF) SELECT * FROM users", "WITH a AS (SELECT 1 AS x) SELECT * FROM a -- the end"}) {
    // psql leaves an empty line behind each result.
    EXPECT_EQ(answer(query) + "\n", psql(*servers_.follower, "reader", {"-c", query})) << query;
  }
}

TEST_F(Psql, ShowsErrorsAsPsqlDoes) {
  for (const std::string query :
       {"SELECT nme FROM users", "SELECT * FROM user_", "SELECT id,\n  nme\nFROM users", "SELECT 1 +", "SELECT 1/0", "SELECT 'é', nme FROM users",
        "SELECT 'a'::int", "EXPLAIN SELECT nope", "SHOW nope", "SELECT date '2020-13-45'", "SELECT id FROM users GROUP BY name"}) {
    const auto result = this->query(query);
    EXPECT_TRUE(result.ok && result.end.is_error) << query << result.text();
    std::string text = result.text();
    std::string wanted = psql(*servers_.follower, "reader", {"-c", query});
    EXPECT_EQ(text, wanted) << query;
  }
}

}  // namespace
}  // namespace collet::test
