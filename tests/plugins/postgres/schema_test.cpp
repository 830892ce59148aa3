// postgres_get_schema against a real database.
#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Schema : public Database {
 protected:
  std::string schema(const std::string& arguments = "{}") { return host_->call("postgres_get_schema", arguments, options()).text(); }
};

TEST_F(Schema, ShowsTablesColumnsKeysIndexesAndComments) {
  servers_.primary->sql("ANALYZE users");
  EXPECT_EQ(schema(), "Database postgres, PostgreSQL " + servers_.primary->sql("SHOW server_version").substr(0, servers_.primary->sql("SHOW server_version").size() - 1) +
                          ", 3 relations\n" + R"(
public.orders (table)
  id bigint not null default nextval('orders_id_seq'::regclass)
  user_id integer not null
  total numeric(10,2)
  paid boolean default false
  primary key (id)
  foreign key (user_id) REFERENCES users(id)
  check (total >= 0::numeric)
  index btree (user_id)

public.rich (view)
  user_id integer
  total numeric

public.users (table, ~3 rows) -- who buys
  id integer not null
  name text not null
  born date
  note text -- free text
  primary key (id)
)");
}

TEST_F(Schema, ShowsOnlyWhatIsAskedFor) {
  EXPECT_THAT(schema(R"({"tables": "us*"})"), AllOf(HasSubstr("1 relation that match us*"), HasSubstr("public.users (table"), Not(HasSubstr("public.orders (table")),
                                                    HasSubstr("\nOther relations: public.orders, public.rich\n")));
  EXPECT_THAT(schema(R"({"tables": "users, public.orders"})"), AllOf(HasSubstr("2 relations that match users, public.orders\n"), HasSubstr("public.users (table"), HasSubstr("public.orders (table"),
                                                                    HasSubstr("\nOther relations: public.rich\n")));
  EXPECT_THAT(schema(R"({"tables": "public.orders"})"), HasSubstr("public.orders (table)"));
  EXPECT_THAT(schema(R"({"tables": "nothing"})"), HasSubstr(", 0 relations that match nothing\n\nOther relations: public.orders, public.rich, public.users\n"));
}

TEST_F(Schema, ShowsNothingThatTheRoleCannotRead) {
  servers_.primary->sql("CREATE TABLE hidden (a int); CREATE SCHEMA closed; CREATE TABLE closed.b (a int); GRANT SELECT ON closed.b TO reader");
  EXPECT_THAT(schema(), AllOf(HasSubstr("3 relations"), Not(HasSubstr("hidden")), Not(HasSubstr("closed"))));
  servers_.primary->sql("DROP TABLE hidden; DROP SCHEMA closed CASCADE");
}

TEST_F(Schema, KeepsToItsBudget) {
  std::string tables;
  for (int i = 0; i < 60; ++i) tables += "CREATE TABLE wide_" + std::to_string(i) + " (a int, b text, c numeric(10,2), d timestamptz); ";
  servers_.primary->sql(tables + "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
  reload(R"({"schema_bytes_max": 1500})");
  const std::string text = schema();
  EXPECT_LE(text.size(), 1500u);
  EXPECT_THAT(text, AllOf(HasSubstr("public.orders (table)"), HasSubstr("ask for them with `tables`: public."), ::testing::ContainsRegex(" \\[[0-9]+ more\\]\n$")));
  reload("{}");
  EXPECT_THAT(schema(), HasSubstr("public.wide_59 (table)"));
  std::string drops;
  for (int i = 0; i < 60; ++i) drops += "DROP TABLE wide_" + std::to_string(i) + "; ";
  servers_.primary->sql(drops);
}

}  // namespace
}  // namespace collet::test
