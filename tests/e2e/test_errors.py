"""Every wrong field is a 400 that names it, before any model is asked."""

import json
import socket

from harness import KEY, IO_SECONDS, StageTest, main, say, tool, user

AGENTS, CHAT = "/v1/agents/heroku", "/v1/chat/completions"


def agents(**changes):
    body = {"model": "plain", "messages": user(), "tools": [tool(target_app_name="my-app")]}
    body.update(changes)
    return body


def with_params(**params):
    return agents(tools=[tool(**params)])


def with_command(**tool_params):
    return agents(tools=[tool("dyno_run_command", target_app_name="my-app", tool_params=tool_params)])


def function(name):
    return {"type": "function", "function": {"name": name}}


def chat(**changes):
    return {"model": "plain", "messages": user(), **changes}


def in_chat(**params):
    return chat(heroku={"tools": [tool(**params)]})


# (what is wrong, path, body, words the message must hold)
WRONG = [
    ("model missing", AGENTS, {"messages": user()}, ["model"]),
    ("model of a wrong type", AGENTS, agents(model=5), ["model", "5"]),
    ("messages missing", AGENTS, {"model": "plain"}, ["messages"]),
    ("messages no array", AGENTS, agents(messages="hello"), ["messages"]),
    ("messages empty", AGENTS, agents(messages=[]), ["messages"]),
    ("a message that is no object", AGENTS, agents(messages=["hello"]), ["messages[0]"]),
    ("a role missing", AGENTS, agents(messages=[{"content": "x"}]), ["messages[0].role"]),
    ("a role unknown", AGENTS, agents(messages=[{"role": "wizard", "content": "x"}]), ["messages[0].role", "wizard"]),
    ("content of a wrong type", AGENTS, agents(messages=[{"role": "user", "content": 5}]), ["messages[0].content"]),
    ("tools no array", AGENTS, agents(tools={"type": "heroku_tool"}), ["tools"]),
    ("a tool that is no object", AGENTS, agents(tools=["code_exec_python"]), ["tools[0]"]),
    ("a tool without type", AGENTS, agents(tools=[{"name": "code_exec_python"}]), ["tools[0].type"]),
    ("a tool of unknown type", AGENTS, agents(tools=[{"type": "magic", "name": "code_exec_python"}]),
     ["tools[0].type", "magic", "heroku_tool"]),
    ("a tool without name", AGENTS, agents(tools=[{"type": "heroku_tool"}]), ["tools[0].name"]),
    ("an unknown tool", AGENTS, agents(tools=[tool("code_exec_pyton")]), ["code_exec_pyton", "code_exec_python"]),
    ("an unknown mcp tool", AGENTS, agents(tools=[{"type": "mcp", "name": "notes/find"}]), ["notes/find"]),
    ("runtime_params no object", AGENTS, agents(tools=[{**tool(), "runtime_params": 5}]), ["runtime_params"]),
    ("runtime_params unknown key", AGENTS, with_params(target_app_name="my-app", max_cals=2), ["max_cals", "max_calls"]),
    ("an unknown app", AGENTS, with_params(target_app_name="my-ap"), ["target_app_name", "my-ap", "my-app"]),
    ("an app of a wrong type", AGENTS, with_params(target_app_name=5), ["target_app_name"]),
    ("an unknown size", AGENTS, with_params(dyno_size="huge"), ["dyno_size", "huge", "standard-1x"]),
    ("ttl zero", AGENTS, with_params(ttl_seconds=0), ["ttl_seconds", "0"]),
    ("ttl negative", AGENTS, with_params(ttl_seconds=-1), ["ttl_seconds", "-1"]),
    ("ttl text", AGENTS, with_params(ttl_seconds="x"), ["ttl_seconds", "x"]),
    ("ttl fraction", AGENTS, with_params(ttl_seconds=1.5), ["ttl_seconds"]),
    ("ttl bool", AGENTS, with_params(ttl_seconds=True), ["ttl_seconds"]),
    ("max_calls zero", AGENTS, with_params(max_calls=0), ["max_calls", "0"]),
    ("max_calls negative", AGENTS, with_params(max_calls=-3), ["max_calls", "-3"]),
    ("max_calls text", AGENTS, with_params(max_calls="many"), ["max_calls", "many"]),
    ("tool_params no object", AGENTS, with_params(tool_params=[1]), ["tool_params"]),
    ("tool_params unknown key", AGENTS, with_params(tool_params={"colour": "red"}), ["colour"]),
    ("no command", AGENTS, with_command(), ["tools[0].runtime_params.tool_params.cmd", "required"]),
    ("a command of a wrong type", AGENTS, with_command(cmd=5), ["tools[0].runtime_params.tool_params.cmd", "5"]),
    ("a command without description", AGENTS, with_command(cmd="ls"), ["tools[0].runtime_params.tool_params.description"]),
    ("a command with an unknown placeholder", AGENTS, with_command(cmd="ls {dir}", description="x"),
     ["tools[0].runtime_params.tool_params.cmd", "{dir}"]),
    ("a command with arguments that are no object", AGENTS, with_command(cmd="ls", description="x", parameters={"type": "array"}),
     ["tools[0].runtime_params.tool_params.parameters.type"]),
    ("a command with a schema that is none", AGENTS,
     with_command(cmd="ls", description="x", parameters={"properties": {"a": {"type": "strin"}}}), ["tool_params", "strin"]),
    ("a command without an app", AGENTS, agents(tools=[tool("dyno_run_command", tool_params={"cmd": "ls"})]), ["dyno_run_command", "target_app_name"]),
    ("temperature of a wrong type", AGENTS, agents(temperature="hot"), ["temperature", "hot"]),
    ("max_tokens zero", AGENTS, agents(max_tokens_per_inference_request=0), ["max_tokens_per_inference_request"]),
    ("max_tokens negative", AGENTS, agents(max_tokens_per_inference_request=-5), ["max_tokens_per_inference_request"]),
    ("stop of a wrong type", AGENTS, agents(stop=[1]), ["stop"]),
    ("events unknown", AGENTS, agents(events="some"), ["events", "some", "all"]),
    ("chat: model missing", CHAT, {"messages": user()}, ["model"]),
    ("chat: messages missing", CHAT, {"model": "plain"}, ["messages"]),
    ("chat: stream of a wrong type", CHAT, chat(stream="yes"), ["stream", "yes"]),
    ("chat: heroku no object", CHAT, chat(heroku=5), ["heroku"]),
    ("chat: heroku.tools no array", CHAT, chat(heroku={"tools": 5}), ["heroku.tools"]),
    ("chat: an unknown tool", CHAT, chat(heroku={"tools": [tool("nope")]}), ["nope"]),
    ("chat: an unknown app", CHAT, in_chat(target_app_name="my-ap"), ["my-ap"]),
    ("chat: ttl zero", CHAT, in_chat(ttl_seconds=0), ["ttl_seconds", "0"]),
    ("an empty app", AGENTS, with_params(target_app_name=""), ["target_app_name"]),
    ("max_retries text", AGENTS, with_params(max_retries="x"), ["max_retries", "x"]),
    ("max_retries negative", AGENTS, with_params(max_retries=-1), ["max_retries", "-1"]),
    ("too many tools", AGENTS, agents(tools=[tool()] * 129), ["tools", "129", "limits.tools_per_request_max"]),
    ("a model that writes no text", AGENTS, agents(model="embed"), ["model", "embed", "text-to-text"]),
    ("chat: a model that writes no text", CHAT, chat(model="embed"), ["model", "embed", "text-to-text"]),
    ("chat: one name for two tools", CHAT, chat(heroku={"tools": [tool()]}, tools=[function("f"), function("f")]), ["tools[1]", "f"]),
    ("a function with a tool's name", AGENTS, agents(tools=[tool(), function("code_exec_python")]), ["tools[1]", "code_exec_python"]),
    ("chat: a choice that is not offered", CHAT,
     chat(tools=[function("f")], tool_choice={"type": "function", "function": {"name": "g"}}), ["tool_choice", "g", "f"]),
    ("chat: events unknown", CHAT, chat(stream=True, events=5), ["events"]),
]

