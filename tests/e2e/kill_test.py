"""Ends clients, upstream, launcher and boxes in the middle of runs, many times, and
then compares processes, descriptors, cgroups, mounts and memory with the start.

COLLET_KILLS=1000 for the long form; the default fits into CI.
"""

import collections
import os
import pathlib
import random
import signal
import unittest

from harness import (ScriptedModel, Stage, descendants, main, messages, say, silence, tool, use, user, wait_until)

KILLS = int(os.environ.get("COLLET_KILLS", "60"))
WARM_UP = 24  # enough that each I/O thread has a pooled connection to the upstream
RSS_GROWTH_MAX = 8 << 20
SLEEP = "import time; print('be' 'gan', flush=True); time.sleep(120)"


def count_cgroups():
    return sum(1 for path in pathlib.Path("/sys/fs/cgroup").rglob("*collet*") if path.is_dir())


def mounts_of(pid):
    return pathlib.Path(f"/proc/{pid}/mountinfo").read_text().count("\n")


def rss_of(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


class Kill(unittest.TestCase):
    scenarios = {
        "boxed": [use(("code_exec_python", {"code": SLEEP})), say("late")],
        "silent": [silence()],
        "fine": [use(("code_exec_python", {"code": "print(6 * 7)"})), say("42")],
    }

    def setUp(self):
        self.stage = Stage(self.scenarios, {"sandbox": {"warm_boxes_max": 0, "zygotes_max": 0}}, model_options={"retries_max": 0})
        self.server = self.stage.server

    def tearDown(self):
        self.stage.stop()

    # ---- one run, ended in one way

    def begin(self, model):
        body = {"model": model, "messages": user(), "tools": [tool()], "events": "all"}
        client = self.server.open("/v1/agents/heroku", body)
        if model == "boxed":
            client.read_until("began")
        else:
            client.head()
        return client

    def launcher(self):
        found = [pid for pid, line in descendants(self.server.pid) if "collet-launcher" in line]
        return found[0] if found else None

    def box(self):
        return [pid for pid, line in descendants(self.server.pid) if "python" in line]

    def ends_with_an_answer(self, client, word):
        """The run goes on or ends with an error event; never a dead stream."""
        events = client.whole().events()
        client.http.close()
        self.assertEqual(events[-1], ("done", "[DONE]"), f"{word}: {events}")

    def kill_client(self):
        self.begin(random.choice(["boxed", "silent"])).cut()

    def kill_box(self):
        client = self.begin("boxed")
        for pid in self.box():
            os.kill(pid, signal.SIGKILL)
        self.ends_with_an_answer(client, "box killed")

    def kill_launcher(self):
        client = self.begin("boxed")
        os.kill(self.launcher(), signal.SIGKILL)
        self.ends_with_an_answer(client, "launcher killed")
        self.settle()  # the next run starts a new one

    def kill_upstream(self):
        client = self.begin("silent")
        self.stage.model.stop(signal.SIGKILL)
        self.ends_with_an_answer(client, "upstream killed")
        self.stage.model = ScriptedModel(self.stage.folder, self.scenarios, self.stage.model.port)

    # ---- the comparison

    def settle(self):
        """A good run works, and nothing of the ended ones is left."""
        def good():
            body = {"model": "fine", "messages": user(), "tools": [tool()]}
            found = messages(self.server.agents(body).events())
            return len(found) == 3 and '\\"stdout\\": \\"42\\"' in found[1]["choices"][0]["message"]["content"]
        wait_until("a run works", good)
        wait_until("boxes are gone", lambda: not self.box())

    def state(self):
        children = descendants(self.server.pid)
        pids = [self.server.pid, self.launcher()]
        return {
            "processes": collections.Counter(line.split(" ")[0] for _, line in children),
            "descriptors": [len(os.listdir(f"/proc/{pid}/fd")) for pid in pids],
            "cgroups": count_cgroups(),
            "mounts": [mounts_of(pid) for pid in ["self", *pids]],
        }

    def test_nothing_is_left_behind(self):
        ways = [self.kill_client, self.kill_box, self.kill_launcher, self.kill_upstream]
        random.seed(7)
        for i in range(WARM_UP):
            ways[i % len(ways)]()
        self.settle()
        before, rss_before = self.state(), rss_of(self.server.pid)
        for i in range(KILLS):
            ways[i % len(ways)]()
        self.settle()
        try:
            wait_until("everything is as it was", lambda: self.state() == before, 10)
        except AssertionError:
            self.assertEqual(self.state(), before)
        grown = rss_of(self.server.pid) - rss_before
        self.assertLess(grown, RSS_GROWTH_MAX, f"RSS grew by {grown} bytes over {KILLS} kills")
        print(f"{KILLS} kills; RSS {rss_before} -> {rss_before + grown} bytes; {before}")


if __name__ == "__main__":
    main()
