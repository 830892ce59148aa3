"""Caps of a run: calls, time, turns, output; rates of a key; what a key may use."""

import json
import time
import unittest

from harness import Stage, StageTest, main, messages, say, tool, use, user
from test_agents import result_of


def calls(count, code="print(1)"):
    return [use(("code_exec_python", {"code": code}))] * count


class Limits(StageTest):
    scenarios = {
        "plain": [say("Hello.")],
        "greedy": calls(3) + [say("enough")],
        "three-at-once": [use(*[("code_exec_python", {"code": f"print({i})"}) for i in range(3)]), say("enough")],
        "sleeper": [use(("code_exec_python", {"code": "print('began', flush=True)\nimport time\ntime.sleep(60)"})), say("too slow")],
        "chatty": [use(("code_exec_python", {"code": "print('x' * 300000)"})), say("much")],
        "endless": calls(40),
        "breaks": calls(1) + [{"status": 400, "body": {"error": {"message": "I am broken"}}}],
        "one": calls(1) + [say("fine")],
    }
    config = {"limits": {"turns_max": 6, "ttl_seconds_max": 120}}

    def run_agent(self, model, **runtime_params):
        reply = self.server.agents({"model": model, "messages": user(), "tools": [tool(**runtime_params)]})
        self.assertEqual(reply.status, 200, reply)
        return reply

    def results(self, reply):
        return [result_of(m)[1] for m in messages(reply.events()) if m["object"] == "tool.completion"]

    def test_used_up_calls_are_a_result_and_the_tool_is_withdrawn(self):
        before = len(self.model.requests("greedy"))
        results = self.results(self.run_agent("greedy", max_calls=2))
        self.assertEqual([r["isError"] for r in results], [False, False, True])
        self.assertIn("2", results[2]["content"][0]["text"])
        asked = self.model.requests("greedy")[before:]
        self.assertEqual(len(asked), 4)
        self.assertTrue(asked[1]["body"].get("tools"))
        self.assertFalse(asked[2]["body"].get("tools"), "no calls left: no longer offered")

    def test_the_limit_counts_calls_of_one_turn(self):
        results = self.results(self.run_agent("three-at-once", max_calls=2))
        self.assertEqual([r["isError"] for r in results], [False, False, True])

    def test_ttl_ends_the_program_and_the_loop_goes_on(self):
        began = time.monotonic()
        reply = self.run_agent("sleeper", ttl_seconds=1)
        self.assertLess(time.monotonic() - began, 10)
        (result,) = self.results(reply)
        text = json.loads(result["content"][0]["text"])
        self.assertEqual((text["returncode"], text["stdout"]), (-2, "began"), "partial output is kept")
        self.assertTrue(result["isError"])
        self.assertEqual(messages(reply.events())[-1]["choices"][0]["message"]["content"], "too slow")
        self.assertEqual([p for p in self.server.descendants() if "time.sleep" in p[1]], [])

    def test_above_the_maximum_the_maximum_counts_and_a_header_says_so(self):
        for params in ({"ttl_seconds": 300}, {"max_calls": 1000000}, {"ttl_seconds": 300, "max_calls": 1000000}):
            reply = self.run_agent("one", **params)
            for name in params:
                self.assertIn(name, reply.headers.get("x-collet-warning", ""))
            self.assertFalse(self.results(reply)[0]["isError"])
        self.assertNotIn("x-collet-warning", self.run_agent("one", ttl_seconds=120).headers)

    def test_long_output_keeps_head_and_tail(self):
        (result,) = self.results(self.run_agent("chatty"))
        text = result["content"][0]["text"]
        self.assertLess(len(text), 100000)
        self.assertRegex(text, r"\[\d+ bytes omitted\]")

    def test_turns_have_an_end(self):
        reply = self.run_agent("endless", max_calls=30)
        event, data = reply.events()[-2]
        self.assertEqual(event, "error")
        self.assertIn("6", json.loads(data)["message"])
        self.assertEqual(reply.events()[-1], ("done", "[DONE]"))

    def test_turns_have_an_end_without_a_stream(self):
        reply = self.server.chat({"model": "endless", "messages": user(), "heroku": {"tools": [tool(max_calls=30)]}})
        self.assertEqual(reply.status, 422, "clients ask again after a 429 or 5xx, and the tools would run again")
        self.assertEqual(reply.headers["x-should-retry"], "false")
        self.assertEqual(reply.json()["error"]["type"], "run_limit_error")
        self.assertIn("6", reply.json()["error"]["message"])

    def test_a_number_beyond_64_bits_is_above_the_maximum(self):
        reply = self.run_agent("one", ttl_seconds=9223372036854775808)
        self.assertIn("9223372036854775808", reply.headers["x-collet-warning"])

    def test_a_model_that_fails_after_tools_ran_is_not_asked_again(self):
        reply = self.server.chat({"model": "breaks", "messages": user(), "heroku": {"tools": [tool()]}})
        self.assertEqual(reply.status, 400, reply)
        self.assertEqual(reply.headers["x-should-retry"], "false")


def key(name, **more):
    return {"id": name, "key": f"key-of-{name}-0123456789", **more}


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        keys = [key("slow", requests_per_minute=3), key("none", tools=["pg_*"]), key("exec", tools=["code_exec_*"])]
        cls.stage = Stage({"plain": [say("Hello.")]}, {"auth": {"keys": keys}})
        cls.server = cls.stage.server

    @classmethod
    def tearDownClass(cls):
        cls.stage.stop()

    def ask(self, name, tools=()):
        body = {"model": "plain", "messages": user(), "tools": list(tools)}
        return self.server.agents(body, {"Authorization": f"Bearer key-of-{name}-0123456789"})

    def test_a_rate_limit_answers_429_with_all_its_headers(self):
        replies = [self.ask("slow") for _ in range(4)]
        self.assertEqual([r.status for r in replies], [200, 200, 200, 429])
        self.assertEqual([r.headers["x-ratelimit-remaining-requests"] for r in replies], ["2", "1", "0", "0"])
        last = replies[3]
        self.assertEqual(last.json()["error"]["type"], "rate_limit_error")
        self.assertEqual(last.headers["x-ratelimit-limit-requests"], "3")
        self.assertGreater(int(last.headers["retry-after"]), 0)
        self.assertEqual(self.ask("exec").status, 200, "one key's rate is not another's")

    def test_a_key_reaches_only_its_tools(self):
        self.assertEqual(self.ask("exec", [tool()]).status, 200)
        reply = self.ask("none", [tool()])
        self.assertIn(reply.status, (400, 403), reply)
        for word in ("code_exec_python", "pg_*"):
            self.assertIn(word, reply.json()["error"]["message"])
        self.assertEqual(self.ask("none").status, 200)


if __name__ == "__main__":
    main()
