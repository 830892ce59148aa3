"""Packages that a program asks for, and files that it leaves: real registries, real boxes."""

import concurrent.futures
import json

from harness import BUILD, Stage, StageTest, main, package_clients


class Calls(StageTest):
    scenarios = {}
    config = {"auth": {"keys": [{"id": "one", "key": "first-test-key", "requests_per_minute": 100000},
                                {"id": "two", "key": "second-test-key"}]}}

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(cls.scenarios, cls.config, env=package_clients())
        cls.server, cls.model = cls.stage.server, cls.stage.model

    def run_code(self, tool, code, key="first-test-key", session=None, **arguments):
        call = {"name": tool, "arguments": {"code": code, **arguments}}
        if session:
            call["runtime_params"] = {"tool_params": {"session": session}}
        answer = self.server.call("/v1/tools/call", call,
                                  headers={"Authorization": f"Bearer {key}"})
        self.assertEqual(answer.status, 200, answer.body)
        body = json.loads(answer.body)
        text = body["content"][0]["text"]
        return json.loads(text) if text.startswith("{") else text, body

    def fetch(self, url, key):
        return self.server.call(url, headers={"Authorization": f"Bearer {key}"})


class Packages(Calls):
    def test_python_packages_are_installed_once_and_shown(self):
        code = "import six, sys; print(six.__name__, six.__file__)"
        first, _ = self.run_code("code_exec_python", code, packages=["six==1.16.0"])
        self.assertEqual(first["stdout"], "six /packages/six.py", first)
        second, body = self.run_code("code_exec_python", code, packages=["six==1.16.0"])
        self.assertEqual(second["stdout"], "six /packages/six.py", second)
        self.assertLess(body["duration_ms"], 300, "it was not kept")
        without, _ = self.run_code("code_exec_python", "import six")
        self.assertIn("ModuleNotFoundError", without["stderr"])

    def test_node_packages_are_found_by_both_kinds_of_modules(self):
        code = "import isNumber from 'is-number';\nconsole.log(isNumber(5), require('is-number')('x'))"
        result, _ = self.run_code("code_exec_node", code, packages=["is-number@7.0.0"])
        self.assertEqual(result["stdout"], "true false", result)

    def test_each_call_of_a_session_has_its_own_packages(self):
        code = "import isNumber from 'is-number';\nenum Size { Small = 7 }\nconsole.log(isNumber(Size.Small))"
        for state in ("new", "continued", "continued"):
            result, _ = self.run_code("code_exec_node", code, packages=["is-number@7.0.0"], session="node")
            self.assertEqual((result["stdout"], result["session"]), ("true", state), result)
        without, _ = self.run_code("code_exec_node", code, session="node")
        self.assertIn("is-number", without["stderr"])
        own, _ = self.run_code("code_exec_python", "import os; os.mkdir('node_modules'); os.mkfifo('x'); "
                               "os.path.exists('index.js') and os.remove('index.js'); os.mkfifo('index.js')", session="node")
        self.assertEqual(own["stderr"], "")
        result, _ = self.run_code("code_exec_node", "console.log(require('fs').statSync('node_modules').isDirectory())",
                                  packages=["is-number@7.0.0"], session="node")
        self.assertEqual(result["stdout"], "true", result)

    def test_typescript_runs_whatever_node_can_do_itself(self):
        code = ("enum Size { Small = 1, Large }\ninterface Box<T> { value: T }\n"
                "const box: Box<number> = { value: 41 };\nconsole.log(box.value + (1 as number), Size.Large);")
        for _ in range(2):
            result, _ = self.run_code("code_exec_node", code)
            self.assertEqual((result["stdout"], result["stderr"]), ("42 2", ""), result)
        result, _ = self.run_code("code_exec_node", "const x: number = ;")
        self.assertEqual(result["returncode"], 1)
        self.assertIn("SyntaxError", result["stderr"])

    def test_a_package_that_is_not_there_says_so_in_the_installers_words(self):
        result, body = self.run_code("code_exec_python", "print(1)", packages=["no-such-package-of-collet-tests"])
        self.assertTrue(body["isError"])
        self.assertTrue(result["stderr"].startswith("Dependency install failed:"), result)
        self.assertIn("No matching distribution", result["stderr"])
        self.assertEqual((result["status"], result["phase"], result["returncode"]), ("install_failed", "install", 1))

    def test_a_name_that_is_none_never_reaches_the_installer(self):
        for tool, names in (("code_exec_python", ["-r x", "--index-url=https://x", "https://x/y.whl", "../x", "a;rm", "a b", "six @ file:///x",
                                                  "git+https://x/y", "x" * 300, "", "sıx", "-e .", "a==", "a==-1"]),
                            ("code_exec_node", ["-g", "file:../x", "https://x/y.tgz", "git://x", "@x", "@x/", "A", "a@npm:b", "a b", "../x", "a@--x"])):
            for name in names:
                with self.subTest(tool=tool, name=name):
                    result, body = self.run_code(tool, "1", packages=[name])
                    self.assertTrue(body["isError"])
                    self.assertIn("/packages/0", result)
                    self.assertIn("is no package name", result)
        result, _ = self.run_code("code_exec_python", "1", packages=["six"] * 65)
        self.assertIn("at most 64", result)

    def test_calls_that_want_the_same_install_it_once(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(self.run_code, "code_exec_python", "import idna; print(idna.__version__)", packages=["idna==3.7"]) for _ in range(4)]
            results = [job.result()[0] for job in jobs]
        self.assertEqual([r["stdout"] for r in results], ["3.7"] * 4, results)
        asked = [line for line in self.server.log().splitlines() if '"message":"egress"' in line and "idna" not in line]
        self.assertLessEqual(len(asked), 8, asked)  # one install: the index and the file, maybe twice

    def test_the_install_has_no_way_to_other_hosts_and_the_program_none_at_all(self):
        code = ("import socket\n"
                "for target in [('127.0.0.1', 3128), ('1.1.1.1', 443)]:\n"
                "    try: socket.create_connection(target, 2); print('BAD')\n"
                "    except OSError as e: print(e.errno)\n")
        result, _ = self.run_code("code_exec_python", code, packages=["six==1.16.0"])
        self.assertEqual(result["stdout"].split(), ["111", "101"], result)

    def test_files_come_back_to_the_key_that_asked(self):
        code = "open('/out/table.csv', 'w').write('a,b\\n1,2\\n')\nimport os\nos.symlink('/etc/passwd', '/out/link')"
        result, _ = self.run_code("code_exec_python", code)
        [file] = result["artifacts"]
        self.assertEqual((file["name"], file["mime"], file["bytes"]), ("table.csv", "text/csv", 8))
        self.assertEqual(result["artifacts_skipped"], 1)
        answer = self.fetch(file["url"], "first-test-key")
        self.assertEqual((answer.status, answer.body), (200, b"a,b\n1,2\n"))
        self.assertEqual(self.fetch(file["url"], "second-test-key").status, 404)
        self.assertEqual(self.fetch("/v1/blobs/00000000", "first-test-key").status, 404)

    def test_odd_names_in_out_are_left_out_or_named_safely(self):
        code = (f"import os\nfor name in (b'\\xff\\xfe.csv', b'a\\nb.csv', b'\\x1b[2J', b'say \"x\".csv', b'cut \\xe2\\x82', '\u20ac.csv'.encode()):\n"
                "    open(b'/out/' + name, 'w').write('1\\n')\n")
        result, _ = self.run_code("code_exec_python", code)
        self.assertEqual(result["returncode"], 0, result)
        self.assertEqual(sorted(file["name"] for file in result["artifacts"]), sorted(["\ufffd\ufffd.csv", "say \"x\".csv", "cut \ufffd", "\u20ac.csv"]), result)
        self.assertEqual((result["artifacts_skipped"], result["first_skipped"]), (2, "/out: a name with control characters"))
        for file in result["artifacts"]:
            answer = self.fetch(file["url"], "first-test-key")
            self.assertEqual((answer.status, answer.body), (200, b"1\n"), file)
            self.assertRegex(answer.headers["content-disposition"], '^attachment; filename="[ -~]*"$')
        long = "/out/" + "\u20ac" * 84 + "/"
        skipped, _ = self.run_code("code_exec_python", f"import os\nos.mkdir({long!r})\nos.symlink('/', {long + chr(0x20ac) * 84!r})")
        self.assertEqual(skipped["artifacts_skipped"], 1, skipped)
        self.assertIn("is a link", skipped["first_skipped"])

    def test_pictures_come_as_images(self):
        png = "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
        result, body = self.run_code("code_exec_python", f"open('/out/dot.png', 'wb').write(bytes.fromhex('{png}'))")
        self.assertEqual(result["artifacts"][0]["mime"], "image/png")
        self.assertEqual(body["content"][1]["type"], "image")
        self.assertEqual(body["content"][1]["mimeType"], "image/png")


