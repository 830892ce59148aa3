"""Web pages whose main text somebody has marked, and how well a reader finds it.

Two ways to count, each as those count who made the pages:

shingles   Words are runs of letters, digits and underscores; a shingle is four of them
           in a row. Per page precision and recall over the two bags of shingles; their
           means over all pages, and F1 of those means.
segments   A page names pieces of text that belong to its main text and pieces that do
           not. All pages' pieces are counted together. White space is one space, and
           characters that show as nothing (soft hyphens and the like) are none.
"""

import gzip
import html.parser
import json
import pathlib
import re
import statistics
import subprocess
import unicodedata
import zlib
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPORA = ROOT / "build" / "corpora"
SHINGLE_WORDS = 4


class Page:
    """A file and what is known of its main text: the whole, or pieces of it."""

    def __init__(self, path, text=None, wanted=(), unwanted=()):
        self.path, self.text, self.wanted, self.unwanted = pathlib.Path(path), text, wanted, unwanted


def need(folder):
    if not folder.exists():
        raise SystemExit(f"{folder.relative_to(ROOT)} is not there; fetch it: scripts/corpora")
    return folder


def reader_pages():
    """The test pages of Firefox's reader. Its own output, looked over by hand, is the text."""
    folder = need(CORPORA / "reader-pages" / "test-pages")
    return [Page(each / "source.html", text_of((each / "expected.html").read_text(encoding="utf-8")))
            for each in sorted(folder.iterdir()) if (each / "source.html").exists()]


def is_unseen(page):
    """Nobody who wrote a rule has looked at what becomes of this half of the annotated pages."""
    return zlib.crc32(page.path.name.encode()) % 2 == 1


def unseen_pages():
    return [page for page in annotated_pages() if is_unseen(page)]


def annotated_pages():
    """Pages in a dozen languages, each with some pieces that belong to its text and some that do not."""
    folder = need(CORPORA / "annotated-pages")
    pages = []
    for entry in re.split(r"\n\t\"https?://", (folder / "scripts/comparison/data.go").read_text(encoding="utf-8"))[1:]:
        file = re.search(r"\n\t\tFile:\s*(.*),\n", entry)
        paths = [folder / "test-files" / kind / go_string(file.group(1)) for kind in ("comparison", "mock")]
        path = next((p for p in paths if p.exists()), None)
        if path:
            pages.append(Page(path, wanted=go_strings(entry, "With"), unwanted=go_strings(entry, "Without")))
    return pages


def benchmark_pages(folder, unpacked):
    """A clone of the public benchmark of 181 pages; its pages are unpacked into `unpacked`."""
    pages = []
    for name, truth in json.loads((folder / "ground-truth.json").read_text(encoding="utf-8")).items():
        path = unpacked / f"{name}.html"
        path.write_bytes(gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()))
        pages.append(Page(path, truth["articleBody"]))
    return pages


GO_STRING = r'"(?:[^"\\]|\\.)*"|`[^`]*`'


def go_string(literal):
    return literal[1:-1] if literal.startswith("`") else json.loads(literal)


def go_strings(entry, field):
    found = re.search(rf"\n\t\t{field}:\s*\[\]string\{{((?:\s*(?:{GO_STRING}),?)*)\s*\}}", entry)
    return [go_string(each) for each in re.findall(GO_STRING, found.group(1))] if found else []


class TextOfHtml(html.parser.HTMLParser):
    """The text of well-formed HTML, with a line end wherever it does not go on in the same line."""

    INLINE = {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
              "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.pieces = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.INLINE:
            self.pieces.append("\n")

    handle_endtag = lambda self, tag: self.handle_starttag(tag, ())  # noqa: E731

    def handle_data(self, data):
        self.pieces.append(data)


def text_of(markup):
    parser = TextOfHtml()
    parser.feed(markup)
    parser.close()
    return "".join(parser.pieces)


def shingles(text):
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[i:i + SHINGLE_WORDS]) for i in range(max(1, len(words) - SHINGLE_WORDS + 1)) if words)


def f1_of(precision, recall):
    return {"f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
            "precision": precision, "recall": recall}


def shingle_scores(pages, texts):
    """One pair of precision and recall for each page; None where there is nothing to find, or nothing was."""
    scores = []
    for page in pages:
        true, found = shingles(page.text), shingles(texts.get(str(page.path), ""))
        common = sum((true & found).values())
        scores.append((common / found.total() if found else None, common / true.total() if true else None))
    return scores


def shingle_score(pages, texts):
    scores = shingle_scores(pages, texts)
    return f1_of(statistics.mean(p for p, _ in scores if p is not None), statistics.mean(r for _, r in scores if r is not None))


def seen(text):
    """Text as a person sees it."""
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def segment_score(pages, texts):
    right = missed = wrong = 0
    for page in pages:
        text = seen(texts.get(str(page.path), ""))
        found = [seen(piece) in text for piece in page.wanted]
        right += sum(found)
        missed += len(found) - sum(found)
        wrong += sum(seen(piece) in text for piece in page.unwanted)
    return f1_of(right / max(1, right + wrong), right / max(1, right + missed))


def score(pages, texts):
    return (shingle_score if pages[0].text is not None else segment_score)(pages, texts)


def read_all(argv, pages):
    """What a reader says of each page: {path: {"text": .., "us": ..}}, as collet-read-pages prints it."""
    paths = "".join(f"{page.path}\n" for page in pages)
    ran = subprocess.run([str(a) for a in argv], input=paths, capture_output=True, encoding="utf-8", timeout=3600, check=False)
    if ran.returncode != 0:
        raise SystemExit(f"{argv[0]} ended with {ran.returncode}: {ran.stderr[-2000:]}")
    return {answer["path"]: answer for answer in map(json.loads, ran.stdout.rstrip("\n").split("\n"))}


def texts_in(answers):
    return {path: answer.get("text", "") for path, answer in answers.items()}
