"""Pre-set commands of an app: the documented request, and several in one."""

import json
import os
import pathlib
import subprocess

from harness import APP, KEY, StageTest, main, messages, parse_sse, say, tool, use, user

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


if __name__ == "__main__":
    main()
