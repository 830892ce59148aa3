"""What happens when somebody leaves: the client, the operator, the upstream."""

import signal
import time
import unittest

from harness import Connection, Stage, main, messages, say, silence, tool, use, user, wait_until

SLEEP = "import time; print('be' 'gan', flush=True); time.sleep(120)"
GONE_SECONDS = 0.25


class Cancel(unittest.TestCase):
    scenarios = {
        "sleeper": [use(("code_exec_python", {"code": SLEEP})), say("late")],
        "silent": [silence()],
        "half": [say("one two three four " * 20, chunks=80, chunk_delay_ms=100)],
        "plain": [say("Hello.")],
        "short": [use(("code_exec_python", {"code": "import time; print('be' 'gan', flush=True); time.sleep(1)"})), say("done")],
    }

    def setUp(self):
        self.stage = Stage(self.scenarios, {"sandbox": {"warm_boxes_max": 0, "zygotes_max": 0}})  # what runs here are runs
        self.server, self.model = self.stage.server, self.stage.model
        self.idle = set(pid for pid, _ in self.server.descendants())

    def tearDown(self):
        self.stage.stop()

    def boxed(self):
        return [p for p in self.server.descendants() if p[0] not in self.idle and "python" in p[1]]

    def begin(self, model, path="/v1/agents/heroku", **more):
        body = {"model": model, "messages": user(), **more}
        return self.server.open(path, body)

    def test_a_client_that_leaves_takes_its_box_with_it(self):
        client = self.begin("sleeper", tools=[tool()], events="all")
        client.read_until("began")
        self.assertTrue(self.boxed())
        client.cut()
        wait_until("the box has ended", lambda: not self.boxed(), GONE_SECONDS)
        wait_until("nothing is left of it",
                   lambda: set(p for p, _ in self.server.descendants()) <= self.idle, 2)
        self.assertEqual(self.server.call("/healthz").status, 200)

    def test_a_client_that_leaves_without_a_stream_does_too(self):
        client = self.begin("sleeper", "/v1/chat/completions", heroku={"tools": [tool()]})
        wait_until("the box runs", self.boxed)
        client.cut()
        wait_until("the box has ended", lambda: not self.boxed(), GONE_SECONDS)

    def test_a_client_that_leaves_ends_the_upstream_call(self):
        for path, more in (("/v1/agents/heroku", {}), ("/v1/chat/completions", {}),
                           ("/v1/chat/completions", {"stream": True})):
            with self.subTest(path=path, more=more):
                before = len(self.model.requests("silent"))
                client = self.begin("silent", path, **more)
                wait_until("the upstream has been asked", lambda: len(self.model.requests("silent")) > before)
                ended = len(self.model.aborted("silent"))
                client.cut()
                wait_until("the upstream's call was cancelled",
                           lambda: len(self.model.aborted("silent")) > ended, GONE_SECONDS)

    def test_a_client_that_leaves_in_the_middle_of_the_deltas(self):
        client = self.begin("half", "/v1/chat/completions", stream=True)
        client.read_until("one")
        client.cut()
        wait_until("the upstream's call was cancelled", lambda: self.model.aborted("half"), GONE_SECONDS)

    def test_sigterm_lets_a_run_finish(self):
        client = self.begin("short", tools=[tool()], events="all")
        client.read_until("began")
        self.server.popen.send_signal(signal.SIGTERM)
        wait_until("no new connection is taken", self.refuses)
        reply = client.whole()
        self.assertEqual(messages(reply.events())[-1]["choices"][0]["message"]["content"], "done")
        self.assertEqual(self.server.popen.wait(20), 0, self.server.log())

    def test_sigterm_ends_a_run_that_takes_too_long(self):
        self.stage.stop()
        self.stage = Stage(self.scenarios, {"limits": {"shutdown_grace_ms": 300}})
        self.server = self.stage.server
        client = self.begin("sleeper", tools=[tool()], events="all")
        client.read_until("began")
        children = [pid for pid, _ in self.server.descendants()]
        began = time.monotonic()
        self.server.popen.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.popen.wait(20), 0, self.server.log())
        self.assertLess(time.monotonic() - began, 5)
        wait_until("no child survives", lambda: not any(alive(pid) for pid in children), 2)

    def test_a_server_that_stops_tells_whoever_waits(self):
        self.stage.stop()
        self.stage = Stage(self.scenarios, {"limits": {"shutdown_grace_ms": 100}})
        self.server = self.stage.server
        agent = self.begin("sleeper", tools=[tool()], events="all")
        agent.read_until("began")
        whole = self.begin("silent", "/v1/chat/completions")
        run = self.begin("sleeper", "/v1/chat/completions", heroku={"tools": [tool()]})
        wait_until("both boxes run", lambda: len(self.stage.model.requests("sleeper")) == 2 and self.boxed())
        wait_until("the model is asked", lambda: self.stage.model.requests("silent"))
        self.server.popen.send_signal(signal.SIGTERM)
        event, data = agent.whole().events()[-2]
        self.assertEqual(event, "error")
        self.assertIn("shutting down", data)
        for client in (whole, run):
            reply = client.whole()
            self.assertEqual(reply.status, 503, reply)
            self.assertIn("shutting down", reply.json()["message"])
        self.assertEqual(self.server.popen.wait(20), 0, self.server.log())

    def test_sigkill_leaves_no_child(self):
        client = self.begin("sleeper", tools=[tool()], events="all")
        client.read_until("began")
        children = [pid for pid, _ in self.server.descendants()]
        self.assertGreaterEqual(len(children), 2)
        self.server.popen.kill()
        self.server.popen.wait()
        wait_until("no child survives", lambda: not any(alive(pid) for pid in children), 2)

    def refuses(self):
        try:
            Connection(self.server.port).send("GET", "/healthz").whole()
        except OSError:
            return True
        except Exception:
            return True
        return False


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    main()
