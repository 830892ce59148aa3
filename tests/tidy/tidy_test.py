"""scripts/tidy.py passes on this tree, and every kind of breach turns it red."""

import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDY = ROOT / "scripts" / "tidy.py"
sys.path.insert(0, str(TIDY.parent))
sys.dont_write_bytecode = True
import tidy  # noqa: E402

# A small tree that is in order.
CLEAN = {
    "kernel/base/text.hpp": "#pragma once\n#include <string>\n",
    "kernel/llm/provider.hpp": '#pragma once\n#include "base/text.hpp"\n',
    "kernel/agent/driver.cpp": '#include "llm/provider.hpp"\n\n'
                               "task run(Provider& p) {\n  auto request = make();\n"
                               "  auto turn = co_await p.complete(std::move(request));\n"
                               '  log("a comment? { no }");\n}\n',
    "kernel/net/curl_client.cpp": "#include <curl/curl.h>\n#include <boost/beast/core.hpp>\n",
    "kernel/api/routes.cpp": 'const char* path = "/v1/agents/heroku";\n',
    "kernel/sandbox/box.cpp": "int flags = CLONE_NEWPID;\n",
    "sdk/src/json.cpp": "#include <rapidjson/document.h>\n",
    "plugins/pot_boiler/plugin.cpp": 'Tool tool{.name = "boil_water"};\n',
    "README.md": "# words\n",
}


def lines(count):
    return "".join(f"int v{i};\n" for i in range(count))


# rule -> (file, text) that must break it
BREACHES = [
    ("floor", "kernel/base/up.cpp", '#include "llm/provider.hpp"\n'),
    ("floor", "kernel/llm/sibling.cpp", '#include "policy/decide.hpp"\n'),
    ("floor", "kernel/services/up.cpp", '#include "plugin/invoke.hpp"\n'),
    ("floor", "kernel/agent/up.cpp", '#include "api/routes.hpp"\n'),
    ("floor", "kernel/net/sibling.cpp", '#include "api/routes.hpp"\n'),
    ("floor", "sdk/src/up.cpp", '#include "base/text.hpp"\n'),
    ("floor", "plugins/pot_boiler/up.cpp", '#include "base/text.hpp"\n'),
    ("floor", "kernel/agent/sideways.cpp", '#include "../llm/provider.hpp"\n'),
    ("restricted-include", "kernel/api/x.cpp", "#include <boost/beast/http.hpp>\n"),
    ("restricted-include", "kernel/llm/x.cpp", "#include <curl/curl.h>\n"),
    ("restricted-include", "kernel/net/second.cpp", "#include <curl/multi.h>\n"),
    ("restricted-include", "kernel/config/x.cpp", "#include <rapidjson/reader.h>\n"),
    ("restricted-include", "kernel/config/x.cpp", "#include <yaml-cpp/yaml.h>\n"),
    ("restricted-include", "kernel/net/x.cpp", "#include <spdlog/spdlog.h>\n"),
    ("restricted-include", "kernel/plugin/registry.cpp", "#include <boost/dll/shared_library.hpp>\n"),
    ("restricted-include", "kernel/services/x.cpp", "#include <seccomp.h>\n"),
    ("restricted-word", "kernel/services/x.cpp", "int f() { return unshare(CLONE_NEWNET); }\n"),
    ("file-size", "kernel/base/long.cpp", lines(601)),
    ("function-size", "kernel/base/long.cpp", "int f(int a) {\n" + "  a += 1;\n" * 70 + "  return a;\n}\n"),
    ("function-size", "kernel/base/long.cpp",
     "namespace a {\nstruct S : public B {\n  int f(int a) const noexcept override {\n" + "  a += 1;\n" * 70 + "  }\n};\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  co_await g({.a = 1});\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  auto r = co_await g([&] { return 1; });\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  auto r = co_await g(a ? b : c);\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  if (auto r = co_await g(Name{a}); !r) return;\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  if (co_await g(a)) h();\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  if (h(co_await g(a))) h();\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  while (!co_await g(a)) h();\n}\n"),
    ("co-await", "kernel/llm/x.cpp", "task f() {\n  if (b) {\n  } else if (auto c = co_await g(a); c) {\n  }\n}\n"),
    ("coroutine-lambda", "kernel/llm/x.cpp", "auto f = [this, id]() -> asio::awaitable<void> { co_return; };\n"),
    ("kernel-word", "kernel/agent/x.cpp", "// the pot_boiler plugin needs this\n"),
    ("kernel-word", "kernel/agent/x.cpp", 'if (name == "boil_water") return;\n'),
    ("kernel-word", "kernel/agent/x.cpp", 'if (name == "pg_psql") return;\n'),
    ("kernel-word", "kernel/agent/x.cpp", "struct HerokuEvent;\n"),
    ("kernel-word", "kernel/policy/x.cpp", "// Jira answers late\n"),
    ("machine-path", "scripts/x.sh", "cd /" + "work/main\n"),
    ("registry-host", "scripts/x.sh", "curl https://pypi" + ".org/simple\n"),
    ("registry-host", "plugins/pot_boiler/npm.cpp", 'auto url = "https://registry.npm' + 'js.org";\n'),
]

# Looks like a breach and is none.
INNOCENT = [
    ("kernel/llm/x.cpp", 'task f() {\n  log("co_await g({})");\n  // co_await g({})\n  if (a) co_await g(a);\n  while (h(b)) co_await g(b);\n}\n'),
    ("kernel/llm/x.cpp", "auto f = [](Session s) -> asio::awaitable<void> { co_return; };\n"),
    ("kernel/base/example.cpp", "int example_boil;\n"),
    ("kernel/base/table.cpp", "const Row rows[] = {\n" + "  {1, 2},\n" * 200 + "};\n"),
    ("kernel/base/many.cpp", "namespace a {\nclass B {\n" + "  int f(int a) {\n    return a;\n  }\n" * 40 + "};\n}\n"),
]


class Tidy(unittest.TestCase):
    def run_on(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            with contextlib.redirect_stdout(io.StringIO()) as out:
                code = tidy.main(["tidy.py", folder])
            return code, out.getvalue()

    def test_the_tree_is_tidy(self):
        result = subprocess.run([sys.executable, TIDY, ROOT], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_a_clean_tree_passes(self):
        code, out = self.run_on(CLEAN)
        self.assertEqual(code, 0, out)

    def test_each_breach_is_found_at_its_place(self):
        for rule, path, text in BREACHES:
            with self.subTest(rule=rule, path=path, text=text[:60]):
                code, out = self.run_on({**CLEAN, path: text})
                self.assertEqual(code, 1, out)
                found = [line for line in out.splitlines() if f": {rule}: " in line and "(look" not in line]
                self.assertTrue(any(line.startswith(path + ":") for line in found), out)

    def test_lookalikes_pass(self):
        for path, text in INNOCENT:
            with self.subTest(path=path, text=text[:60]):
                code, out = self.run_on({**CLEAN, path: text})
                self.assertEqual(code, 0, out)


if __name__ == "__main__":
    unittest.main()
