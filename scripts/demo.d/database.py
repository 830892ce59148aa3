"""The databases: a primary that is written to, and the follower that the tools may ask."""
import json
import pathlib
import secrets
import tempfile

from harness import wait_until
from postgres_servers import PgServer, reachable_programs

HERE = pathlib.Path(__file__).resolve().parent
READER = "collet_reader"


class Databases:
    def __init__(self, stack, programs):
        """stack: an ExitStack that ends what is started here."""
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="collet-demo-pg-", ignore_cleanup_errors=True))
        pathlib.Path(folder).chmod(0o755)
        programs = reachable_programs(programs, pathlib.Path(folder))
        self.primary = PgServer(programs=programs, password=secrets.token_hex(16))
        stack.callback(self.primary.stop)
        self.follower = PgServer(follows=self.primary)
        stack.callback(self.follower.stop)
        self.reader_password = secrets.token_hex(16)

    def reader_url(self):
        return self.follower.url(READER, self.reader_password)

    def version(self):
        return self.primary.sql("SELECT 'PostgreSQL ' || current_setting('server_version') || ', pgvector ' || default_version "
                                "FROM pg_available_extensions WHERE name = 'vector'").strip()

    def fill(self, embed, role_script):
        """Tables, rows, vectors and the tools' role. embed: texts to vectors, all of one length.
        role_script: SQL that makes READER. @return how many documents there are."""
        documents = json.loads((HERE / "documents.json").read_text())
        vectors = embed([f"{document['title']}. {document['body']}" for document in documents])
        self.primary.sql((HERE / "shop.sql").read_text().replace(":dimensions", str(len(vectors[0]))))
        rows = [f"({number}, {quoted(document['title'])}, {quoted(document['body'])}, {quoted(json.dumps(vector))})"
                for number, (document, vector) in enumerate(zip(documents, vectors), 1)]
        self.primary.sql("INSERT INTO documents VALUES " + ", ".join(rows))
        self.primary.sql("CREATE INDEX ON documents USING hnsw (embedding vector_cosine_ops); ANALYZE")
        # It ends with psql's question for a password, which nobody is here to answer.
        self.primary.sql(role_script.split("\\password")[0] + f"ALTER ROLE {READER} PASSWORD '{self.reader_password}'")
        self.wait_for_follower()
        return len(documents)

    def wait_for_follower(self):
        written = self.primary.sql("SELECT pg_current_wal_lsn()").strip()
        wait_until("the follower has what the primary wrote",
                   lambda: self.follower.sql(f"SELECT pg_last_wal_replay_lsn() >= '{written}'").strip() == "t")


def quoted(text):
    return "'" + text.replace("'", "''") + "'"
