"""What a query through the server costs beside libpq and psql, on a follower.

usage: scripts/bench postgres [--json FILE] [--rounds N] [--seconds S] [--runs N]

All rows take turns in rounds, in one run on one machine; a figure is the median of
the rounds' medians. The floor is SELECT 1 over libpq on a connection that is open, one
round trip. Calls are whole requests over HTTP (POST /v1/tools/call), one after the other.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import libpq
from harness import KEY, Stage, say
from postgres_servers import PgServer

ONE = "SELECT 1"
ROWS = "SELECT n, md5(n::text) FROM generate_series(1, 10000) n"
# The statements of a pg_psql call, as plugins/postgres sends them: each line is a round trip.
PROTOCOL = [
    ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 60000; SET LOCAL idle_in_transaction_session_timeout = 60000; "
     "SET LOCAL lock_timeout = 2000; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL application_name = 'collet x'; SELECT pg_catalog.pg_is_in_recovery()", False),
    ("DECLARE collet_cursor NO SCROLL CURSOR FOR " + ONE, True),
    ("FETCH FORWARD 200 FROM collet_cursor", True),
    ("ROLLBACK", False),
    ("DISCARD ALL", False),
]
PARTS = {"BEGIN with a snapshot, ROLLBACK": [PROTOCOL[0], PROTOCOL[3]], "the same with a cursor between": PROTOCOL[:4],
         "the same and DISCARD ALL: a whole call": PROTOCOL}


def timed(action, runs):
    """Microseconds of each run."""
    out = []
    for _ in range(runs):
        begun = time.perf_counter()
        action()
        out.append((time.perf_counter() - begun) * 1e6)
    return out


def quantile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Bench:
    """Rows by name, each a list of (p50, p99) in microseconds, one for each round."""

    def __init__(self, options, load):
        self.options, self.load, self.rows = options, load, {}

    def add(self, name, p50_us, p99_us):
        self.rows.setdefault(name, []).append((p50_us, p99_us))

    def local(self, name, action, runs=None):
        samples = timed(action, runs or self.options.runs)
        self.add(name, quantile(samples, 0.5), quantile(samples, 0.99))

    def http(self, name, stage, tool, query=None):
        body = {"name": tool, "arguments": {"query": query} if query else {}, "runtime_params": {"target_app_name": "my-app"}}
        check = stage.server.call("/v1/tools/call", body)
        if check.status != 200 or check.json()["isError"]:
            raise SystemExit(f"bench: {name}: {check}")
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(body, file)
            file.flush()
            ran = subprocess.run([self.load, "--port", str(stage.server.port), "--path", "/v1/tools/call", "--body", file.name, "--key", KEY, "--connections", "1",
                                  "--seconds", str(self.options.seconds), "--warmup", "0.3"], capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise SystemExit(f"bench: {name}: {ran.stderr} {ran.stdout}")
        figures = json.loads(ran.stdout)
        self.add(name, figures["p50_us"], figures["p99_us"])

    def figures(self):
        return {name: {"p50_us": round(statistics.median(p50 for p50, _ in rounds), 1), "p99_us": round(statistics.median(p99 for _, p99 in rounds), 1)}
                for name, rounds in self.rows.items()}


def stage_for(url, noop, **options):
    config = {"apps": {"my-app": {"config_vars": {"DATABASE_URL": url}}}, "plugins": {"trusted_dirs": [str(noop)]}}
    if options:
        config["plugins"]["instances"] = [{"plugin": "postgres", "name": "postgres", "config": options}]
    return Stage({"x": [say("x")]}, config)


def connected(url):
    connection = libpq.Connection(url)
    connection.run(ONE)
    connection.close()


def psql(server, url, query):
    subprocess.run([server.programs / "psql", "-X", "-q", "-d", url, "-c", query], check=True, stdout=subprocess.DEVNULL)


def one_round(bench, follower, url, stages):
    open_one = libpq.Connection(url)
    bench.local("libpq, SELECT 1, one round trip", lambda: open_one.run(ONE))
    for name, statements in PARTS.items():
        bench.local("libpq, " + name, lambda run=statements: [open_one.run(*statement) for statement in run])
    bench.local("libpq, connect, SELECT 1, close", lambda: connected(url), bench.options.runs // 10)
    bench.local("psql -c 'SELECT 1'", lambda: psql(follower, url, ONE), bench.options.runs // 50)
    bench.http("an empty tool over HTTP", stages["kept"], "noop")
    bench.http("pg_psql, SELECT 1, kept connection", stages["kept"], "pg_psql", ONE)
    bench.http("pg_psql, SELECT 1, a new connection each", stages["new"], "pg_psql", ONE)
    bench.local("libpq, 10,000 rows", lambda: open_one.run(ROWS), bench.options.runs // 20)
    bench.local("psql -c, 10,000 rows", lambda: psql(follower, url, ROWS), bench.options.runs // 50)
    bench.http("pg_psql, 10,000 rows", stages["rows"], "pg_psql", ROWS)
    open_one.close()


def measure(options, build):
    primary = PgServer()
    follower, stages = None, {}
    try:
        primary.sql("CREATE ROLE reader LOGIN")
        follower = PgServer(follows=primary)
        url = follower.url("reader")
        noop = build / "bench_plugins"
        stages = {"kept": stage_for(url, noop), "new": stage_for(url, noop, connections_idle_ms=0),
                  "rows": stage_for(url, noop, rows_max=10_000, result_bytes_max=4 << 20)}
        bench = Bench(options, build / "bin" / "collet-load")
        for number in range(options.rounds):
            print(f"   round {number + 1} of {options.rounds}", file=sys.stderr, flush=True)
            one_round(bench, follower, url, stages)
        return bench.figures()
    finally:
        for each in [*stages.values(), follower, primary]:
            if each:
                each.stop()


def print_table(rows):
    floor = rows["libpq, SELECT 1, one round trip"]["p50_us"]
    print(f"{'':46}{'p50 us':>10}{'p99 us':>10}{'to the floor':>15}")
    for name, row in rows.items():
        print(f"{name:46}{row['p50_us']:10.0f}{row['p99_us']:10.0f}{row['p50_us'] / floor:14.1f}x")


def main(argv, build):
    parser = argparse.ArgumentParser(prog="scripts/bench postgres", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", help="write the figures there; - is standard output")
    parser.add_argument("--rounds", type=int, default=5, help="rounds in which the rows take turns (5)")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each row over HTTP, each round (1.5)")
    parser.add_argument("--runs", type=int, default=500, help="of each row without HTTP, each round (500); fewer for slow ones")
    options = parser.parse_args(argv)
    rows = measure(options, build)
    print_table(rows)
    if options.json == "-":
        print(json.dumps(rows))
    elif options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")
