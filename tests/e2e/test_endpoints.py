"""The small endpoints, and what is lenient about every one of them."""

import json

from harness import KEY, StageTest, main, say, user


class Endpoints(StageTest):
    scenarios = {"plain": [say("Hello.")], "embed": [say("")]}
    config = {"aliases": {"claude-4-sonnet": "plain"},
              "agents": {"helper": {"model": "plain", "instructions": "Be brief.", "tools": ["code_exec_python"]}}}

    def test_models(self):
        body = self.server.call("/v1/models").json()
        self.assertEqual(body["object"], "list")
        by_id = {m["id"]: m for m in body["data"]}
        self.assertIn("plain", by_id)
        self.assertEqual(by_id["plain"]["object"], "model")
        self.assertIsInstance(by_id["plain"]["created"], int)
        self.assertIn("owned_by", by_id["plain"])
        self.assertIn("helper", by_id, "a preset is a model to its callers")

    def test_available_models_needs_no_key(self):
        reply = self.server.call("/available-models", headers={"Authorization": None})
        self.assertEqual(reply.status, 200, reply)
        entry = next(m for m in reply.json() if m["model_id"] == "plain")
        self.assertIn("text-to-text", entry["type"])
        self.assertIsInstance(entry["regions"], list)

    def test_mcp_servers_is_a_bare_array(self):
        reply = self.server.call("/v1/mcp/servers")
        self.assertEqual(reply.status, 200, reply)
        self.assertIsInstance(reply.json(), list)

    def test_health_ready_version(self):
        for path in ("/healthz", "/readyz"):
            reply = self.server.call(path, headers={"Authorization": None})
            self.assertEqual(reply.status, 200, f"{path}: {reply}")
        reply = self.server.call("/version", headers={"Authorization": None})
        self.assertEqual(reply.status, 200, reply)
        self.assertRegex(reply.text, r"\d+\.\d+\.\d+")

    def test_embeddings_go_to_the_upstream(self):
        reply = self.server.call("/v1/embeddings", {"model": "embed", "input": ["one", "two"]})
        self.assertEqual(reply.status, 200, reply)
        body = reply.json()
        self.assertEqual([row["index"] for row in body["data"]], [0, 1])
        self.assertTrue(all(isinstance(x, float) or isinstance(x, int) for x in body["data"][0]["embedding"]))
        self.assertIn("usage", body)

    def test_embeddings_check_their_input(self):
        for bad, field in (({"model": "embed"}, "input"), ({"input": ["x"]}, "model"),
                           ({"model": "embed", "input": ["x"] * 97}, "input"), ({"model": "embed", "input": [1]}, "input")):
            reply = self.server.call("/v1/embeddings", bad)
            self.assertEqual(reply.status, 400, f"{bad}: {reply}")
            self.assertIn(field, reply.json()["error"]["message"])

    def test_repeated_slashes_collapse(self):
        for path in ("//v1//models", "/v1/models", "///v1/models"):
            self.assertEqual(self.server.call(path).status, 200, path)
        self.assertEqual(self.server.chat({"model": "plain", "messages": user()}).status, 200)
        self.assertEqual(self.server.call("//v1/chat//completions", {"model": "plain", "messages": user()}).status, 200)

    def test_any_content_type_is_json(self):
        body = json.dumps({"model": "plain", "messages": user()})
        for kind in ("application/x-www-form-urlencoded", "text/plain", None, "application/json; charset=utf-8"):
            reply = self.server.call("/v1/chat/completions", body, {"Content-Type": kind})
            self.assertEqual(reply.status, 200, f"{kind}: {reply}")

    def test_null_means_absent(self):
        body = {"model": "plain", "messages": user(), "stream": None, "tools": None, "temperature": None,
                "stop": None, "max_tokens": None, "heroku": None, "events": None, "tool_choice": None}
        self.assertEqual(self.server.chat(body).status, 200)
        agent = {"model": "plain", "messages": user(), "stop": None, "temperature": None, "top_p": None,
                 "max_tokens_per_inference_request": None,
                 "tools": [{"type": "heroku_tool", "name": "code_exec_python", "description": None,
                            "runtime_params": {"target_app_name": None, "max_calls": None, "tool_params": None}}]}
        self.assertEqual(self.server.agents(agent).status, 200)

    def test_the_key_may_come_as_x_api_key(self):
        reply = self.server.call("/v1/models", headers={"Authorization": None, "x-api-key": KEY})
        self.assertEqual(reply.status, 200, reply)

    def test_an_alias_answers_for_its_model(self):
        reply = self.server.chat({"model": "claude-4-sonnet", "messages": user()})
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(self.model.requests()[-1]["model"], "plain")

    def test_a_preset_adds_its_instructions(self):
        reply = self.server.chat({"model": "helper", "messages": user()})
        self.assertEqual(reply.status, 200, reply)
        sent = self.model.requests()[-1]["body"]
        self.assertEqual(sent["messages"][0], {"role": "system", "content": "Be brief."})
        self.assertEqual(sent["tools"][0]["function"]["name"], "code_exec_python")

    def test_every_answer_has_a_request_id(self):
        for path in ("/healthz", "/v1/models", "/nowhere"):
            self.assertTrue(self.server.call(path).headers.get("x-request-id"), path)
        given = self.server.call("/v1/models", headers={"x-request-id": "mine-123"})
        self.assertEqual(given.headers["x-request-id"], "mine-123")

    def test_rate_headers_are_on_answers(self):
        headers = self.server.chat({"model": "plain", "messages": user()}).headers
        for name in ("limit-requests", "limit-tokens", "remaining-requests", "remaining-tokens",
                     "reset-requests", "reset-tokens"):
            self.assertIn(f"x-ratelimit-{name}", headers)
        self.assertRegex(headers["x-ratelimit-reset-requests"], r"^\d+s$")

    def test_cors_is_off(self):
        headers = self.server.call("/v1/models", headers={"Origin": "http://evil.example"}).headers
        self.assertNotIn("access-control-allow-origin", headers)


if __name__ == "__main__":
    main()
