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

TEST_F(Psql, KnowsBackslashCommands) {
  for (const std::string command : {"\\dt", "\\dv", "\\di", "\\dn", "\\ds", "\\d", "\\dt public.*", "\\dt or*", "\\df", "\\df add*", "\\d orders", "\\d users",
                                    "\\d rich", "\\d public.users", "\\dt nothing_*", "\\dt us?rs"}) {
    std::string wanted = psql(*servers_.follower, "reader", {"-c", command});
    std::string got = answer(command);
    if (wanted.ends_with("\n\n")) got += "\n";
    EXPECT_EQ(got, wanted) << command;
  }
  EXPECT_THAT(answer("\\l"), HasSubstr("postgres  | root_role | UTF8"));
  EXPECT_EQ(answer("\\dt+ ;"), answer("\\dt"));
  EXPECT_THAT(answer("\\! touch /tmp/x"), HasSubstr("error: /query: unknown command \\!; expected \\d"));
  EXPECT_THAT(answer("\\copy users to x"), HasSubstr("unknown command \\copy"));
  EXPECT_THAT(answer("\\x"), HasSubstr("write the query behind it"));
  EXPECT_THAT(answer("\\d '; DROP TABLE users"), HasSubstr("Did not find any relation named"));
}

TEST_F(Psql, ExpandsRowsWithBackslashX) {
  for (const std::string query : {"SELECT * FROM users ORDER BY id", "SELECT 1 AS a", "SELECT 'long enough to pass it' AS a", "SELECT 1 WHERE false",
                                  "SELECT 1 AS a_column_with_a_long_name, 'x' AS b"}) {
    const std::string wanted = psql(*servers_.follower, "reader", {"-x", "-c", query});
    EXPECT_EQ(answer("\\x " + query) + "\n", wanted) << query;
  }
}

TEST_F(Psql, AnswersJsonAndCsvWhenAsked) {
  const std::string query = "SELECT 1 AS n, 2.50 AS x, 'NaN'::float8 AS nan, true AS b, NULL AS z, '' AS e, 'a\"b,c\n' AS t, '{\"k\": [1]}'::jsonb AS j";
  EXPECT_EQ(answer(query, "F_READER", R"({"format": "json"})"),
            R"({"columns":["n","x","nan","b","z","e","t","j"],"rows":[[1,2.50,"NaN",true,null,"","a\"b,c\n",{"k": [1]}]],"row_count":1,"more_rows":0})");
  EXPECT_EQ(answer(query, "F_READER", R"({"format": "csv"})"), "n,x,nan,b,z,e,t,j\n1,2.50,NaN,t,,\"\",\"a\"\"b,c\n\",\"{\"\"k\"\": [1]}\"\n");
}

TEST_F(Psql, CapsRowsCellsAndBytes) {
  reload(R"({"rows_max": 3, "cell_bytes_max": 16, "rows_counted_max": 50})");
  EXPECT_EQ(answer("SELECT * FROM generate_series(1, 10) AS n"), " n \n---\n 1\n 2\n 3\n(3 rows)\n[7 more rows]\n");
  EXPECT_EQ(answer("SELECT * FROM generate_series(1, 4) AS n"), " n \n---\n 1\n 2\n 3\n(3 rows)\n[1 more row]\n");
  EXPECT_EQ(answer("SELECT * FROM generate_series(1, 3) AS n"), " n \n---\n 1\n 2\n 3\n(3 rows)\n");
  EXPECT_THAT(answer("SELECT generate_series(1, 1000000000) AS n"), HasSubstr("[at least 50 more rows]\n"));
  EXPECT_THAT(answer("SELECT repeat('é', 20) AS t"), HasSubstr(" éééééééé...[24 more bytes]\n"));
  EXPECT_THAT(answer("SELECT 10/(4 - n) FROM generate_series(1, 5) AS n"), HasSubstr("ERROR:  division by zero"));
  EXPECT_THAT(answer("SELECT n FROM generate_series(1, 10) AS n", "F_READER", R"({"format": "json"})"), HasSubstr(R"("row_count":3,"more_rows":7})"));
  EXPECT_THAT(answer("EXPLAIN SELECT * FROM users JOIN orders ON users.id = user_id ORDER BY total"), HasSubstr("more rows]\n"));
  reload(R"({"result_bytes_max": 256, "cell_bytes_max": 100})");
  EXPECT_THAT(answer("SELECT repeat('x', 100) FROM generate_series(1, 9)"), HasSubstr("(2 rows)\n[7 more rows]\n"));
  reload(R"({"result_bytes_max": 256, "cell_bytes_max": 1000})");
  EXPECT_THAT(answer("SELECT repeat('x', 900)"), HasSubstr("(1 row)\n")) << "one row is always shown";
}

