"""Gems that mean harm, from an index of our own. Class 32 of the hostile set."""

import json
import pathlib
import tarfile
import unittest

from gem_folder import GemStage
from harness import main
from package_index import member

MIB = 1 << 20
LINK, PIPE = tarfile.SYMTYPE, tarfile.FIFOTYPE
CODE = member("lib/x.rb"), b"X = 5\n"
# Name -> files instead of those it was built with, what gem says (a pattern), or "": it is installed without harm.
HOSTILE = {
    "up": ([CODE, (member("../../../../../../tmp/evil"), b"evil")], "parent path .* is not allowed"),
    "rooted": ([CODE, (member("/tmp/evil"), b"evil")], "parent path .* is not allowed"),
    "linked": ([CODE, (member("l", LINK, link="/tmp"), b""), (member("l/evil"), b"evil")], "symlink .* is not allowed|parent path"),
    "secret": ([CODE, (member("l", LINK, link="/etc/passwd"), b"")], "symlink .* is not allowed|parent path"),
    "bomb": ([CODE, (member("zeros"), bytes(400 * MIB))], "ended at its memory limit"),
    "pipe": ([CODE, (member("p", PIPE), b"")], ""),
    "suid": ([CODE, (member("s", mode=0o6777), b"x")], ""),
}
BUILDS = {
    "leaves": ("File.symlink('/etc/passwd', '/out/l')", "is a link that leads out"),
    "pipes": ("File.mkfifo('/out/p')", "is no file or folder"),
    "fills": ("File.write('/out/zeros', 0.chr * (9 << 20))", "has more than 8388608 bytes|all files have more than"),
    "kills": ("Process.kill(:KILL, Process.ppid)", "ended by signal 9"),
}
MAKEFILE = "\nFile.write('Makefile', \"all:\\nclean:\\ninstall:\\n\")\n"


class HostileGems(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        gems = [(name, "1.0.0", {"lib/x.rb": "X = 5\n"}, []) for name in [*HOSTILE, "sentinel"]]
        gems += [(name, "1.0.0", {"lib/x.rb": "", "ext/extconf.rb": code + MAKEFILE}, ["s.extensions = ['ext/extconf.rb']"]) for name, (code, _) in BUILDS.items()]
        limits = {"tree_bytes_max": 8 * MIB, "tree_files_max": 500, "trees_bytes_max": 64 * MIB}
        cls.stage = GemStage(gems, {"sandbox": limits}, replaced={name: members for name, (members, _) in HOSTILE.items()})
        cls.server = cls.stage.server

    @classmethod
    def tearDownClass(cls):
        cls.stage.stop()

    def tearDown(self):
        for place in ("/tmp/evil", "/evil", "/usr/evil"):
            self.assertFalse(pathlib.Path(place).exists(), place)
        for path in (self.stage.folder / "state").rglob("*"):
            self.assertTrue(not path.is_symlink() and (path.is_file() or path.is_dir()), f"{path} is neither file nor folder")
            self.assertEqual(path.stat().st_mode & 0o7000, 0, path)
        result, _ = self.run_code("require 'x'\nputs X", "sentinel")
        self.assertEqual((result["stdout"], result["stderr"]), ("5", ""), result)

    def run_code(self, code, package):
        answer = self.server.call("/v1/tools/call", {"name": "code_exec_ruby", "arguments": {"code": code, "packages": [package]}})
        self.assertEqual(answer.status, 200, answer.body)
        body = answer.json()
        return json.loads(body["content"][0]["text"]), body

    def assert_not_installed(self, package, words):
        result, body = self.run_code("puts 'the program has run'", package)
        self.assertTrue(body["isError"], result)
        status = {"bomb": "oom", "kills": "killed"}.get(package, "install_failed")
        self.assertEqual((result["status"], result["phase"]), (status, "install"), result)
        self.assertNotEqual(result["returncode"], 0, result)
        self.assertTrue(result["stderr"].startswith("Dependency install failed:"), result)
        self.assertRegex(result["stderr"], words)
        self.assertNotIn("the program has run", json.dumps(result))
        kept = [json.loads(about.read_text())["label"] for about in (self.stage.folder / "state").glob("*/trees/*/about.json")]
        self.assertNotIn(f"ruby: {package}", kept)

    def test_files_that_lead_out_or_are_none(self):
        for name, (_, words) in HOSTILE.items():
            with self.subTest(name):
                if words:
                    self.assert_not_installed(name, words)
                    continue
                result, _ = self.run_code("require 'x'\nputs X, Dir.glob('/packages/gems/*/**').map { |f| File.stat(f).mode.to_s(8) }.uniq.sort", name)
                self.assertEqual(result["stdout"].split()[0], "5", result)
                self.assertLessEqual(set(result["stdout"].split()[1:]), {"40755", "100644", "100755"}, result)

    def test_builds_that_leave_what_may_not_be_kept(self):
        for name, (_, words) in BUILDS.items():
            with self.subTest(name):
                self.assert_not_installed(name, words)


if __name__ == "__main__":
    main()
