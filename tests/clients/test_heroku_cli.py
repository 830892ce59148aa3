"""The official CLI plugin, npm @heroku/plugin-ai 1.1.0, `ai:agents:call`."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import KEY, ROOT, StageTest, main, say, tool, use  # noqa: E402

PLUGIN = pathlib.Path(os.environ.get("COLLET_CLI_PLUGIN", ROOT / "build" / "clients" / "npm"))
HERE = pathlib.Path(__file__).resolve().parent


class HerokuCli(StageTest):
    scenarios = {
        "adder": [use(("code_exec_python", {"code": "print(20 + 22)"}), text="Let me add."), say("It is 42.")],
        "plain": [say("Hello.")],
    }
    config = {"server": {"platform_shim": True}}

    def run_cli(self, *args, key=KEY):
        env = {**os.environ, "HEROKU_HOST": self.server.url, "HEROKU_API_KEY": key, "HOME": str(self.stage.folder),
               "NO_COLOR": "1", "HEROKU_SKIP_ANALYTICS": "1", "NODE_NO_WARNINGS": "1"}
        return subprocess.run(["node", HERE / "heroku_cli.cjs", PLUGIN, "ai:agents:call", *args], env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)

    def test_a_run_with_a_tool(self):
        opts = json.dumps({"tools": [tool(target_app_name="my-app")]})
        ran = self.run_cli("adder", "--app", "my-app", "--prompt", "add 20 and 22", "--opts", opts)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("Let me add.", ran.stdout)
        self.assertIn('"stdout": "42"', ran.stdout, "the plugin unwraps the tool's text")
        self.assertIn("It is 42.", ran.stdout)

    def test_json_output(self):
        opts = json.dumps({"tools": [tool()]})
        ran = self.run_cli("adder", "--app", "my-app", "--json", "--prompt", "add", "--opts", opts)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual([c["object"] for c in json.loads(ran.stdout)],
                         ["chat.completion", "tool.completion", "chat.completion"])

    def test_another_model_by_its_name(self):
        ran = self.run_cli("plain", "--app", "my-app", "--prompt", "hello")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("Hello.", ran.stdout)

    def test_the_default_resource(self):
        ran = self.run_cli("--app", "my-app", "--prompt", "hello")
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_what_does_not_exist_is_said(self):
        ran = self.run_cli("no-such-model", "--app", "my-app", "--prompt", "hello")
        self.assertNotEqual(ran.returncode, 0, ran.stdout)
        self.assertIn("no-such-model", ran.stderr)
        ran = self.run_cli("plain", "--app", "my-app", "--prompt", "hello", key="wrong")
        self.assertNotEqual(ran.returncode, 0, ran.stdout)


if __name__ == "__main__":
    main()
