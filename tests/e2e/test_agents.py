"""POST /v1/agents/heroku: the stream, byte for byte, with a real box behind it."""

import json
import re

from harness import StageTest, main, messages, say, tool, use, user

FIBONACCI = "a, b = 0, 1\nfor _ in range(10):\n    print(a)\n    a, b = b, a + b\n"


def result_of(event):
    """The CallToolResult inside a tool.completion, and the text's JSON."""
    content = event["choices"][0]["message"]["content"]
    match = re.fullmatch(r"Tool '([^']+)' returned result: (\{.*\})", content, re.S)
    assert match, f"not wrapped as documented: {content!r}"
    result = json.loads(match.group(2))
    return match.group(1), result


class Agents(StageTest):
    scenarios = {
        "fibonacci": [use(("code_exec_python", {"code": FIBONACCI}), text="Let me compute that.",
                          usage={"prompt_tokens": 210, "completion_tokens": 40, "total_tokens": 250}),
                      say("They are 0, 1, 1, 2, ...",
                          usage={"prompt_tokens": 300, "completion_tokens": 9, "total_tokens": 309})],
        "plain": [say("Hello.")],
        "silent-call": [use(("code_exec_python", {"code": "print(1)"})), say("done")],
        "parallel": [use(("code_exec_python", {"code": "import time; time.sleep(0.5); print('slow')"}),
                         ("code_exec_python", {"code": "print('quick')"})), say("both")],
        "wrong-arguments": [use(("code_exec_python", {"kode": "print(1)"})), say("sorry")],
        "unknown-tool": [use(("no_such_tool", {})), say("sorry")],
        "failing-code": [use(("code_exec_python", {"code": "import sys; print('x'); sys.exit(3)"})), say("it failed")],
        "cut-short": [say("half a", finish_reason="length")],
        "history": [say("I see.")],
        "upstream-fails": [{"status": 500, "body": {"error": {"message": "the upstream is on fire"}}}] * 5,
    }

    def run_agent(self, model, **more):
        body = {"model": model, "messages": user(), "tools": [tool(target_app_name="my-app")], **more}
        reply = self.server.agents(body)
        self.assertEqual(reply.status, 200, reply)
        return reply

    def test_a_whole_run_is_the_documented_stream(self):
        reply = self.run_agent("fibonacci")
        self.assertTrue(reply.headers["content-type"].startswith("text/event-stream"), reply.headers)
        self.assertIn("x-request-id", reply.headers)
        events = reply.events()
        self.assertEqual([event for event, _ in events], ["message"] * 3 + ["done"])
        self.assertEqual(events[-1], ("done", "[DONE]"))
        self.assertTrue(reply.text.endswith("event:done\ndata:[DONE]\n\n"), reply.text[-80:])
        ask, ran, answer = messages(events)

        self.assertRegex(ask["id"], r"^chatcmpl-[0-9a-f]{21}$")
        self.assertEqual({m["id"] for m in (ask, ran, answer)}, {ask["id"]}, "all events share one id")
        self.assertEqual({m["system_fingerprint"] for m in (ask, ran, answer)}, {ask["system_fingerprint"]})
        self.assertRegex(ask["system_fingerprint"], r"^heroku-inf-\w{6,7}$")
        self.assertLessEqual(ask["created"], ran["created"])

        self.assertEqual(list(ask), ["id", "object", "created", "model", "system_fingerprint", "choices", "usage"])
        self.assertEqual((ask["object"], ask["model"]), ("chat.completion", "fibonacci"))
        self.assertEqual(len(ask["choices"]), 1)
        choice = ask["choices"][0]
        self.assertEqual((choice["index"], choice["finish_reason"]), (0, "tool_calls"))
        message = choice["message"]
        self.assertEqual(message["role"], "assistant")
        self.assertEqual(message["content"], "Let me compute that.")
        self.assertIsNone(message["refusal"])
        call = message["tool_calls"][0]
        self.assertEqual((call["type"], call["function"]["name"]), ("function", "code_exec_python"))
        self.assertEqual(json.loads(call["function"]["arguments"]), {"code": FIBONACCI})
        self.assertEqual(ask["usage"], {"prompt_tokens": 210, "completion_tokens": 40, "total_tokens": 250})

        self.assertEqual(ran["object"], "tool.completion")
        self.assertNotIn("model", ran)
        self.assertEqual(ran["usage"], {})
        self.assertEqual(ran["choices"][0]["finish_reason"], "")
        message = ran["choices"][0]["message"]
        self.assertEqual((message["role"], message["refusal"]), ("tool", None))
        self.assertEqual((message["tool_call_id"], message["name"]), (call["id"], "code_exec_python"))
        name, result = result_of(ran)
        self.assertEqual((name, result["isError"]), ("code_exec_python", False))
        text = result["content"][0]["text"]
        self.assertEqual(result["content"][0]["type"], "text")
        self.assertTrue(text.startswith('{\n  "returncode": 0,\n  "stdout": "0\\n1\\n1\\n2\\n3\\n5\\n8\\n13\\n21\\n34",\n'
                                        '  "stderr": ""'), text)

        self.assertEqual(answer["choices"][0]["finish_reason"], "stop")
        self.assertEqual(answer["choices"][0]["message"]["content"], "They are 0, 1, 1, 2, ...")
        self.assertNotIn("tool_calls", answer["choices"][0]["message"])
        self.assertEqual(answer["usage"]["total_tokens"], 309, "usage is of that one model call")

    def test_a_turn_of_only_calls_has_an_empty_string_as_content(self):
        ask = messages(self.run_agent("silent-call").events())[0]
        self.assertEqual(ask["choices"][0]["message"]["content"], "")

    def test_the_model_reads_the_result(self):
        before = len(self.model.requests("silent-call"))
        self.run_agent("silent-call")
        asked = self.model.requests("silent-call")[before:]
        self.assertEqual(len(asked), 2)
        offered = asked[0]["body"]["tools"][0]["function"]
        self.assertEqual(offered["name"], "code_exec_python")
        self.assertIn("code", offered["parameters"]["properties"])
        last = asked[1]["body"]["messages"][-1]
        self.assertEqual(last["role"], "tool")
        self.assertIn("returncode", last["content"])

    def test_without_tools_one_turn(self):
        for tools in ([], None):
            events = self.server.agents({"model": "plain", "messages": user(), "tools": tools}).events()
            self.assertEqual([event for event, _ in events], ["message", "done"])
            self.assertEqual(messages(events)[0]["choices"][0]["message"]["content"], "Hello.")

    def test_parallel_calls_finish_in_call_order(self):
        slow, quick = messages(self.run_agent("parallel").events())[1:3]
        self.assertIn("slow", slow["choices"][0]["message"]["content"])
        self.assertIn("quick", quick["choices"][0]["message"]["content"])

    def test_wrong_arguments_are_a_result_the_model_can_use(self):
        _, ran, answer = messages(self.run_agent("wrong-arguments").events())
        _, result = result_of(ran)
        self.assertTrue(result["isError"])
        self.assertIn("code", result["content"][0]["text"])
        self.assertEqual(answer["choices"][0]["finish_reason"], "stop")

    def test_a_tool_that_was_not_offered_is_a_result(self):
        _, ran, answer = messages(self.run_agent("unknown-tool").events())
        _, result = result_of(ran)
        self.assertTrue(result["isError"])
        self.assertIn("no_such_tool", result["content"][0]["text"])
        self.assertIn("code_exec_python", result["content"][0]["text"], "names what there is")
        self.assertEqual(answer["choices"][0]["message"]["content"], "sorry")

    def test_a_failing_program_is_not_a_tool_error(self):
        _, result = result_of(messages(self.run_agent("failing-code").events())[1])
        self.assertFalse(result["isError"])
        text = json.loads(result["content"][0]["text"])
        self.assertEqual((text["returncode"], text["stdout"]), (3, "x"))
        self.assertEqual(list(text)[:3], ["returncode", "stdout", "stderr"])

    def test_a_turn_cut_by_its_length_ends_the_run(self):
        events = self.run_agent("cut-short").events()
        self.assertEqual(messages(events)[0]["choices"][0]["finish_reason"], "length")
        self.assertEqual(events[-1], ("done", "[DONE]"))

    def test_a_history_with_tool_messages_is_forwarded(self):
        history = [
            {"role": "user", "content": "2+3?"},
            {"role": "assistant", "content": "", "tool_calls": [
                {"id": "tooluse_1", "type": "function",
                 "function": {"name": "code_exec_python", "arguments": '{"code":"print(2+3)"}'}}]},
            {"role": "tool", "tool_call_id": "tooluse_1", "name": "code_exec_python",
             "content": "Tool 'code_exec_python' returned result: {\"content\":[]}"},
            {"role": "assistant", "content": "5", "refusal": None},
            {"role": "user", "content": "and now?"},
        ]
        self.run_agent("history", messages=history)
        sent = self.model.requests("history")[-1]["body"]["messages"]
        self.assertEqual([m["role"] for m in sent], ["user", "assistant", "tool", "assistant", "user"])
        self.assertEqual(sent[1]["tool_calls"][0]["id"], sent[2]["tool_call_id"])

    def test_options_reach_the_model(self):
        self.run_agent("plain", max_tokens_per_inference_request=77, temperature=0.5, top_p=0.9, stop=["x"],
                       metadata={"a": 1}, session_id="s")
        sent = self.model.requests("plain")[-1]["body"]
        self.assertEqual((sent["max_tokens"], sent["temperature"], sent["top_p"], sent["stop"]), (77, 0.5, 0.9, ["x"]))
        self.assertNotIn("session_id", sent)

    def test_an_upstream_failure_is_an_error_event_every_client_understands(self):
        events = self.run_agent("upstream-fails").events()
        self.assertEqual([event for event, _ in events], ["error", "done"])
        data = json.loads(events[0][1])
        self.assertEqual(data["object"], "agent.error")
        self.assertIn("on fire", data["message"])
        self.assertEqual(data["error"]["message"], data["message"])
        self.assertIsInstance(data["error"]["code"], int)
        self.assertEqual(data["error"]["type"], "server_error")

    def test_events_all_shows_the_call_as_it_runs(self):
        events = self.run_agent("fibonacci", events="all").events()
        activity = [json.loads(data) for event, data in events if event == "tool"]
        kinds = [a["kind"] for a in activity]
        self.assertTrue(all(a["object"] == "tool.event" for a in activity), activity)
        for kind in ("queued", "started", "output", "finished"):
            self.assertIn(kind, kinds)
        self.assertLess(kinds.index("started"), kinds.index("finished"))
        self.assertIn("34", "".join(a.get("text", "") for a in activity if a["kind"] == "output"))
        # Without the frames it is the documented stream.
        self.assertEqual([e for e, _ in events if e != "tool"], ["message"] * 3 + ["done"])

    def test_events_are_off_by_default(self):
        for quiet in ({}, {"events": None}):
            self.assertNotIn("event:tool\n", self.run_agent("fibonacci", **quiet).text)


if __name__ == "__main__":
    main()
