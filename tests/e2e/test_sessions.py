"""Files that stay in /work between calls: tool_params.session."""

import json
import unittest

from harness import KEY, StageTest, main, messages, say, tool, use, user

OTHER_KEY = "other-key-0123456789"


def python(code):
    return ("code_exec_python", {"code": code})


def ruby(code):
    return ("code_exec_ruby", {"code": code})


def session(value, name="code_exec_python"):
    return tool(name, tool_params={"session": value}, max_calls=9)


class Sessions(StageTest):
    WRITE = python("open('notes', 'a').write('kept;')\nprint('wrote')")
    READ = python("import os\nprint(open('notes').read() if os.path.exists('notes') else 'nothing')")
    scenarios = {
        "keeps": [use(WRITE), use(READ), use(ruby("puts File.read('notes')")), say("done")],
        "at once": [use(*[python(f"import os, time\nos.mkdir('busy')\ntime.sleep(0.02)\nos.rmdir('busy')\nprint({i})") for i in range(4)]), say("done")],
        "writes": [use(WRITE), say("done")],
        "reads": [use(READ), say("done")],
    }
    config = {"auth": {"keys": [{"id": "dev", "key": KEY}, {"id": "other", "key": OTHER_KEY}]}}

    def outputs(self, model, tools, key=KEY):
        reply = self.server.call("/v1/agents/heroku", {"model": model, "messages": user(), "tools": tools},
                                 self.server.headers(key=key))
        self.assertEqual(reply.status, 200, reply)
        events = [event["choices"][0]["message"] for event in messages(reply.events())]
        self.assertEqual(events[-1]["content"], "done", reply)
        results = [json.loads(event["content"].split("returned result: ", 1)[1]) for event in events if event["role"] == "tool"]
        return [json.loads(result["content"][0]["text"]) for result in results]

    def test_true_is_for_the_calls_of_one_run(self):
        tools = [session(True), session(True, "code_exec_ruby")]
        wrote, read, other = self.outputs("keeps", tools)
        self.assertEqual((wrote["session"], wrote["stdout"]), ("new", "wrote"))
        self.assertEqual((read["session"], read["stdout"]), ("continued", "kept;"))
        self.assertEqual((other["session"], other["stdout"]), ("continued", "kept;"))
        [later] = self.outputs("reads", tools[:1])
        self.assertEqual((later["session"], later["stdout"]), ("new", "nothing"))

    def test_a_name_is_for_all_runs_of_its_key(self):
        self.outputs("writes", [session("a")])
        [read] = self.outputs("reads", [session("a")])
        self.assertEqual((read["session"], read["stdout"]), ("continued", "kept;"))
        [stranger] = self.outputs("reads", [session("a")], OTHER_KEY)
        self.assertEqual((stranger["session"], stranger["stdout"]), ("new", "nothing"))

    def test_calls_at_once_take_their_turns(self):
        results = self.outputs("at once", [session(True)])
        self.assertEqual([r["returncode"] for r in results], [0, 0, 0, 0], results)

    def test_the_model_is_told(self):
        self.outputs("writes", [session(True)])
        description = self.model.requests("writes")[-1]["body"]["tools"][0]["function"]["description"]
        self.assertIn("Files in /work, where a program starts, are there again in the next call", description)
        self.assertNotIn("Nothing is kept", description)

    def test_a_name_that_is_none_is_refused(self):
        reply = self.server.agents({"model": "writes", "messages": user(), "tools": [session("a/b")]})
        self.assertEqual(reply.status, 400, reply)
        self.assertIn("tool_params.session", reply.json()["error"]["message"])


if __name__ == "__main__":
    main()
