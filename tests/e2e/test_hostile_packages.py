"""Packages that mean harm, from an index of our own: what they leave on the host, in
the store and for other programs. Classes 27, 31 and 32 of the hostile set."""

import hashlib
import io
import json
import os
import pathlib
import shutil
import tarfile
import tempfile
import time
import unittest
import zipfile

from harness import KEY, Stage, main
from package_index import Index, member, tarball, wheel

KIB, MIB = 1 << 10, 1 << 20
LOOK = ("import os\nfound = []\nfor folder, _, names in os.walk('/packages'):\n"
        "    found += [os.path.join(folder, n) for n in names]\nprint(len(found), sorted(found)[:20])")

LOOK_NODE = ("const fs = require('fs'), top = '/packages/node_modules/NAME'\n"
             "for (const name of fs.readdirSync(top, { recursive: true })) console.log(name, (fs.lstatSync(`${top}/${name}`).mode & 0o177000).toString(8))\n"
             "console.log(require('NAME'))")


class HostilePackages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="collet-index-"))
        cls.folder.chmod(0o755)
        cls.index = Index(cls.folder)
        env = {"PIP_INDEX_URL": cls.index.url + "/simple", "PIP_CERT": cls.index.cert,
               "npm_config_registry": cls.index.url + "/", "npm_config_cafile": cls.index.cert, "COLLET_TEST_SECRET": "the-canary-sings"}
        limits = {"tree_bytes_max": 8 * MIB, "tree_files_max": 500, "trees_bytes_max": 64 * MIB}
        cls.stage = Stage({}, {"sandbox": limits}, env=env)
        cls.server = cls.stage.server
        cls.index.add_wheel("sentinel", {"sentinel.py": b"value = 'as it was'\n"})
        cls.index.files["sentinel-1.0.0.tgz"] = tarball([(member("package/package.json"), b'{"name": "sentinel", "version": "1.0.0"}'),
                                                         (member("package/index.js"), b"module.exports = 'as it was'\n")])

    @classmethod
    def tearDownClass(cls):
        cls.stage.stop()
        cls.index.stop()
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.before = self.outside()

    def tearDown(self):
        """Whatever was installed: nothing outside of the store, nothing odd in it."""
        self.assertEqual(self.outside(), self.before)
        for path in self.store().rglob("*"):
            mode = path.lstat().st_mode
            self.assertEqual(mode & 0o7000, 0, path)
            self.assertTrue(path.is_symlink() or path.is_file() or path.is_dir(), f"{path} is neither file nor folder")
            if path.is_symlink():
                self.assertTrue(path.resolve().is_relative_to(self.store().resolve()), f"{path} leads out")
        self.assert_store_is_clean()

    def assert_store_is_clean(self):
        """What was kept before is as it was, and what is installed now is what the index has."""
        for tool, package, code in (("code_exec_python", "sentinel==1.0", "import sentinel; print(sentinel.value)"),
                                    ("code_exec_node", "sentinel@1.0.0", "console.log(require('sentinel'))")):
            result, _ = self.run_code(code, tool, packages=[package])
            self.assertEqual((result["stdout"], result["stderr"]), ("as it was", ""), result)
            [tree] = self.kept(package)
            files = {str(p.relative_to(tree)): (p.stat().st_mode, hashlib.sha256(p.read_bytes()).hexdigest()) for p in tree.rglob("*") if p.is_file()}
            self.assertEqual(files, self.sentinels.setdefault(package, files))
        fresh = f"fresh{len(self.index.files)}"
        self.index.add_wheel(fresh, {f"{fresh}.py": b"value = 3\n"})
        result, _ = self.run_code(f"import {fresh}; print({fresh}.value)", packages=[fresh])
        self.assertEqual(result["stdout"], "3", result)

    sentinels = {}  # package -> its files, as they were kept first

    def kept(self, package):
        """The folders in the store that hold a package."""
        abouts = self.store().glob("*/trees/*/about.json")
        return [about.parent / "files" for about in abouts if package in json.loads(about.read_text())["label"].split(": ")[1].split(", ")]

    def store(self):
        return self.stage.folder / "state"

    def outside(self):
        """What a path out of a package would hit first."""
        places = ["/tmp/evil", "/evil", "/etc/evil", "/usr/evil", "/root/evil", "/var/tmp/evil", "/usr/lib/python3/dist-packages/evil.py"]
        return [p for p in places if os.path.lexists(p)], sorted(p.name for p in self.stage.folder.iterdir() if p.name != "state")

    def run_code(self, code, tool="code_exec_python", **arguments):
        answer = self.server.call("/v1/tools/call", {"name": tool, "arguments": {"code": code, **arguments}})
        self.assertEqual(answer.status, 200, answer.body)
        body = json.loads(answer.body)
        text = body["content"][0]["text"]
        return json.loads(text) if text.startswith("{") else text, body

    def assert_not_installed(self, package, words, tool="code_exec_python"):
        """words: a pattern, of what the installer or the store says."""
        result, body = self.run_code("print('the program has run')", tool=tool, packages=[package])
        self.assertTrue(body["isError"], result)
        self.assertEqual((result["status"], result["phase"]), ("install_failed", "install"), result)
        self.assertIn(result["returncode"], (1, -1), result)
        self.assertTrue(result["stderr"].startswith("Dependency install failed:"), result)
        self.assertRegex(result["stderr"], words)
        self.assertNotIn("the program has run", json.dumps(result))
        self.assertEqual(self.kept(package), [])
        self.assertNotIn("root:", json.dumps(result))

    # ---- wheels

    def test_a_good_package_works_so_that_the_others_fail_for_their_own_fault(self):
        self.index.add_wheel("good", {"good.py": b"value = 7\n"})
        result, _ = self.run_code("import good; print(good.value)", packages=["good"])
        self.assertEqual(result["stdout"], "7", result)

    def test_paths_that_lead_out_of_a_wheel(self):
        names = {"up": "../../../../../../../../tmp/evil", "rooted": "/tmp/evil", "inside": "x/../../../evil", "backslash": "..\\..\\evil",
                 "data": "data-1.0.data/data/../../../../evil", "scripts": "scripts-1.0.data/scripts/../../../../tmp/evil"}
        for package, path in names.items():
            with self.subTest(path):
                self.index.add_wheel(package, {"a.py": b""}, extra=lambda z, p=path: z.writestr(p, b"evil"))
                if package != "backslash":
                    self.assert_not_installed(package, "outside the target directory|Unknown scheme key")
                    continue
                result, _ = self.run_code(LOOK, packages=[package])
                self.assertIn("/packages/..\\\\..\\\\evil'", result["stdout"], "it is a name like any other")

    def test_links_in_a_wheel(self):
        def link(archive, target):
            info = zipfile.ZipInfo("link")
            info.external_attr = 0o120777 << 16
            archive.writestr(info, target)
        for i, target in enumerate(["/etc/passwd", "../../../../etc/shadow", "/proc/self/environ"]):
            with self.subTest(target):
                self.index.add_wheel(f"link{i}", {"a.py": b""}, extra=lambda z, t=target: link(z, t))
                result, _ = self.run_code("print(open('/packages/link').read())", packages=[f"link{i}"])
                self.assertEqual(result["stdout"], target, "it is a file with that text")

    def test_set_uid_files_of_a_wheel_lose_it(self):
        def program(archive):
            info = zipfile.ZipInfo("suid")
            info.external_attr = 0o106777 << 16
            archive.writestr(info, b"#!/bin/sh\nid\n")
        self.index.add_wheel("suid", {"a.py": b""}, extra=program)
        result, _ = self.run_code("import os; print(oct(os.stat('/packages/suid').st_mode & 0o7000), os.geteuid())", packages=["suid"])
        self.assertEqual(result["stdout"], "0o0 1000", result)

    def test_a_zip_bomb(self):
        def bomb(archive):
            with archive.open("zeros", "w", force_zip64=True) as f:
                for _ in range(400):
                    f.write(bytes(MIB))
        self.index.add_wheel("bomb", {"a.py": b""}, extra=bomb)
        self.assertLess(len(self.index.files["bomb-1.0-py3-none-any.whl"]), MIB)
        self.assert_not_installed("bomb", "No space left on device")

    def test_a_wheel_with_too_many_files_or_bytes(self):
        self.index.add_wheel("many", {f"m/f{i}.py": b"" for i in range(2000)})
        self.assert_not_installed("many", "there are more than 500 files")
        self.index.add_wheel("large", {f"m/f{i}": os.urandom(MIB) for i in range(10)})
        self.assert_not_installed("large", "all files have more than 8388608 bytes")
        self.assertLess(sum(p.stat().st_size for p in self.store().rglob("*") if p.is_file()), 20 * MIB)

    def test_names_and_depths_that_no_file_system_likes(self):
        for package, path, words in (("deep", "d/" * 200 + "f", "nested too deep"), ("long", "x" * 250 + "/" + "y" * 250, ""),
                                     ("newline", "a\nb", "control characters"), ("escape", "\x1b]0;x\x07", "control characters"), ("dots", ".../...", "")):
            with self.subTest(package):
                self.index.add_wheel(package, {"a.py": b"", path: b""})
                if words:
                    self.assert_not_installed(package, words)
                    continue
                result, _ = self.run_code(LOOK, packages=[package])
                self.assertIn(f"'/packages/{path}'", result["stdout"])

    def test_code_of_a_package_runs_in_the_box_of_the_program_only(self):
        code = ("import os\nprint('loaded as', os.getuid(), 'secret' in str(os.environ).lower(), os.path.exists('/packages'))\n"
                "try: open('/packages/evil.py', 'w')\nexcept OSError as e: print(e.strerror)\n")
        files = {"trap.py": code.encode(), "trap.pth": b"import os; os.system('touch /tmp/evil')\n", "sitecustomize.py": b"print('BAD')\n",
                 "usercustomize.py": b"print('BAD')\n", "json.py": b"print('BAD')\n", "pip.py": b"print('BAD')\n"}
        self.index.add_wheel("trap", files)
        result, _ = self.run_code("import trap", packages=["trap"])
        self.assertEqual(result["stdout"], "loaded as 1000 False True\nRead-only file system", result)

    def test_a_kept_package_cannot_be_changed_for_the_next(self):
        self.index.add_wheel("kept", {"kept.py": b"value = 1\n"})
        attack = ("import os, kept, sys\nfor f in ('/packages/kept.py', '/packages/new', '/packages/__pycache__/x', kept.__file__):\n"
                  "    for act in (lambda: open(f, 'w'), lambda: os.unlink(f), lambda: os.chmod(f, 0o777), lambda: os.rename(f, f + 'x'), lambda: os.link(f, '/tmp/x'), lambda: os.truncate(f, 0), lambda: os.utime(f)):\n"
                  "        try: act(); print('BAD', f)\n        except OSError: pass\nprint(kept.value)\n")
        for _ in range(2):
            result, _ = self.run_code(attack, packages=["kept"])
            self.assertEqual(result["stdout"], "1", result)

    # ---- what is no wheel, and files that do not end

    def test_a_source_package_is_not_built(self):
        ran = self.folder / "ran"
        setup = f"open({str(ran)!r}, 'w').write('x')\nimport os\nos.system('touch /tmp/evil')\n".encode()
        self.index.files["source-1.0.tar.gz"] = tarball([(member("source-1.0/setup.py"), setup), (member("source-1.0/PKG-INFO"), b"Name: source\nVersion: 1.0\n")])
        self.assert_not_installed("source", "No matching distribution found for source")
        self.assertFalse(ran.exists())

    def test_a_dependency_that_is_a_url_or_a_source(self):
        needs = {"evil @ file:///etc/passwd": "Cannot unpack file", "evil @ https://127.0.0.1:1/evil-1.0-py3-none-any.whl": "127.0.0.1:1 is not an allowed host",
                 "evil @ git+https://localhost/x": "git clone|command 'git'", "source": "No matching distribution found for source"}
        for i, (need, words) in enumerate(needs.items()):
            with self.subTest(need):
                self.index.add_wheel(f"needs{i}", {})
                name = f"needs{i}-1.0-py3-none-any.whl"
                self.index.files[name] = self.with_requirement(wheel(f"needs{i}", {}), need)
                self.assert_not_installed(f"needs{i}", words)

    @staticmethod
    def with_requirement(packed, need):
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                data = old.read(name)
                new.writestr(name, data + f"Requires-Dist: {need}\n".encode() if name.endswith("METADATA") else data)
        return out.getvalue()

    def test_a_download_without_end(self):
        def endless(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(10 << 30))
            handler.end_headers()
            while True:
                handler.wfile.write(bytes(256 * KIB))
        self.index.files["endless-1.0-py3-none-any.whl"] = endless
        began = time.monotonic()
        self.assert_not_installed("endless", "File too large|No space left on device")
        self.assertLess(time.monotonic() - began, 130)

    def test_a_download_that_drips_ends_at_the_time_of_the_call(self):
        def drip(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
            while True:
                handler.wfile.write(b"x")
                time.sleep(0.05)
        self.index.files["drip-1.0-py3-none-any.whl"] = drip
        began = time.monotonic()
        answer = self.server.call("/v1/tools/call", {"name": "code_exec_python", "runtime_params": {"ttl_seconds": 3}, "arguments": {"code": "1", "packages": ["drip"]}})
        result = json.loads(answer.json()["content"][0]["text"])
        self.assertEqual((result["status"], result["phase"], result["returncode"]), ("timeout", "install", -2), result)
        self.assertTrue(result["stderr"].startswith("Dependency install failed:"), result)
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(self.kept("drip"), [])

    def test_an_index_that_sends_elsewhere(self):
        def to(where):
            def send(handler):
                handler.send_response(302)
                handler.send_header("Location", where)
                handler.end_headers()
            return send
        places = {f"http://127.0.0.1:{self.server.port}/healthz": "only https is let through", "https://127.0.0.1:1/x.whl": "127.0.0.1:1 is not an allowed host",
                  "file:///etc/passwd": "is invalid", "https://169.254.169.254/latest": "169.254.169.254:443 is not an allowed host", "ftp://localhost/x": "No connection adapters"}
        for i, (where, words) in enumerate(places.items()):
            with self.subTest(where):
                self.index.files[f"moved{i}-1.0-py3-none-any.whl"] = to(where)
                self.assert_not_installed(f"moved{i}", words)

    def test_files_that_are_not_what_they_say(self):
        for name, data in (("noise", os.urandom(20000)), ("empty", b""), ("text", b"<html>" * 100), ("half", None)):
            with self.subTest(name):
                if data is None:
                    self.index.add_wheel(name, {"a.py": b"x" * 5000})
                    data = self.index.files[f"{name}-1.0-py3-none-any.whl"][:400]
                self.index.files[f"{name}-1.0-py3-none-any.whl"] = data
                self.assert_not_installed(name, f"Wheel '{name}' located at .* is invalid")

    # ---- npm

    def add_npm(self, name, members, scripts=True):
        manifest = {"name": name, "version": "1.0.0", "main": "index.js"}
        if scripts:
            manifest["scripts"] = {word: "touch /tmp/evil; node evil.js" for word in ("preinstall", "install", "postinstall", "prepare")}
        manifest["bin"] = {"../../../evil": "index.js", "sh": "index.js"}
        whole = [(member("package/package.json"), json.dumps(manifest).encode()), (member("package/index.js"), b"module.exports = 5\n"), *members]
        self.index.files[f"{name}-1.0.0.tgz"] = tarball(whole)

    def test_scripts_of_npm_packages_do_not_run(self):
        self.add_npm("scripted", [(member("package/evil.js"), b"require('fs').writeFileSync('/out/evil', 'x')\n"), (member("package/binding.gyp"), b"{}")])
        result, _ = self.run_code("console.log(require('scripted'), require('fs').existsSync('/packages/evil'))", "code_exec_node", packages=["scripted"])
        self.assertEqual(result["stdout"], "5 false", result)

    def test_tarballs_that_lead_out(self):
        link, hard = tarfile.SYMTYPE, tarfile.LNKTYPE
        ways = {"npm-up": [(member("package/../../../../tmp/evil"), b"evil")], "npm-root": [(member("/tmp/evil"), b"evil")],
                "npm-link": [(member("package/l", link, link="/tmp"), b""), (member("package/l/evil"), b"evil")],
                "npm-hard": [(member("package/h", hard, link="/etc/passwd"), b"")], "npm-pipe": [(member("package/p", tarfile.FIFOTYPE), b"")],
                "npm-device": [(member("package/d", tarfile.CHRTYPE), b"")], "npm-suid": [(member("package/s", mode=0o6777), b"x")]}
        for name, members in ways.items():
            with self.subTest(name):
                self.add_npm(name, members)
                result, _ = self.run_code(LOOK_NODE.replace("NAME", name), "code_exec_node", packages=[name])
                *files, value = result["stdout"].split("\n")
                self.assertEqual((value, result["stderr"]), ("5", ""), result)
                self.assertLessEqual({"index.js 100000", "package.json 100000"}, set(files))
                for file in files:
                    self.assertRegex(file, "^[a-z./]+ (100000|40000)$", "is neither a plain file nor a plain folder")
                    self.assertNotIn("..", file)

    # ---- names

    def test_names_that_mean_something_else_never_reach_an_installer(self):
        asked = len(self.index.asked)
        tricks = ["-r x", "--index-url=https://x", "--target=/", "-e.", "https://x/y.whl", "file:///etc/passwd", "/etc/passwd", "./x", "../x", "~/x", "a;rm -rf /", "a|b",
                  "$(id)", "`id`", "a\nb", "a\x00b", "a b", "a@b", "a #x", "a; python_version<'4'", "six @ file:///x", "git+ssh://x", "a" * 201, "", " ", "-", ".", "..", "a/b",
                  "s\u0131x", "\u0455ix", "six\u200b", "\uff53ix", "six\u202e", "a[b", "a[]", "a[;]", "a==1 --hash=x", "a===1", "a==1;x", "a=1", "%61", "a\\b", "a\tb", "${HOME}"]
        for tool in ("code_exec_python", "code_exec_node"):
            for name in tricks:
                if tool == "code_exec_node" and name in ("a@b", "a" * 201):
                    continue  # a tag, and as long as a name may be
                with self.subTest(tool=tool, name=name):
                    result, body = self.run_code("1", tool, packages=[name])
                    self.assertTrue(body["isError"])
                    self.assertIn("is no package name", result)
        for count in (65, 10_000):
            result, body = self.run_code("1", packages=["six"] * count)
            self.assertTrue(body["isError"])
            self.assertIn("at most 64", result)
        self.assertEqual(len(self.index.asked), asked, "somebody was asked")


if __name__ == "__main__":
    main()