TEST_F(Psql, SaysWhatIsWrongWithAQuery) {
  EXPECT_THAT(answer("SELECT 1; SELECT 2"), HasSubstr("The query holds several statements; send one statement for each call.\n"));
  EXPECT_THAT(answer("INSERT INTO users VALUES (1)"), HasSubstr("error: /query: begins with INSERT; this tool only reads: expected one SELECT"));
  EXPECT_THAT(answer(" -- nothing\n"), HasSubstr("/query: is empty"));
  EXPECT_EQ(answer("show  tables;"), "error: /query: SHOW TABLES is not PostgreSQL's; expected SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  EXPECT_THAT(answer("SHOW COLUMNS FROM users"), HasSubstr("SHOW COLUMNS is not PostgreSQL's; expected SELECT column_name, "));
  EXPECT_THAT(answer("DESCRIBE users"), HasSubstr("DESCRIBE is not PostgreSQL's; expected SELECT column_name, "));
  EXPECT_THAT(answer("SHOW tables_of_mine"), HasSubstr("ERROR:  unrecognized configuration parameter \"tables_of_mine\""));
  EXPECT_THAT(answer("WITH w AS (DELETE FROM orders RETURNING *) SELECT * FROM w"), HasSubstr("data-modifying"));
}

TEST_F(Psql, FindsTheDatabaseByItsConfigVar) {
  EXPECT_THAT(answer("SELECT current_user", "F_READER_URL"), HasSubstr("reader"));
  EXPECT_THAT(host_->call("pg_psql", R"({"query": "SELECT current_user"})", options()).text(), HasSubstr("reader"));
  EXPECT_THAT(answer("SELECT 1", "NOPE"), HasSubstr("error: db_attachment: app shop has no config var \"NOPE\"; expected one of "));
  EXPECT_THAT(answer("SELECT 1", "NOPE"), AllOf(HasSubstr("DATABASE_URL"), Not(HasSubstr("COLOUR")), Not(HasSubstr("postgres://"))));
  EXPECT_THAT(answer("SELECT 1", "COLOUR"), HasSubstr("config var COLOUR does not begin with postgres://"));
  host_->config_vars["BAD_URL"] = "postgres://u:hunter2@[/x";
  EXPECT_THAT(answer("SELECT 1", "BAD"), AllOf(HasSubstr("BAD_URL is no valid address"), Not(HasSubstr("hunter2"))));
  host_->config_vars["GONE_URL"] = "postgres://reader:hunter2@/postgres?host=/nowhere";
  const auto gone = query("SELECT 1", "GONE");
  EXPECT_TRUE(gone.end.retryable);
  EXPECT_THAT(gone.text(), AllOf(HasSubstr("cannot connect to the database of GONE_URL"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(host_->call("pg_psql", R"({"query": "SELECT 1"})").text(), HasSubstr("runtime_params.target_app_name: required"));
}

TEST_F(Psql, RefusesWhatIsNotFitAndSaysWhatWouldBe) {
  EXPECT_THAT(answer("SELECT 1", "P_READER"), HasSubstr("error: P_READER_URL is a primary (SELECT pg_is_in_recovery() answers f)"));
  EXPECT_THAT(answer("SELECT 1", "F_SUPER"), HasSubstr("error: The role of F_SUPER_URL could do more than read, so it is not used: it is a superuser.\n"));
  EXPECT_THAT(answer("SELECT 1", "F_OWNER"), AllOf(HasSubstr("owns public.orders"), HasSubstr("may create objects in schema public"), HasSubstr("CREATE ROLE collet_reader LOGIN")));
  reload(R"({"require_follower": false, "allow_unsafe_roles": true})");
  EXPECT_THAT(answer("SELECT 1 AS one", "P_SUPER"), HasSubstr("(1 row)"));
  EXPECT_THAT(host_->log_lines(), ::testing::Contains(HasSubstr("the role could do more than read")));
}

/// Each right makes the role unfit by itself, and the message names it.
TEST_F(Psql, SeesEveryRightThatIsTooMuch) {
  struct Case { const char *grant, *revoke, *named; };
  auto& primary = *servers_.primary;
  primary.sql("CREATE ROLE writer; GRANT UPDATE ON users TO writer; CREATE ROLE boss SUPERUSER");
  for (const Case& one : {Case{"GRANT INSERT ON orders TO reader", "REVOKE INSERT ON orders FROM reader", "may write to public.orders"},
                          {"GRANT UPDATE (note) ON users TO reader", "REVOKE UPDATE (note) ON users FROM reader", "may write to public.users"},
                          {"GRANT DELETE ON users TO PUBLIC", "REVOKE DELETE ON users FROM PUBLIC", "may write to public.users"},
                          {"ALTER ROLE reader NOINHERIT; GRANT writer TO reader", "ALTER ROLE reader INHERIT; REVOKE writer FROM reader", "may write to public.users"},
                          {"GRANT boss TO reader", "REVOKE boss FROM reader", "is a member of the superuser boss"},
                          {"GRANT pg_execute_server_program TO reader", "REVOKE pg_execute_server_program FROM reader", "is a member of pg_execute_server_program"},
                          {"GRANT pg_read_server_files TO reader", "REVOKE pg_read_server_files FROM reader", "is a member of pg_read_server_files"},
                          {"GRANT pg_signal_backend TO reader", "REVOKE pg_signal_backend FROM reader", "is a member of pg_signal_backend"},
                          {"ALTER ROLE reader CREATEDB", "ALTER ROLE reader NOCREATEDB", "has CREATEDB"},
                          {"ALTER ROLE reader CREATEROLE", "ALTER ROLE reader NOCREATEROLE", "has CREATEROLE"},
                          {"ALTER ROLE reader REPLICATION", "ALTER ROLE reader NOREPLICATION", "has REPLICATION"},
                          {"GRANT CREATE ON SCHEMA public TO PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC", "may create objects in schema public"},
                          {"GRANT CREATE ON DATABASE postgres TO reader", "REVOKE CREATE ON DATABASE postgres FROM reader", "may create schemas in database postgres"},
                          {"GRANT EXECUTE ON FUNCTION pg_read_file(text) TO reader", "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM reader", "may execute pg_read_file(text)"}}) {
    reload("{}");  // no connection that was checked before
    primary.sql(one.grant);
    EXPECT_THAT(answer("SELECT 1"), HasSubstr(one.named)) << one.grant;
    primary.sql(one.revoke);
    EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)")) << one.revoke;
  }
  primary.sql("REVOKE ALL ON users FROM writer; DROP ROLE writer; DROP ROLE boss");
}

}  // namespace
}  // namespace collet::test
