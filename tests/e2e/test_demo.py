"""scripts/demo: what it prints, what it ends with, and that nothing of it stays behind."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from harness import ROOT, descendants, main, wait_until

DEMO = [sys.executable, ROOT / "scripts" / "demo"]
TOOLS = ["pg_psql", "pg_vector_query", "postgres_get_schema", "doc_reader", "html_to_markdown", "pdf_to_markdown"]


def end(demo):
    """Politely: killed, it could not end what it started."""
    if demo.poll() is None:
        demo.terminate()
        demo.communicate(timeout=60)


class Demo(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        # Short: the path of a socket has a limit.
        folder = tempfile.TemporaryDirectory(prefix="demo-", dir="/tmp")
        self.addCleanup(folder.cleanup)
        self.temp = pathlib.Path(folder.name)
        self.temp.chmod(0o755)

    def environment(self, **more):
        return {**{key: value for key, value in os.environ.items() if not key.startswith("UPSTREAM_")}, "TMPDIR": str(self.temp), **more}

    def run_demo(self, *arguments, **more):
        return subprocess.run([*DEMO, *arguments], env=self.environment(**more), capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)

    def test_every_example_without_a_model(self):
        ran = self.run_demo("--no-model")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        for tool in TOOLS:
            self.assertIn(f"== {tool}\n   -> {tool} ", ran.stdout)
        for shown in ("pgvector ", "a follower, PostgreSQL ", "fit, it can only read", " documents\n", "| How machines learn |", "public.orders", "Books can be returned within 30 days",
                      "| Islands | 4 | 7.50 |", "# Page 1", "6 of 6 examples did what they should"):
            self.assertIn(shown, ran.stdout)
        self.assertNotIn("\033", ran.stdout, "no colours in a pipe")
        self.assertEqual(list(self.temp.iterdir()), [], "folders are left behind")

    def test_json_and_a_choice(self):
        ran = self.run_demo("--no-model", "--json", "--only", "pg_vector_query", "--only", "pg_psql")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        report = json.loads(ran.stdout)
        self.assertTrue(report["ok"])
        self.assertEqual([(example["name"], example["ok"]) for example in report["examples"]], [("pg_psql", True), ("pg_vector_query", True)])
        self.assertIn("How machines learn", report["examples"][1]["calls"][0]["result"])
        self.assertIn("== Summary", ran.stderr)

    def test_an_interrupt_ends_everything(self):
        log = self.temp.parent / (self.temp.name + ".log")
        self.addCleanup(log.unlink)
        with open(log, "wb") as out:
            running = subprocess.Popen([*DEMO, "--no-model", "--keep", "--only", "pg_psql"], env=self.environment(), stdout=out, stderr=out)
        self.addCleanup(end, running)
        wait_until("the demo says how to talk to it", lambda: "# configuration: " in log.read_text() or running.poll() is not None, 120)
        children = [pid for pid, _ in descendants(running.pid)]
        self.assertGreater(len(children), 3, log.read_text())
        self.assertIn("export INFERENCE_URL=http://127.0.0.1:", log.read_text())
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(60), 0, log.read_text())
        wait_until("its processes are gone", lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children))
        self.assertEqual(list(self.temp.iterdir()), [])

    def test_ended_while_it_starts(self):
        running = subprocess.Popen([*DEMO, "--no-model"], env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(end, running)
        wait_until("a server is being made", lambda: list(self.temp.glob("collet-pg-*/data")))
        children = [pid for pid, _ in descendants(running.pid)]
        running.send_signal(signal.SIGTERM)
        said = running.communicate(timeout=60)[0]
        self.assertEqual(running.returncode, 130, said)
        self.assertIn("everything that was started has been ended", said)
        wait_until("its processes are gone", lambda: not any(os.path.exists(f"/proc/{pid}") for pid in children))
        self.assertEqual(list(self.temp.iterdir()), [])

    def test_what_is_wrong_is_told(self):
        unknown = self.run_demo("--only", "nope")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn("choose from 'pg_psql'", unknown.stderr)
        both = self.run_demo(UPSTREAM_URL="http://127.0.0.1:1/v1")
        self.assertEqual(both.returncode, 2)
        self.assertIn("UPSTREAM_URL is set but UPSTREAM_MODEL is not", both.stderr)
        unbuilt = self.run_demo("--no-model", COLLET_BUILD=str(self.temp))
        self.assertEqual(unbuilt.returncode, 3)
        self.assertIn(f"{self.temp}/bin/collet is not there; build it: ", unbuilt.stderr)
        self.assertIn("examples:\n  scripts/demo ", self.run_demo("--help").stdout)


if __name__ == "__main__":
    main()