# Bodies that are not a JSON object at all.
BROKEN = [b"", b"{", b"[]", b"5", b'"x"', b"null", b'{"model": "plain",}', b"\xff\xfe{}", b"{\"a\": \"\xff\"}",
          b"[" * 100000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b"{} trailing", b'{"model": "a\x00b"}',
          b"model=plain&messages=hello", b"\xef\xbb\xbf{}"]


class Errors(StageTest):
    scenarios = {"plain": [say("Hello.")], "embed": [say("unreached")]}
    config = {"limits": {"body_bytes_max": 1048576, "header_bytes_max": 16384}}

    def assert_error(self, reply, status, kind, *words):
        self.assertEqual(reply.status, status, reply)
        body = reply.json()
        error = body["error"]
        self.assertEqual((error["code"], error["type"]), (status, kind), reply)
        self.assertEqual(body["message"], error["message"], "the copy that some clients read")
        for word in words:
            self.assertIn(word, error["message"])
        self.assertTrue(reply.headers["x-request-id"])
        self.assertEqual(reply.headers["content-type"].split(";")[0], "application/json")

    def test_wrong_fields(self):
        for what, path, body, words in WRONG:
            with self.subTest(what):
                asked = len(self.model.requests())
                self.assert_error(self.server.call(path, body), 400, "invalid_request_error", *words)
                self.assertEqual(len(self.model.requests()), asked, "the model was asked")

    def test_an_unknown_model_is_not_found(self):
        for path, body in ((AGENTS, agents(model="plian")), (CHAT, chat(model="plian")),
                           ("/v1/embeddings", {"model": "plian", "input": "x"})):
            with self.subTest(path):
                self.assert_error(self.server.call(path, body), 404, "invalid_request_error", "plian", "plain")

    def test_broken_bodies(self):
        for path in (AGENTS, CHAT, "/v1/embeddings"):
            for body in BROKEN:
                with self.subTest(path=path, body=body[:20]):
                    self.assert_error(self.server.call(path, body), 400, "invalid_request_error")

    def test_the_server_goes_on_after_all_that(self):
        self.assertEqual(self.server.agents(agents(tools=[])).status, 200)

    def test_slips_beside_the_known_fields_are_told(self):
        for path, body, words in (
                (AGENTS, agents(temprature=1), ["temprature", "temperature"]),
                (AGENTS, agents(tools=[{**tool(), "runtime_param": {}}]), ["tools[0].runtime_param", "runtime_params"]),
                (CHAT, chat(heroku={"tool": [tool()]}), ["heroku.tool", "tools"])):
            with self.subTest(body=body):
                reply = self.server.call(path, body)
                self.assertEqual(reply.status, 200, reply)
                for word in words:
                    self.assertIn(word, reply.headers.get("x-collet-warning", ""))

    def test_what_is_quoted_is_short(self):
        reply = self.server.agents(agents(**{"x" * 200000: 1}))
        self.assertEqual(reply.status, 200, reply)
        self.assertLess(len(reply.headers["x-collet-warning"]), 3000)
        reply = self.server.agents(with_params(**{"x" * 200000: 1}))
        self.assertEqual(reply.status, 400, reply)
        self.assertLess(len(reply.body), 10000)

    def test_many_tools_cost_no_more_than_many_tools(self):
        reply = self.server.agents(agents(tools=[tool()] * 128))
        self.assertEqual(reply.status, 200, reply)
        offered = [t["function"]["name"] for t in self.model.requests("plain")[-1]["body"]["tools"]]
        self.assertEqual(len(set(offered)), 128)

    def test_a_base_url_without_version_does_too(self):
        self.assertEqual(self.server.call("/models").json(), self.server.call("/v1/models").json())
        self.assertEqual(self.server.call("/chat/completions", chat()).status, 200)

    def test_keys(self):
        for headers in ({"Authorization": None}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "},
                        {"Authorization": f"Basic {KEY}"}, {"Authorization": f"Bearer {KEY}x"}):
            for path, body in ((AGENTS, agents()), (CHAT, chat()), ("/v1/models", None), ("/v1/mcp/servers", None)):
                with self.subTest(headers=headers, path=path):
                    self.assert_error(self.server.call(path, body, headers), 401, "authentication_error")

    def test_unknown_paths_and_methods(self):
        self.assert_error(self.server.call("/v1/nowhere"), 404, "invalid_request_error", "/v1/nowhere")
        reply = self.server.call(CHAT, method="GET")
        self.assertEqual(reply.status, 405, reply)
        self.assertIn("POST", reply.headers["allow"])
        for path in ("/v1/messages", "/v1/rerank", "/v1/images/generations"):
            reply = self.server.call(path, {})
            self.assertIn(reply.status, (404, 501), reply)
            self.assertTrue(reply.json()["error"]["message"])

    def test_the_platform_api_is_off_by_default(self):
        self.assertEqual(self.server.call("/actions/addons/resolve", {"addon": "x"}).status, 404)

    def test_a_body_that_is_too_large(self):
        reply = self.server.call(CHAT, json.dumps(chat(messages=user("x" * 1100000))))
        self.assert_error(reply, 413, "invalid_request_error", "1048576")

    def raw(self, request):
        """Sends bytes, returns the status line's code and all that came."""
        with socket.create_connection(("127.0.0.1", self.server.port), IO_SECONDS) as sock:
            sock.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                piece = sock.recv(65536)
                if not piece:
                    break
                answer += piece
        return int(answer.split()[1]) if answer else None

    def test_http_that_is_not_quite_http(self):
        cases = [
            ("no Host", b"GET /healthz HTTP/1.1\r\n\r\n"),
            ("two Hosts", b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            ("folded header", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n"),
            ("length and chunked", b"POST /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("two lengths", b"POST /v1/models HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc"),
            ("unknown coding", b"POST /v1/models HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: zipped\r\n\r\n"),
            ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        ]
        for what, request in cases:
            with self.subTest(what):
                self.assertIn(self.raw(request), (400, 501, None))
        with self.subTest("a head that is too large"):
            self.assertIn(self.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 30000 + b"\r\n\r\n"), (400, 431, None))
        self.assertEqual(self.raw(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"), 200)

    def test_expect_continue(self):
        body = json.dumps(chat()).encode()
        head = (f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n"
                f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.server.port), IO_SECONDS) as sock:
            sock.sendall(head)
            self.assertTrue(sock.recv(1000).startswith(b"HTTP/1.1 100"))
            sock.sendall(body)
            self.assertTrue(sock.recv(1000).startswith(b"HTTP/1.1 200"))


if __name__ == "__main__":
    main()