class GoModules(Calls):
    """Beside what the other languages' packages do: the standard library is kept between test runs."""
    config = {**Calls.config, "state_dir": str(BUILD / "tests" / "state")}

    def test_modules_are_fetched_and_compiled(self):
        code = ("import (\n\t\"github.com/google/uuid\"\n\t\"golang.org/x/text/language\"\n)\n"
                "fmt.Println(uuid.NameSpaceDNS, language.German)")
        packages = ["github.com/google/uuid", "golang.org/x/text@v0.14.0"]
        first, _ = self.run_code("code_exec_go", code, packages=packages)
        self.assertEqual(first["stdout"], "6ba7b810-9dad-11d1-80b4-00c04fd430c8 de", first)
        second, body = self.run_code("code_exec_go", code, packages=packages)
        self.assertEqual(second["stdout"], first["stdout"], second)
        self.assertLess(body["duration_ms"], 300, "it was not kept")

    def test_what_is_wrong_is_said_in_the_go_commands_words(self):
        result, body = self.run_code("code_exec_go", "fmt.Println(1)", packages=["example.com/no/such/module"])
        self.assertTrue(body["isError"])
        self.assertEqual((result["status"], result["phase"]), ("install_failed", "install"), result)
        self.assertIn("example.com/no/such/module", result["stderr"])
        result, _ = self.run_code("code_exec_go", "import \"github.com/google/uuid\"\nfmt.Println(uuid.No)", packages=["github.com/google/uuid"])
        self.assertEqual((result["status"], result["phase"], result["returncode"]), ("error", "compile", 1), result)
        self.assertIn("./main.go:2:18: undefined: uuid.No", result["stderr"])


if __name__ == "__main__":
    main()
