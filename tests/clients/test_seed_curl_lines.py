"""The curl lines of the product pages, run by a shell as they are printed."""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import KEY, StageTest, main, messages, parse_sse, say, use  # noqa: E402

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
CODE = "import statistics as s\nv = [1, 2, 3, 4, 5]\nprint(s.mean(v), s.stdev(v))\n"


class CurlLine(StageTest):
    """One line of the product pages, with a model that calls its tool with `code`."""

    def run_line(self, name):
        env = {**os.environ, "INFERENCE_URL": self.server.url, "INFERENCE_KEY": KEY}
        ran = subprocess.run(["bash", SEEDS / f"{name}.sh"], env=env, capture_output=True, timeout=60)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def check(self, tool, printed, answered):
        asked, ran, answer = messages(parse_sse(self.run_line(tool)))
        self.assertEqual(asked["choices"][0]["message"]["tool_calls"][0]["function"]["name"], tool)
        self.assertIn(printed, ran["choices"][0]["message"]["content"])
        self.assertEqual(answer["choices"][0]["message"]["content"], answered)


def scripted(tool, code, answer):
    return {"scripted": [use((tool, {"code": code})), say(answer)]}


class Ruby(CurlLine):
    scenarios = scripted("code_exec_ruby", "puts (1..10).inject(:*)", "It is 3628800.")
    config = {"aliases": {"claude-4-sonnet": "scripted"}}

    def test_ruby(self):
        self.check("code_exec_ruby", "3628800", "It is 3628800.")


class Node(CurlLine):
    scenarios = scripted("code_exec_node", "console.log(JSON.parse('[{\"email\": \"a@example.com\"}]')[0].email)", "a@example.com")
    config = {"aliases": {"claude-4-sonnet": "scripted"}}

    def test_node(self):
        self.check("code_exec_node", "a@example.com", "a@example.com")


class Python(CurlLine):
    scenarios = scripted("code_exec_python", CODE, "The mean is 3.")
    config = {"aliases": {"claude-4-sonnet": "scripted"}}

    def test_python(self):
        self.check("code_exec_python", "1.58", "The mean is 3.")

    def test_a_line_whose_tool_is_not_here_says_so(self):
        here = {t["name"] for t in self.server.call("/v1/tools").json()["tools"]}
        for path in sorted(SEEDS.glob("*.sh")):
            if path.stem in here:
                continue
            with self.subTest(path.stem):
                error = json.loads(self.run_line(path.stem))["error"]
                self.assertEqual(error["code"], 400)
                self.assertIn(path.stem, error["message"])
                self.assertIn("code_exec_python", error["message"], "names what there is")


if __name__ == "__main__":
    main()
