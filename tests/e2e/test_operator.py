"""What the operator has: commands of plugins, audit lines, plugins kept from hosts."""

import http.server
import json
import os
import subprocess
import threading
import unittest

from harness import BUILD, KEY, Stage, main

OPERATOR = {"id": "operator", "key": "operator-key-0123456789", "commands": ["pg/*"]}


class Site:
    """Pages on a loopback port: / is a page, /away leads to where no plugin may go."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b"<h1>Hello</h1><p>A page.</p>"
                self.send_response(302 if self.path == "/away" else 200)
                if self.path == "/away":
                    self.send_header("Location", "http://10.0.0.1/secret")
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Operator(unittest.TestCase):
    config = {}

    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.stop)
        cls.stage = Stage({}, {"egress": {"allow_private": [cls.site.place]}, **cls.config})
        cls.addClassCleanup(cls.stage.stop)
        cls.server = cls.stage.server

    def read(self, path):
        reply = self.server.call("/v1/tools/call", {"name": "html_to_markdown", "arguments": {"url": f"http://{self.site.place}{path}"}})
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json()

    def audit_lines(self):
        lines = [json.loads(line) for line in self.server.log().splitlines() if '"arguments_hash"' in line]
        return [line["egress"] for line in lines if line["tool"] == "html_to_markdown"]


class Commands(Operator):
    @classmethod
    def setUpClass(cls):
        keys = [{"id": "dev", "key": KEY}, OPERATOR]
        cls.config = {"auth": {"keys": keys}}
        super().setUpClass()

    def call(self, key, body):
        return self.server.call("/v1/commands/call", body, {"Authorization": f"Bearer {key}"})

    def test_only_keys_that_may_see_and_run_them(self):
        self.assertEqual(self.server.call("/v1/commands").json(), {"commands": []})
        listed = self.server.call("/v1/commands", headers={"Authorization": f"Bearer {OPERATOR['key']}"}).json()["commands"]
        self.assertEqual(sorted(c["namespace"] + "/" + c["name"] for c in listed), ["pg/check", "pg/role-script"])
        refused = self.call(KEY, {"name": "pg/role-script"})
        self.assertEqual(refused.status, 403, refused.body)
        self.assertIn('command \\"pg/role-script\\" is not allowed for the API key \\"dev\\"; allowed: none', refused.text)
        done = self.call(OPERATOR["key"], {"name": "pg/role-script", "arguments": {"role": "x y"}})
        self.assertEqual(done.status, 200, done.body)
        self.assertIn('CREATE ROLE "x y" LOGIN', done.json()["content"][0]["text"])

    def test_mistakes_are_named(self):
        for body, words in (({"name": "pg/roles"}, "there is no command"), ({"name": "pg_psql"}, "there is no command"),
                            ({"name": "pg/check", "instance": "two"}, "expected postgres"),
                            ({"name": "pg/check"}, "needs runtime_params.target_app_name"),
                            ({"name": "pg/role-script", "arguments": {"role": ""}}, "arguments: /role"),
                            ({"name": "pg/role-script", "role": "x"}, "expected name, instance, arguments, runtime_params")):
            reply = self.call(OPERATOR["key"], body)
            self.assertEqual(reply.status, 400, (body, reply.body))
            self.assertIn(words, reply.text, body)

    def test_no_model_is_offered_one(self):
        names = [tool["name"] for tool in self.server.call("/v1/tools").json()["tools"]]
        self.assertNotIn("role-script", names)
        reply = self.server.call("/v1/tools/call", {"name": "pg/role-script", "arguments": {}})
        self.assertEqual(reply.status, 400, reply.body)

    def test_the_command_line(self):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.stage.folder), "COLLET_URL": self.server.url, "COLLET_API_KEY": OPERATOR["key"]}
        ran = subprocess.run([BUILD / "bin" / "collet", "pg", "role-script", "--schema", "a", "--schema", "b"], env=env, capture_output=True, text=True, timeout=60)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran)
        self.assertIn('GRANT USAGE ON SCHEMA "a" TO collet_reader;\n', ran.stdout)
        self.assertTrue(ran.stdout.endswith("\\password collet_reader\n"), ran.stdout)


class Audit(Operator):
    def test_a_call_names_every_hop_and_why_one_was_refused(self):
        self.assertFalse(self.read("/")["isError"])
        self.assertEqual(self.audit_lines()[-1], [{"to": self.site.place, "allowed": True}])
        away = self.read("/away")
        self.assertTrue(away["isError"], away)
        first, second = self.audit_lines()[-1]
        self.assertEqual(first, {"to": self.site.place, "allowed": True})
        self.assertEqual((second["to"], second["allowed"]), ("10.0.0.1:80", False))
        self.assertIn("private", second["why"])


class Grants(Operator):
    config = {"plugins": {"grants": {"doc_reader": ["http:docs.example.com", "app", "blob", "exec", "log"]}}}

    def test_the_operator_may_keep_a_plugin_to_hosts(self):
        refused = self.read("/")
        self.assertTrue(refused["isError"], refused)
        self.assertIn("docs.example.com", refused["content"][0]["text"])
        self.assertFalse(self.audit_lines()[-1][0]["allowed"])


del Operator  # a base, no test

if __name__ == "__main__":
    main()
