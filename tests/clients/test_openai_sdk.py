"""The PyPI `openai` client as applications use it. Runs with .venv's Python."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import KEY, StageTest, main, say, tool, use, user  # noqa: E402

import openai  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
FIBONACCI = "a, b = 0, 1\nfor _ in range(10):\n    print(a, end=' ')\n    a, b = b, a + b\n"
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}}}}


class OpenAi(StageTest):
    scenarios = {
        "fibonacci": [use(("code_exec_python", {"code": FIBONACCI})), say("0, 1, 1, 2, 3, 5, 8, 13, 21, 34")],
        "plain": [say("Hello there.", usage={"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5})],
        "caller-tool": [use(("get_weather", {"city": "Oslo"}))],
        "broken": [{"status": 500, "body": {"error": {"message": "on fire"}}}] * 20,
        "embed": [say("")],
    }
    config = {"auth": {"keys": [
        {"id": "dev", "key": KEY, "requests_per_minute": 100000},
        {"id": "slow", "key": "slow-key-0123456789", "requests_per_minute": 1}]}}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = openai.OpenAI(base_url=cls.server.url + "/v1", api_key=KEY, timeout=60)

    def ask(self, model, client=None, **more):
        return (client or self.client).chat.completions.create(model=model, messages=user(), **more)

    def test_the_quick_example_runs_as_it_stands(self):
        env = {**os.environ, "INFERENCE_URL": self.server.url, "INFERENCE_KEY": KEY, "INFERENCE_MODEL_ID": "fibonacci"}
        ran = subprocess.run([sys.executable, HERE / "seeds" / "quick_example.py"], env=env,
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(ran.stdout.strip(), "0, 1, 1, 2, 3, 5, 8, 13, 21, 34")
        result = self.model.requests("fibonacci")[-1]["body"]["messages"][-1]
        self.assertIn("0 1 1 2 3 5 8 13 21 34", result["content"])

    def test_plain(self):
        answer = self.ask("plain")
        self.assertEqual(answer.choices[0].message.content, "Hello there.")
        self.assertEqual((answer.usage.total_tokens, answer.choices[0].finish_reason), (5, "stop"))
        self.assertTrue(answer._request_id)

    def test_stream(self):
        text, usage = "", None
        for chunk in self.ask("plain", stream=True, stream_options={"include_usage": True}):
            if chunk.choices:
                text += chunk.choices[0].delta.content or ""
            usage = chunk.usage or usage
        self.assertEqual((text, usage.total_tokens), ("Hello there.", 5))

    def test_stream_with_tools_here(self):
        chunks = self.ask("fibonacci", stream=True, extra_body={"heroku": {"tools": [tool()]}})
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        self.assertTrue(text.endswith("34"), text)

    def test_streamed_function_calls_add_up(self):
        arguments, name = "", None
        for chunk in self.ask("caller-tool", stream=True, tools=[WEATHER]):
            for call in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
                name = call.function.name or name
                arguments += call.function.arguments or ""
        self.assertEqual((name, arguments.replace(" ", "")), ("get_weather", '{"city":"Oslo"}'))

    def test_with_options_and_raw_response(self):
        raw = self.client.chat.completions.with_raw_response.create(model="plain", messages=user())
        self.assertTrue(raw.headers["x-request-id"])
        self.assertEqual(raw.parse().choices[0].message.content, "Hello there.")

    def test_errors_map_to_their_classes(self):
        with self.assertRaises(openai.BadRequestError) as caught:
            self.ask("plain", extra_body={"heroku": {"tools": [tool("nope")]}})
        self.assertIn("nope", str(caught.exception))
        with self.assertRaises(openai.AuthenticationError):
            self.ask("plain", client=self.client.with_options(api_key="wrong"))
        with self.assertRaises((openai.BadRequestError, openai.NotFoundError)):
            self.ask("no-such-model")
        slow = self.client.with_options(api_key="slow-key-0123456789", max_retries=0)
        self.ask("plain", client=slow)
        with self.assertRaises(openai.RateLimitError) as caught:
            self.ask("plain", client=slow)
        self.assertTrue(caught.exception.response.headers["retry-after"])

    def test_a_failing_upstream_is_a_server_error(self):
        with self.assertRaises(openai.APIStatusError) as caught:
            self.ask("broken", client=self.client.with_options(max_retries=0))
        self.assertGreaterEqual(caught.exception.status_code, 500)
        self.assertIn("on fire", str(caught.exception))

    def test_models_and_embeddings(self):
        self.assertIn("plain", [m.id for m in self.client.models.list()])
        answer = self.client.embeddings.create(model="embed", input=["one", "two"])
        self.assertEqual(len(answer.data), 2)
        self.assertIsInstance(answer.data[0].embedding[0], float)


if __name__ == "__main__":
    main()
