"""Questions to a database through the whole server: the documented requests, aliases, refusals."""

import json
import os
import pathlib
import subprocess
import unittest

from harness import KEY, Stage, main, messages, parse_sse, say, tool, use, user
from postgres_servers import PgServer

SEEDS = pathlib.Path(__file__).resolve().parents[1] / "clients" / "seeds"
TABLES = """
CREATE TABLE users (id int, name text);
INSERT INTO users VALUES (1, 'Ann'), (2, NULL);
CREATE ROLE reader LOGIN;
GRANT SELECT ON users TO reader;
"""
ROWS = " id | name \n----+------\n  1 | Ann\n  2 | NULL\n(2 rows)\n"
SELECT = "SELECT * FROM users ORDER BY id"


class Postgres(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.primary = PgServer()
        cls.addClassCleanup(cls.primary.stop)
        cls.primary.sql(TABLES)
        cls.follower = PgServer(follows=cls.primary)
        cls.addClassCleanup(cls.follower.stop)
        variables = {"DATABASE_URL": cls.primary.url("reader"), "HEROKU_POSTGRESQL_PURPLE_URL": cls.follower.url("reader"),
                     "OWNER_URL": cls.follower.url("root_role")}
        cls.stage = Stage({
            "psql": [use(("pg_psql", {"query": SELECT})), say("There are two.")],
            "alias": [use(("postgres_run_query", {"query": SELECT})), say("There are two.")],
            "schema": [use(("postgres_get_schema", {})), say("One table.")],
            "vector": [use(("pg_vector_query", {"query_vector": [1, 2]})), say("It has no vectors.")],
            "filtered": [use(("pg_vector_query", {"query_vector": [1], "table_name": "t", "vector_column": "v", "filters": {}, "metric": ""})), say("No.")],
            "write": [use(("pg_psql", {"query": "WITH w AS (DELETE FROM users RETURNING *) SELECT * FROM w"})), say("I cannot.")],
        }, {"aliases": {"claude-4-sonnet": "psql"}, "apps": {"my-app": {"config_vars": variables}}})
        cls.addClassCleanup(cls.stage.stop)
        cls.server, cls.model = cls.stage.server, cls.stage.model

    def ask(self, model, name, **tool_params):
        reply = self.server.agents({"model": model, "messages": user(),
                                    "tools": [tool(name, target_app_name="my-app", tool_params=tool_params)]})
        self.assertEqual(reply.status, 200, reply)
        return messages(reply.events())[1]["choices"][0]["message"]

    def test_the_documented_curl_line(self):
        env = {**os.environ, "INFERENCE_URL": self.server.url, "INFERENCE_KEY": KEY}
        ran = subprocess.run(["bash", SEEDS / "pg_psql.sh"], env=env, capture_output=True, timeout=60)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        asked, done, answer = messages(parse_sse(ran.stdout))
        self.assertEqual(asked["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "pg_psql")
        self.assertIn(json.dumps(ROWS)[1:-1], done["choices"][0]["message"]["content"])
        self.assertEqual(answer["choices"][0]["message"]["content"], "There are two.")
        offered = self.model.requests("psql")[0]["body"]["tools"][0]["function"]["parameters"]
        self.assertEqual(list(offered["properties"]), ["query"], "db_attachment is pinned, so no model sees it")

    def test_an_alias_is_called_by_its_name(self):
        done = self.ask("alias", "postgres_run_query", db_attachment="HEROKU_POSTGRESQL_PURPLE")
        self.assertEqual(done["name"], "postgres_run_query")
        self.assertIn(json.dumps(ROWS)[1:-1], done["content"])

    def test_the_schema(self):
        done = self.ask("schema", "postgres_get_schema", db_attachment="HEROKU_POSTGRESQL_PURPLE_URL")
        self.assertIn("public.users (table)", done["content"])

    def test_pinned_arguments_of_the_vector_search(self):
        done = self.ask("vector", "pg_vector_query", db_attachment="HEROKU_POSTGRESQL_PURPLE_URL", table_name="documents", vector_column="embedding")
        self.assertIn("this database has no pgvector", done["content"])
        offered = self.model.requests("vector")[-2]["body"]["tools"][0]["function"]["parameters"]
        self.assertLessEqual({"query_text", "query_vector"}, set(offered["properties"]))
        self.assertNotIn("required", offered, "the rest is pinned")
        self.assertNotIn("table_name", offered["properties"])
        self.assertNotIn("filters", offered["properties"])

    def test_optional_arguments_are_shown_where_they_are_opened_and_taken_anyway(self):
        self.assertIn("this database has no pgvector", self.ask("filtered", "pg_vector_query", db_attachment="HEROKU_POSTGRESQL_PURPLE_URL")["content"])
        self.ask("vector", "pg_vector_query", table_name="documents", vector_column="embedding", optional_arguments=["filters", "metric"])
        offered = self.model.requests("vector")[-2]["body"]["tools"][0]["function"]["parameters"]
        self.assertLessEqual({"filters", "metric"}, set(offered["properties"]))

    def test_what_is_refused_says_why(self):
        self.assertIn("DATABASE_URL is a primary", self.ask("psql", "pg_psql")["content"])
        self.assertIn("could do more than read", self.ask("psql", "pg_psql", db_attachment="OWNER_URL")["content"])
        refused = self.ask("psql", "pg_psql", db_attachment="NOPE")["content"]
        self.assertIn("HEROKU_POSTGRESQL_PURPLE_URL", refused)
        self.assertNotIn(str(self.follower.folder), refused)

    def test_nothing_is_written(self):
        self.assertIn("data-modifying", self.ask("write", "pg_psql", db_attachment="HEROKU_POSTGRESQL_PURPLE_URL")["content"])
        self.assertEqual(self.primary.sql("SELECT count(*) FROM users"), "2\n")

    def test_options_are_those_of_the_instance(self):
        config = {"apps": {"my-app": {"config_vars": {"DATABASE_URL": self.primary.url("reader")}}},
                  "plugins": {"instances": [{"plugin": "postgres", "name": "postgres", "config": {"require_follower": False}}]}}
        stage = Stage({"psql": [use(("pg_psql", {"query": SELECT})), say("There are two.")]}, config)
        self.addCleanup(stage.stop)
        reply = stage.server.agents({"model": "psql", "messages": user(), "tools": [tool("pg_psql", target_app_name="my-app")]})
        self.assertIn(json.dumps(ROWS)[1:-1], messages(reply.events())[1]["choices"][0]["message"]["content"])


if __name__ == "__main__":
    main()
