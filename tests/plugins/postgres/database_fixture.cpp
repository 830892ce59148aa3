#include "plugins/postgres/database_fixture.hpp"

namespace collet::test {
namespace {

constexpr const char* kShop = R"(
CREATE ROLE owner LOGIN; CREATE ROLE reader LOGIN;
GRANT CREATE ON DATABASE postgres TO owner; GRANT CREATE ON SCHEMA public TO owner;
SET ROLE owner;
CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, born date, note text);
COMMENT ON TABLE users IS 'who buys'; COMMENT ON COLUMN users.note IS 'free text';
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id int NOT NULL REFERENCES users, total numeric(10,2) CHECK (total >= 0), paid boolean DEFAULT false);
CREATE INDEX orders_by_user ON orders (user_id);
CREATE VIEW rich AS SELECT user_id, sum(total) AS total FROM orders GROUP BY user_id;
CREATE FUNCTION add_order(int) RETURNS bigint LANGUAGE sql AS 'INSERT INTO orders (user_id, total) VALUES ($1, 1) RETURNING id';
CREATE FUNCTION sneak() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
  $$ BEGIN PERFORM set_config('transaction_read_only', 'off', false); DELETE FROM orders; RETURN 1; END $$;
INSERT INTO users VALUES (1, 'Ann', '1990-01-02', NULL), (2, 'Bob', NULL, 'line one
line two'), (3, 'Zoë', '2001-12-31', '');
INSERT INTO orders (user_id, total, paid) VALUES (1, 10.50, true), (1, 3, false), (2, 99.99, NULL);
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
RESET ROLE;
REVOKE CREATE ON DATABASE postgres FROM owner;
)";

}  // namespace

Servers::Servers() : primary(PgServer::primary({"max_prepared_transactions=4"})) {
  primary->sql(kShop);
  follower = PgServer::follower(*primary);
  // From now on a change is on the follower when its statement has ended.
  primary->sql("ALTER SYSTEM SET synchronous_commit = 'remote_apply'");
  primary->sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
  primary->sql("SELECT pg_reload_conf()");
}

Servers& Servers::shared() {
  static Servers servers;
  return servers;
}

void Database::reload(const std::string& config) {
  testing::FakeHost::Options with;
  with.config = config;
  host_.reset();
  host_ = testing::FakeHost::load(COLLET_POSTGRES, with);
  for (const auto& [prefix, server] : {std::pair{"P_", servers_.primary.get()}, std::pair{"F_", servers_.follower.get()}}) {
    host_->config_vars[prefix + std::string("SUPER_URL")] = server->url("root_role");
    host_->config_vars[prefix + std::string("OWNER_URL")] = server->url("owner");
    host_->config_vars[prefix + std::string("READER_URL")] = server->url("reader");
  }
  host_->config_vars["DATABASE_URL"] = servers_.follower->url("reader");
  host_->config_vars["COLOUR"] = "blue";
}

testing::FakeCallOptions Database::options(const std::string& tool_params, std::int64_t timeout_ms) const {
  testing::FakeCallOptions out;
  out.app = "shop";
  out.tool_params = tool_params;
  out.timeout_ms = timeout_ms;
  return out;
}

testing::FakeResult Database::query(const std::string& text, const std::string& attachment, const std::string& tool_params,
                                    std::int64_t timeout_ms) {
  const Value arguments = json::object({{"query", text}, {"db_attachment", attachment}});
  return host_->call("pg_psql", arguments.dump(), options(tool_params, timeout_ms));
}

}  // namespace collet::test
