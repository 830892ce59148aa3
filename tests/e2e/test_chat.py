"""POST /v1/chat/completions: pass-through, heroku.tools, function tools beside them."""

import json

from harness import StageTest, main, messages, say, tool, use, user

USAGE_1 = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
USAGE_2 = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
WEATHER = {"type": "function", "function": {"name": "get_weather", "description": "Weather of a city",
                                            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}


class Chat(StageTest):
    scenarios = {
        "thinks": [say("Yes.", reasoning="Hm.")],
        "plain": [say("Hello there, friend.", chunks=4, usage=USAGE_1)],
        "caller-tool": [use(("get_weather", {"city": "Oslo"}), usage=USAGE_1)],
        "sum": [use(("code_exec_python", {"code": "print(2 + 3)"}), text="I will add.", usage=USAGE_1),
                say("The sum is 5.", chunks=3, usage=USAGE_2)],
        "mixed": [use(("code_exec_python", {"code": "print(1)"}), usage=USAGE_1),
                  use(("get_weather", {"city": "Rome"}), usage=USAGE_2)],
        "both-at-once": [use(("code_exec_python", {"code": "print(1)"}), ("get_weather", {"city": "Rome"})),
                         say("unreached")],
        "refused": [{"status": 400, "body": {"error": {"message": "temperature is too high for me"}}}],
    }

    def chat(self, model, **more):
        return self.server.chat({"model": model, "messages": user(), **more})

    def with_heroku(self, model, **more):
        return self.chat(model, heroku={"tools": [tool(target_app_name="my-app")]}, **more)

    def chunks(self, reply):
        self.assertEqual(reply.status, 200, reply)
        events = reply.events()
        self.assertEqual(events[-1], ("done", "[DONE]"))
        found = messages(events)
        self.assertEqual({c["object"] for c in found}, {"chat.completion.chunk"})
        self.assertEqual(len({c["id"] for c in found}), 1)
        for chunk in found:
            self.assertRegex(chunk["system_fingerprint"], r"^heroku-inf-")
        return found

    def text_of(self, chunks):
        return "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])

    # ---- pass-through

    def test_a_function_is_handed_on_whole(self):
        strict = {"type": "function", "function": {**WEATHER["function"], "strict": True, "x-hint": [1]}}
        self.assertEqual(self.chat("plain", tools=[strict]).status, 200)
        self.assertEqual(self.model.requests("plain")[-1]["body"]["tools"], [strict])

    def test_reasoning_has_one_form(self):
        thinking = {"thinking": "Hm."}
        self.assertEqual(self.chat("thinks").json()["choices"][0]["message"]["reasoning"], thinking)
        for chunks in (self.chunks(self.chat("thinks", stream=True)), self.chunks(self.with_heroku("thinks", stream=True))):
            deltas = [c["choices"][0]["delta"] for c in chunks if c["choices"]]
            self.assertIn(thinking, [d.get("reasoning") for d in deltas])
            self.assertFalse([d for d in deltas if "reasoning_content" in d])
        self.assertEqual(self.with_heroku("thinks").json()["choices"][0]["message"]["reasoning"], thinking)

    def test_plain_answer(self):
        reply = self.chat("plain")
        self.assertEqual(reply.status, 200, reply)
        body = reply.json()
        self.assertEqual((body["object"], body["model"]), ("chat.completion", "plain"))
        self.assertRegex(body["id"], r"^chatcmpl-")
        self.assertRegex(body["system_fingerprint"], r"^heroku-inf-\w{6,7}$")
        choice = body["choices"][0]
        self.assertEqual((choice["index"], choice["finish_reason"]), (0, "stop"))
        self.assertEqual(choice["message"]["role"], "assistant")
        self.assertEqual(choice["message"]["content"], "Hello there, friend.")
        self.assertIsNone(choice["message"]["refusal"])
        self.assertEqual(body["usage"], USAGE_1)

    def test_stream_has_deltas_and_usage_on_the_finish_chunk(self):
        chunks = self.chunks(self.chat("plain", stream=True))
        self.assertEqual(self.text_of(chunks), "Hello there, friend.")
        self.assertGreater(len(chunks), 2, "token deltas, not one piece")
        finish = [c for c in chunks if c["choices"] and c["choices"][0]["finish_reason"]]
        self.assertEqual(len(finish), 1)
        self.assertEqual(finish[0]["choices"][0]["finish_reason"], "stop")
        self.assertEqual(finish[0]["usage"], USAGE_1)

    def test_include_usage_adds_a_last_chunk_without_choices(self):
        chunks = self.chunks(self.chat("plain", stream=True, stream_options={"include_usage": True}))
        self.assertEqual(chunks[-1]["choices"], [])
        self.assertEqual(chunks[-1]["usage"], USAGE_1)

    def test_the_callers_tools_pass_through(self):
        reply = self.chat("caller-tool", tools=[WEATHER], tool_choice="auto")
        choice = reply.json()["choices"][0]
        self.assertEqual(choice["finish_reason"], "tool_calls")
        self.assertEqual(choice["message"]["tool_calls"][0]["function"]["name"], "get_weather")
        self.assertEqual(json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]), {"city": "Oslo"})
        self.assertEqual(self.model.requests("caller-tool")[-1]["body"]["tools"][0]["function"]["name"], "get_weather")

    def test_streamed_tool_calls_have_index_id_and_name_first(self):
        chunks = self.chunks(self.chat("caller-tool", tools=[WEATHER], stream=True))
        calls = [call for c in chunks if c["choices"] for call in c["choices"][0]["delta"].get("tool_calls") or []]
        self.assertEqual((calls[0]["index"], calls[0]["function"]["name"]), (0, "get_weather"))
        self.assertTrue(calls[0]["id"])
        self.assertEqual(json.loads("".join(c["function"].get("arguments") or "" for c in calls)), {"city": "Oslo"})

    def test_fields_we_do_not_know_are_forwarded(self):
        self.assertEqual(self.chat("plain", top_k=5, seed=7).status, 200)
        sent = self.model.requests("plain")[-1]["body"]
        self.assertEqual((sent["top_k"], sent["seed"]), (5, 7))
        self.assertNotIn("heroku", sent)

    def test_an_upstream_refusal_keeps_its_words(self):
        reply = self.chat("refused")
        self.assertEqual(reply.status, 400, reply)
        self.assertIn("temperature is too high", reply.json()["error"]["message"])
        self.assertEqual(reply.json()["message"], reply.json()["error"]["message"])

    # ---- heroku.tools

    def test_the_whole_loop_runs_here(self):
        reply = self.with_heroku("sum")
        self.assertEqual(reply.status, 200, reply)
        body = reply.json()
        self.assertEqual(body["object"], "chat.completion")
        choice = body["choices"][0]
        self.assertEqual((choice["message"]["content"], choice["finish_reason"]), ("The sum is 5.", "stop"))
        self.assertNotIn("tool_calls", choice["message"])
        self.assertEqual(body["usage"], {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42})

    def test_its_stream_holds_assistant_text_only(self):
        reply = self.with_heroku("sum", stream=True)
        chunks = self.chunks(reply)
        self.assertTrue(self.text_of(chunks).endswith("The sum is 5."), reply)
        self.assertNotIn("tool.completion", reply.text)
        finish = [c for c in chunks if c["choices"] and c["choices"][0]["finish_reason"]]
        self.assertEqual([c["choices"][0]["finish_reason"] for c in finish], ["stop"])
        self.assertEqual(finish[0]["usage"]["total_tokens"], 42)
        self.assertFalse([c for c in chunks if c["choices"] and c["choices"][0]["delta"].get("tool_calls")],
                         "calls that ran here are not the caller's business")

    def test_events_all_on_this_endpoint(self):
        events = self.with_heroku("sum", stream=True, events="all").events()
        kinds = [json.loads(data)["kind"] for event, data in events if event == "tool"]
        self.assertIn("started", kinds)
        self.assertIn("finished", kinds)

    def test_the_callers_function_ends_the_loop(self):
        reply = self.with_heroku("mixed", tools=[WEATHER])
        choice = reply.json()["choices"][0]
        self.assertEqual(choice["finish_reason"], "tool_calls")
        self.assertEqual([c["function"]["name"] for c in choice["message"]["tool_calls"]], ["get_weather"])
        self.assertEqual(reply.json()["usage"]["total_tokens"], 42)

    def test_the_callers_function_in_a_stream(self):
        chunks = self.chunks(self.with_heroku("mixed", tools=[WEATHER], stream=True))
        calls = [call for c in chunks if c["choices"] for call in c["choices"][0]["delta"].get("tool_calls") or []]
        self.assertEqual([c["function"]["name"] for c in calls if c["function"].get("name")], ["get_weather"])
        self.assertEqual(chunks[-1]["choices"][0]["finish_reason"], "tool_calls")

    def test_a_turn_that_calls_both_returns_the_callers_call(self):
        choice = self.with_heroku("both-at-once", tools=[WEATHER]).json()["choices"][0]
        self.assertEqual(choice["finish_reason"], "tool_calls")
        self.assertIn("get_weather", [c["function"]["name"] for c in choice["message"]["tool_calls"]])

    def test_a_pilot_spelling_of_the_tool(self):
        for spelled in ({"type": "heroku_tool", "function": {"name": "code_exec_python"}},
                        {"type": "heroku_tool", "function": "code_exec_python"}):
            reply = self.chat("sum", tools=[spelled])
            self.assertEqual(reply.status, 200, reply)
            self.assertEqual(reply.json()["choices"][0]["message"]["content"], "The sum is 5.")


if __name__ == "__main__":
    main()
