"""Pre-set commands of an app: the documented request, and several in one."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import APP, KEY, Stage, StageTest, main, messages, parse_sse, say, tool, use, user
from package_index import Index

SEED = pathlib.Path(__file__).resolve().parents[1] / "clients" / "seeds" / "dyno_run_command.sh"
HOSTILE = "'; touch /app/x; '$(touch /app/x)`touch /app/x`\n--help {city} * ~"


def result_of(event):
    content = event["choices"][0]["message"]["content"]
    return json.loads(json.loads(content[content.index("{"):])["content"][0]["text"])


def command(cmd, description, **properties):
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return tool("dyno_run_command", target_app_name="my-app",
                tool_params={"cmd": cmd, "description": description, **({"parameters": schema} if properties else {})})


class Commands(StageTest):
    scenarios = {
        "seed": [use(("dyno_run_command", {})), say("It is processed.")],
        "two": [use(("dyno_run_command", {"city": HOSTILE}), ("dyno_run_command_2", {})), say("done")],
        "wrong": [use(("dyno_run_command", {"town": "x"})), say("sorry")],
        "config": [use(("dyno_run_command", {})), say("done")],
    }
    config = {"aliases": {"claude-4-sonnet": "seed"}, "apps": {"my-app": {"config_vars": {"GREETING": "good day"}}}}

    def run_agent(self, model, *tools):
        reply = self.server.agents({"model": model, "messages": user(), "tools": list(tools)})
        self.assertEqual(reply.status, 200, reply)
        return messages(reply.events())

    def test_the_documented_curl_line(self):
        env = {**os.environ, "INFERENCE_URL": self.server.url, "INFERENCE_KEY": KEY}
        ran = subprocess.run(["bash", SEED], env=env, capture_output=True, timeout=60)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        asked, done, answer = messages(parse_sse(ran.stdout))
        self.assertEqual(asked["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "dyno_run_command")
        self.assertEqual(done["choices"][0]["message"]["name"], "dyno_run_command")
        result = result_of(done)
        own = subprocess.run(["python3", APP / "scripts" / "process_batch.py"], capture_output=True, text=True)
        self.assertEqual((result["returncode"], result["stdout"], result["stderr"]), (0, own.stdout.strip(), ""))
        self.assertEqual(answer["choices"][0]["message"]["content"], "It is processed.")
        offered = self.model.requests("seed")[0]["body"]["tools"]
        self.assertEqual([t["function"]["name"] for t in offered], ["dyno_run_command"])
        self.assertEqual(offered[0]["function"]["description"], "Process batch data with custom script")

    def test_two_in_one_request_are_kept_apart(self):
        asked, first, second, _ = self.run_agent(
            "two", command("printf '<%s>' {city}; ls", "Weather of a city", city={"type": "string"}),
            command("echo x > x; ls; cat", "What is there"))
        offered = self.model.requests("two")[-2]["body"]["tools"]
        self.assertEqual([(t["function"]["name"], t["function"]["description"]) for t in offered],
                         [("dyno_run_command", "Weather of a city"), ("dyno_run_command_2", "What is there")])
        self.assertEqual(offered[0]["function"]["parameters"]["required"], ["city"])
        self.assertEqual(offered[1]["function"]["parameters"]["properties"], {})
        self.assertEqual([m["choices"][0]["message"]["name"] for m in (first, second)], ["dyno_run_command", "dyno_run_command_2"])
        listed = "README.md\nbin\ndata\nscripts"
        self.assertEqual(result_of(first)["stdout"], f"<{HOSTILE}>{listed}")
        self.assertEqual(result_of(second)["stdout"], f"{listed}\nx\n{{}}")
        self.assertEqual(sorted(os.listdir(APP)), listed.split("\n"), "the app's folder is as it was")

    def test_arguments_that_do_not_fit_are_told_to_the_model(self):
        _, ran, answer = self.run_agent("wrong", command("echo {city}", "Weather", city={"type": "string"}))
        self.assertIn("city", ran["choices"][0]["message"]["content"])
        self.assertEqual(answer["choices"][0]["message"]["content"], "sorry")

    def test_the_apps_config_vars_are_the_environment(self):
        _, ran, _ = self.run_agent("config", command("echo $GREETING from $PWD; env | grep -c upstream-secret", "Greets"))
        self.assertEqual(result_of(ran)["stdout"], "good day from /app\n0")


FETCH = """
import os, ssl, sys, urllib.request
context = ssl.create_default_context(cafile='/app/ca.pem')
print(os.environ.get('HTTPS_PROXY'))
for url in sys.argv[1:]:
    try: print(urllib.request.urlopen(url, context=context, timeout=5).read().decode())
    except OSError as error: print(error)
"""


class Network(unittest.TestCase):
    """An app reaches what its operator named, over TLS to a real server."""

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="collet-command-"))
        cls.folder.chmod(0o755)
        (cls.folder / "other").mkdir()
        cls.index, cls.other = Index(cls.folder), Index(cls.folder / "other")
        cls.index.files["price"] = b"42 euros"
        root = cls.folder / "app"
        root.mkdir()
        (root / "fetch.py").write_text(FETCH)
        shutil.copy(cls.index.cert, root / "ca.pem")
        port = cls.index.server.server_address[1]
        config = {"apps": {"shop": {"root": str(root), "network": [f"LOCALHOST:{port}"]}, "closed": {"root": str(root)}}}
        cls.stage = Stage({}, config)

    @classmethod
    def tearDownClass(cls):
        cls.stage.stop()
        cls.index.stop()
        cls.other.stop()
        shutil.rmtree(cls.folder)

    def fetch(self, app, *urls):
        params = {"cmd": "python3 fetch.py " + " ".join(urls), "description": "Fetches"}
        answer = self.stage.server.call("/v1/tools/call", {"name": "dyno_run_command", "arguments": {},
                                                                    "runtime_params": {"target_app_name": app, "tool_params": params}})
        self.assertEqual(answer.status, 200, answer.body)
        result = json.loads(answer.json()["content"][0]["text"])
        self.assertEqual((result["returncode"], result["stderr"]), (0, ""), result)
        return result["stdout"].split("\n")

    def test_what_the_operator_named_is_reached_and_nothing_else(self):
        proxy, price, other, outside = self.fetch("shop", self.index.url + "/files/price", self.other.url + "/files/price", "https://example.com/")
        self.assertEqual((proxy, price), ("http://127.0.0.1:3128", "42 euros"))
        self.assertIn("403", other)
        self.assertIn("403", outside)
        self.assertEqual(self.other.asked, [])
        decided = [json.loads(line) for line in self.stage.server.log().splitlines() if '"message":"egress' in line]
        self.assertIn(("egress", self.index.url[len("https://"):]), [(line["message"], line["to"]) for line in decided])
        self.assertIn(("egress denied", "example.com:443"), [(line["message"], line["to"]) for line in decided])

    def test_an_app_without_the_setting_has_no_way_out(self):
        proxy, answer = self.fetch("closed", self.index.url + "/files/price")
        self.assertEqual(proxy, "None")
        self.assertRegex(answer, "unreachable|refused|resolution|not known")


if __name__ == "__main__":
    main()
