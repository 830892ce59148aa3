"""How well and how fast doc_reader reads: main text, dense pages, large PDFs.

usage: scripts/bench documents [--json FILE] [--rounds N] [--peers] [--benchmark FOLDER]

The corpora are those of scripts/corpora. With --peers, Firefox's reader and trafilatura
read the same pages; they are fetched into build/clients and take half an hour. --benchmark is a
clone of the public article extraction benchmark (181 pages), which no registry has.
"""

import argparse
import functools
import http.server
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from harness import ROOT, Stage, say

sys.path.insert(0, str(ROOT / "tests" / "corpora"))
import article_pages as articles  # noqa: E402

PEERS = ROOT / "build" / "clients"
READABILITY = ["@mozilla/readability@0.6.0", "jsdom@26.1.0"]
TRAFILATURA = ["trafilatura==2.3.1", "lxml_html_clean==0.4.6"]
HERE = pathlib.Path(__file__).parent
PAGES_MEASURED = 4       # the largest of the corpora
DENSE_BYTES = 1 << 20
PDF_COPIES = 5           # of a paper of 14 pages
PDF_DENSE = "pdfjs-files/test/pdfs/issue12337.pdf"
PDF_SMALL = "qpdf-files/qpdf/qtest/qpdf/minimal.pdf"


def step(text):
    print(f"   {text}", file=sys.stderr, flush=True)


def run(argv, **more):
    ran = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False, **more)
    if ran.returncode != 0:
        raise SystemExit(f"bench: {argv[0]} ended with {ran.returncode}: {(ran.stderr or ran.stdout)[-2000:]}")
    return ran.stdout


