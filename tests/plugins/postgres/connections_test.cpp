// Connections: kept, limited, cancelled, and found again after a restart.
#include <thread>

#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;

class Connections : public Database {
 protected:
  std::string reader_pids() const {
    return servers_.follower->sql("SELECT pid FROM pg_stat_activity WHERE usename = 'reader' ORDER BY pid");
  }
  /// Until a session of the reader is in this state; the server is asked again and again.
  void await_active(const std::string& count) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    const std::string query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active' AND query LIKE 'FETCH%'";
    while (servers_.follower->sql(query) != count + "\n") {
      if (std::chrono::steady_clock::now() > end) FAIL() << "not " << count << " active sessions of reader";
      std::this_thread::yield();
    }
  }
  std::shared_ptr<testing::FakeCall> start(const std::string& sql, std::int64_t timeout_ms = 20'000) {
    return host_->start("pg_psql", json::object({{"query", sql}}).dump(), options("{}", timeout_ms));
  }
};

TEST_F(Connections, AreKeptForTheNextCall) {
  const std::string first = answer("SELECT pg_backend_pid()");
  EXPECT_EQ(answer("SELECT pg_backend_pid()"), first);
  EXPECT_EQ(answer("SELECT pg_backend_pid(), 1/0"), answer("SELECT pg_backend_pid(), 1/0"));
  EXPECT_EQ(answer("SELECT pg_backend_pid()"), first) << "a failed statement does not cost the connection";
}

TEST_F(Connections, AreReplacedWhenIdleForTooLong) {
  reload(R"({"connections_idle_ms": 0})");
  const std::string first = answer("SELECT pg_backend_pid()");
  EXPECT_NE(answer("SELECT pg_backend_pid()"), first);
}

TEST_F(Connections, SurviveARestartOfTheDatabase) {
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)"));
  servers_.follower->restart();
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)")) << "the next call works";
  servers_.follower->stop();
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("error: cannot connect to the database of F_READER_URL"));
  servers_.follower->start();
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)"));
}

TEST_F(Connections, SurviveBeingEndedByTheServer) {
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)"));
  servers_.follower->sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'reader'");
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)"));
  const auto running = start("SELECT pg_sleep(60)");
  await_active("1");
  servers_.follower->sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'reader'");
  EXPECT_THAT(running->wait().text(), HasSubstr("terminating connection due to administrator command"));
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)"));
}

TEST_F(Connections, EndAStatementAtItsTime) {
  reload(R"({"statement_timeout_ms": 300})");
  // The server's own timeout would be another way; ours has to work without it.
  const auto slow = query("SELECT set_config('statement_timeout', '0', false), pg_sleep(60)");
  EXPECT_EQ(slow.error.code, Errc::timeout) << slow.text();
  EXPECT_THAT(slow.text(), HasSubstr("no answer within 300 ms"));
  EXPECT_EQ(servers_.follower->sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state <> 'idle'"), "0\n") << "it was cancelled";
  EXPECT_THAT(answer("SELECT 1 AS one"), HasSubstr("(1 row)"));
}

TEST_F(Connections, EndAStatementWhenItsCallerIsGone) {
  const auto call = start("SELECT pg_sleep(60)");
  await_active("1");
  call->cancel();
  const auto ended = call->wait();
  EXPECT_EQ(ended.error.code, Errc::cancelled) << ended.text();
  await_active("0");
}

TEST_F(Connections, HaveALimitWithABoundedWait) {
  reload(R"({"connections_max": 2, "connection_wait_ms": 50})");
  const auto one = start("SELECT pg_sleep(60)");
  const auto two = start("SELECT pg_sleep(60)");
  await_active("2");
  EXPECT_THAT(host_->call("pg_psql", R"({"query": "SELECT 1"})", options()).text(), HasSubstr("error: all 2 connections to this database are busy"));
  EXPECT_THAT(answer("SELECT 1 AS one", "P_READER"), HasSubstr("is a primary")) << "another database has places of its own";
  one->cancel();
  one->wait();
  EXPECT_THAT(host_->call("pg_psql", R"({"query": "SELECT 1 AS one"})", options()).text(), HasSubstr("(1 row)"));
  two->cancel();
  two->wait();
}

TEST_F(Connections, NameTheRequestToTheDatabase) {
  EXPECT_THAT(answer("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"), HasSubstr(" collet"));
}

}  // namespace
}  // namespace collet::test
