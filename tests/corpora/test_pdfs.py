"""Ugly PDFs of public test suites, each through pdf_to_markdown in a box: text or an
honest error, in time, and nothing left behind."""

import base64
import collections
import concurrent.futures
import functools
import http.server
import json
import os
import re
import sys
import threading
import time
import unittest
import urllib.parse
import zlib

import article_pages

ROOT = article_pages.ROOT
sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from harness import Stage, main, say, wait_until  # noqa: E402

CORPORA = ROOT / "build" / "corpora"
FOLDERS = ["pdfjs-files", "qpdf-files"]
FILES_MIN = 1100
CALLS_AT_ONCE = 4
PDF_MS_MAX = 30_000
BOMB_SECONDS = 5
CALL_SECONDS_MAX = PDF_MS_MAX / 1000 + 5  # its box, and a busy machine

# Everything that may be said of a file that has not been read.
ERRORS = {
    "no text layer": r"this PDF has no text layer: its \d+ pages are pictures",
    "encrypted": r"this PDF is encrypted and needs a password",
    "damaged": r"this PDF is damaged and could not be repaired",
    "time": rf"the PDF could not be read within pdf_ms_max = {PDF_MS_MAX}",
    "memory": r"reading the PDF needs more memory than the size of the call has",
    "too much text": r"the text of the first page is longer than pdf_text_bytes_max = \d+",
    "no PDF": r"/url: the document is .*; expected a PDF",
}


def pdf_of(*objects):
    """Objects from 1 on, the first the catalog, with their table."""
    out, offsets = b"%PDF-1.5\n", []
    for number, each in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, table, size, len(out))


def page_of(content, filters=b"/FlateDecode", kids=b"5 0 R", count=1, pages=1):
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R >>"
    return pdf_of(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count %d /Kids [ %b ] >>" % (count, kids),
                  b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
                  b"<< /Length %d /Filter [%b] >>\nstream\n%b\nendstream" % (len(content), filters, content), *[page] * pages)


def packed(text, times=1):
    for _ in range(times):
        text = zlib.compress(text, 9)
    return text


WORDS = b"BT /F1 9 Tf 9 9 Td (word) Tj ET\n"
# Small files, and what has to stop them.
BOMBS = {
    "a stream that unpacks to 256 MB of text": (page_of(packed(WORDS * (8 << 20))), "pdf_text_bytes_max|pdf_ms_max|more memory"),
    "a stream packed twice, 256 MB of nothing": (page_of(packed(b"\n" * (1 << 28), 2), b"/FlateDecode /FlateDecode"), "no text layer|pdf_ms_max|more memory"),
    "pages that are their own parent": (page_of(packed(WORDS), kids=b"2 0 R 5 0 R", count=2), "word|damaged|no text layer"),
    "the same page a hundred thousand times": (page_of(packed(WORDS), kids=b"5 0 R " * 100_000, count=100_000), "pdf_pages_max = 500|damaged"),
    "three thousand pages": (page_of(packed(WORDS), kids=b"".join(b"%d 0 R " % i for i in range(5, 3_005)), count=3_000, pages=3_000),
                             "pdf_pages_max = 500"),
    "a page that says it is millions": (page_of(packed(WORDS), count=2_000_000_000), "word|damaged|pdf_ms_max"),
    "a table of objects that has no end": (page_of(packed(WORDS)).replace(b"xref\n0 6", b"xref\n0 999999999"), "word|damaged|more memory"),
}


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def kind_of(answer):
    """("text", its pages) or what the error says."""
    text = answer["content"][0]["text"]
    if not answer.get("isError"):
        return "text" if "\n# Page " in text else f"neither text nor error: {text[:300]}"
    return next((kind for kind, pattern in ERRORS.items() if re.match(pattern, text)), f"another error: {text[:300]}")


def brief(answer):
    text = answer["content"][0]["text"]
    note = re.search(r"\nnote: (.*)", text)
    return text[:110] if answer.get("isError") else note.group(1) if note else f"{len(text)} bytes of text"


class Pdfs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = sorted(file for folder in FOLDERS for file in article_pages.need(CORPORA / folder).rglob("*.pdf"))
        cls.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=str(CORPORA)))
        cls.addClassCleanup(cls.http.server_close)
        threading.Thread(target=cls.http.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.http.shutdown)
        cls.stage = Stage({"unused": [say("x")]}, {
            "egress": {"allow_private": [f"127.0.0.1:{cls.http.server_port}"]}})
        cls.addClassCleanup(cls.stage.stop)
        cls.server = cls.stage.server

    def call(self, tool, arguments, **more):
        reply = self.server.call("/v1/tools/call", {"name": tool, "arguments": arguments, **more})
        self.assertEqual(reply.status, 200, f"{arguments}: {reply}")
        return reply.json()

    def read(self, file):
        begun = time.monotonic()
        path = urllib.parse.quote(str(file.relative_to(CORPORA)))
        answer = self.call("pdf_to_markdown", {"url": f"http://127.0.0.1:{self.http.server_port}/{path}"})
        return kind_of(answer), time.monotonic() - begun

    def held(self):
        """What the server holds: processes, descriptors."""
        return len(self.server.descendants()), len(os.listdir(f"/proc/{self.server.pid}/fd"))

    def test_all_of_them(self):
        self.assertGreaterEqual(len(self.files), FILES_MIN)
        with concurrent.futures.ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            list(pool.map(self.read, self.files[:8 * CALLS_AT_ONCE]))  # so that threads and connections are there
            before = self.held()
            begun = time.monotonic()
            answers = list(pool.map(self.read, self.files))
            seconds = time.monotonic() - begun
        self.report(answers, seconds)
        for file, (kind, took) in zip(self.files, answers):
            with self.subTest(file=str(file.relative_to(CORPORA))):
                self.assertIn(kind, {"text", *ERRORS})
                self.assertLess(took, CALL_SECONDS_MAX)
        wait_until(f"processes and descriptors are those of before, {before}", lambda: self.held() == before)

    def test_fonts_that_are_not_in_the_file(self):
        answer = self.call("pdf_to_markdown", {"url": f"http://127.0.0.1:{self.http.server_port}/pdfjs-files/test/pdfs/noembed-eucjp.pdf"})
        self.assertIn("\u3042\u3044\u3046\u3048\u304a", answer["content"][0]["text"], "poppler-data is not installed")

    def test_bombs(self):
        for name, (pdf, stopped_by) in BOMBS.items():
            with self.subTest(name):
                begun = time.monotonic()
                answer = self.call("doc_reader", {"data": base64.b64encode(pdf).decode(), "mode": "full"},
                                   runtime_params={"ttl_seconds": BOMB_SECONDS})
                print(f"\n  {name}: {len(pdf)} bytes: {brief(answer)}", file=sys.stderr)
                self.assertRegex(answer["content"][0]["text"], stopped_by)
                self.assertLess(time.monotonic() - begun, 2 * BOMB_SECONDS)

    def report(self, answers, seconds):
        print(f"\n{len(answers)} files in {seconds:.1f} s, the slowest in {max(took for _, took in answers):.1f} s", file=sys.stderr)
        for folder in FOLDERS:
            kinds = collections.Counter(kind for file, (kind, _) in zip(self.files, answers) if folder in file.parts)
            print(f"  {folder}: " + json.dumps(dict(kinds.most_common()), ensure_ascii=False), file=sys.stderr)


if __name__ == "__main__":
    main()