def peers():
    """name -> how to ask it; fetched where they are not there."""
    node, python = PEERS / "readability", PEERS / "trafilatura"
    if not (node / "node_modules" / "jsdom").exists():
        step("fetching Firefox's reader")
        node.mkdir(parents=True, exist_ok=True)
        (node / "package.json").write_text('{"private": true}')
        run(["npm", "install", "--prefix", node, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", *READABILITY], stdin=subprocess.DEVNULL)
    if not (python / "bin" / "trafilatura").exists():
        step("fetching trafilatura")
        run([sys.executable, "-m", "venv", python])
        run([python / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *TRAFILATURA])
    return {"Firefox's reader": ["node", HERE / "peers" / "read_readability.cjs", node],
            "trafilatura": [python / "bin" / "python", HERE / "peers" / "read_trafilatura.py"]}


def main_text(build, with_peers, benchmark, folder):
    sets = {"reader pages": articles.reader_pages, "annotated pages": articles.annotated_pages}  # and their unseen half, of the same answers
    if benchmark:
        sets["181 pages"] = lambda: articles.benchmark_pages(benchmark, folder)
    readers = {"doc_reader": [build / "bin" / "collet-read-pages"], **(peers() if with_peers else {})}
    rows = []
    for name, load in sets.items():
        pages = load()
        for reader, argv in readers.items():
            step(f"{name}: {reader}")
            answers = articles.read_all(argv, pages)
            rows.append(row_of(name, pages, reader, answers))
            if load is articles.annotated_pages:
                rows.append(row_of("- no rule seen", [page for page in pages if articles.is_unseen(page)], reader, answers))
    return rows


def row_of(name, pages, reader, answers):
    asked = [answers[str(page.path)] for page in pages]
    return {"pages": name, "count": len(pages), "reader": reader, **articles.score(pages, articles.texts_in(answers)),
            "ms_per_page": sum(a.get("us", 0) for a in asked) / 1000 / len(pages), "errors": sum(bool(a.get("error")) for a in asked)}


def dense_page():
    """Nothing but short paragraphs, each with a link."""
    words = "the quick brown fox jumps over a lazy dog river stone light under every morning paper window garden".split()
    chosen, pieces, size = random.Random(1), ["<!doctype html><html><head><title>Dense</title></head><body><main>\n"], 0
    while size < DENSE_BYTES:
        pieces.append(f'<p>{" ".join(chosen.choices(words, k=8))} <a href="/page/{len(pieces)}">{chosen.choice(words)}</a></p>\n')
        size += len(pieces[-1])
    return "".join(pieces)


def pages(build, rounds, folder):
    step("pages of a megabyte")
    dense = folder / "dense.html"
    dense.write_text(dense_page())
    corpus = sorted(articles.CORPORA.rglob("*.html"), key=lambda path: -path.stat().st_size)[:PAGES_MEASURED]
    rows = [json.loads(line) for line in run([build / "bin" / "collet-page-bench", rounds, dense, *corpus]).splitlines()]
    for row in rows:
        row["path"] = "dense, 1 MB" if row["path"] == str(dense) else "/".join(pathlib.Path(row["path"]).parts[-2:])
    return rows


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def timed(work):
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def bare(path):
    devnull = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    os.waitpid(os.posix_spawnp("pdftotext", ["pdftotext", "-q", str(path), "-"], os.environ, file_actions=devnull), 0)


def pdfs(rounds, folder):
    """Bare pdftotext and pdf_to_markdown over HTTP, in turns."""
    step("PDFs")
    dense = articles.CORPORA / PDF_DENSE
    files = {"large": folder / "large.pdf", "small": folder / "small.pdf"}
    run(["qpdf", "--empty", "--pages", *[dense] * PDF_COPIES, "--", files["large"]])
    files["small"].write_bytes((articles.CORPORA / PDF_SMALL).read_bytes())
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    stage = Stage({"unused": [say("x")]}, {"egress": {"allow_private": [address]}})

    def ours(path):
        reply = stage.server.call("/v1/tools/call", {"name": "pdf_to_markdown", "arguments": {"url": f"http://{address}/{path.name}"}})
        if reply.json().get("isError"):
            raise SystemExit(f"bench: {reply}")

    samples = {f"{who}, {size}": [] for size in files for who in ("pdftotext", "pdf_to_markdown")}
    try:
        for path in files.values():
            ours(path)
        for _ in range(rounds):
            for size, path in files.items():
                samples[f"pdftotext, {size}"].append(timed(lambda: bare(path)))
                samples[f"pdf_to_markdown, {size}"].append(timed(lambda: ours(path)))
    finally:
        stage.stop()
        server.shutdown()
        server.server_close()
    return {name: {"min_ms": min(values), "p50_ms": statistics.median(values)} for name, values in samples.items()}


def print_tables(report):
    print(f"\n{'main text':<18}{'pages':>6}  {'reader':<18}{'F1':>7}{'prec.':>7}{'recall':>7}{'CPU ms/page':>13}")
    for row in report["main_text"]:
        print(f"{row['pages']:<18}{row['count']:>6}  {row['reader']:<18}{row['f1']:7.3f}{row['precision']:7.3f}{row['recall']:7.3f}{row['ms_per_page']:13.1f}")
    print(f"\n{'CPU ms, fewest':<62}{'KB':>6}{'parser':>8}{'article':>9}{'ratio':>7}{'whole':>7}")
    for row in report["pages"]:
        print(f"{row['path'][-60:]:<62}{row['bytes'] // 1024:6}{row['parser_us'] / 1000:8.1f}{row['article_us'] / 1000:9.1f}"
              f"{row['article_us'] / row['parser_us']:7.1f}{row['whole_us'] / 1000:7.1f}")
    print(f"\n{'PDF, wall ms':<28}{'fewest':>8}{'p50':>8}")
    for name, row in report["pdfs"].items():
        print(f"{name:<28}{row['min_ms']:8.1f}{row['p50_ms']:8.1f}")
    for figure in ("min_ms", "p50_ms"):
        theirs, ours = (report["pdfs"][f"{who}, large"][figure] for who in ("pdftotext", "pdf_to_markdown"))
        fixed = report["pdfs"]["pdf_to_markdown, small"][figure] - report["pdfs"]["pdftotext, small"][figure]
        print(f"{figure}: {ours / theirs:.2f} times bare pdftotext, {(ours - fixed) / theirs:.2f} without the box's fixed {fixed:.1f} ms")


def main(argv, build):
    parser = argparse.ArgumentParser(prog="scripts/bench documents", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", help="write the figures there; - is standard output")
    parser.add_argument("--rounds", type=int, default=20, help="of each timed row (default 20)")
    parser.add_argument("--peers", action="store_true", help="also Firefox's reader and trafilatura")
    parser.add_argument("--benchmark", metavar="FOLDER", type=pathlib.Path, help="a clone of the benchmark of 181 pages")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="collet-bench-") as temporary:
        folder = pathlib.Path(temporary)
        report = {"pages": pages(build, options.rounds, folder), "pdfs": pdfs(options.rounds, folder),
                  "main_text": main_text(build, options.peers, options.benchmark, folder)}
    print_tables(report)
    if options.json == "-":
        print(json.dumps(report))
    elif options.json:
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1) + "\n")
