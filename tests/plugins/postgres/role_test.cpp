// collet pg role-script makes a role that collet pg check finds fit.
#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Role : public Database {
 protected:
  std::string command(const std::string& name, const std::string& arguments, bool with_app = true) {
    testing::FakeCallOptions with = options();
    if (!with_app) with.app.clear();
    return host_->call(name, arguments, with).text();
  }
  /// As psql would run it, without the question for a password.
  void run_script(std::string script) const {
    script.resize(script.find("\\password"));
    const std::string name = ":\"DBNAME\"";
    script.replace(script.find(name), name.size(), "postgres");
    servers_.primary->sql(script);
  }
};

TEST_F(Role, ScriptMakesOneThatFits) {
  auto& primary = *servers_.primary;
  primary.sql("CREATE SCHEMA \"Odd \"\"one\"; CREATE TABLE \"Odd \"\"one\".t AS SELECT 5 AS five; GRANT DELETE ON users TO PUBLIC; "
              "GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT CREATE ON DATABASE postgres TO PUBLIC");
  const std::string script = command("role-script", R"({"role": "Odd \"reader", "db_attachment": "P_OWNER"})");
  EXPECT_THAT(script, AllOf(HasSubstr("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON public.users FROM PUBLIC;"), HasSubstr("REVOKE CREATE ON DATABASE postgres FROM PUBLIC;"),
                            HasSubstr("\\password \"Odd \"\"reader\"\n")));
  run_script(script);
  host_->config_vars["NEW_URL"] = servers_.follower->url("Odd%20%22reader");
  EXPECT_THAT(command("check", R"({"db_attachment": "NEW"})"), AllOf(HasSubstr("NEW_URL: a follower, PostgreSQL "), HasSubstr("role \"Odd \"\"reader\": fit, it can only read")));
  EXPECT_THAT(answer("SELECT * FROM \"Odd \"\"one\".t", "NEW"), HasSubstr("(1 row)"));
  EXPECT_THAT(answer("SELECT count(*) FROM users", "NEW"), HasSubstr("(1 row)"));
  host_.reset();
  primary.sql("DROP SCHEMA \"Odd \"\"one\" CASCADE; DROP OWNED BY \"Odd \"\"reader\"; DROP ROLE \"Odd \"\"reader\"");
}

TEST_F(Role, ScriptWithoutAnAppIsForThePublicSchema) {
  const std::string script = command("role-script", "{}", false);
  EXPECT_THAT(script, AllOf(HasSubstr("CREATE ROLE collet_reader LOGIN"), HasSubstr("GRANT USAGE ON SCHEMA public TO collet_reader;"),
                            HasSubstr("REVOKE CREATE ON SCHEMA public FROM PUBLIC;"), HasSubstr("BEGIN;"), HasSubstr("COMMIT;")));
  const std::string two = command("role-script", R"({"schema": ["shop", "a;b"]})", false);
  EXPECT_THAT(two, AllOf(HasSubstr("ON SCHEMA \"shop\" TO"), HasSubstr("ON SCHEMA \"a;b\" TO"), Not(HasSubstr("SCHEMA public TO"))));
}

TEST_F(Role, CheckSaysWhatIsNotFit) {
  EXPECT_THAT(command("check", "{}"), HasSubstr("DATABASE_URL: a follower"));
  EXPECT_THAT(command("check", R"({"db_attachment": "P_READER"})"), HasSubstr("error: P_READER_URL is a primary"));
  EXPECT_THAT(command("check", R"({"db_attachment": "F_SUPER"})"), HasSubstr("is a superuser"));
  EXPECT_THAT(command("role-script", R"({"db_attachment": "NONE"})"), HasSubstr("error: "));
  reload(R"({"require_follower": false, "allow_unsafe_roles": true})");
  EXPECT_THAT(command("check", R"({"db_attachment": "P_SUPER"})"), HasSubstr("P_SUPER_URL: a primary"));
}

TEST_F(Role, NoModelIsOfferedACommand) {
  for (const auto& tool : host_->tools()) EXPECT_THAT(tool.name_space, Not("pg")) << tool.name;
  EXPECT_EQ(host_->commands().size(), 2u);
}

}  // namespace
}  // namespace collet::test
