"""From nothing to the examples, and back to nothing."""
import contextlib
import json
import signal
import sys
import threading
import time

import examples
import needs
import options as command_line
from database import READER, Databases
from play import play
from server import APP, Server, Trouble
from show import Show
from talk import how_to_talk
from website import Website
from word_vectors import WordVectors

EXIT_OK, EXIT_FAILED, EXIT_MISSING, EXIT_INTERRUPTED = 0, 1, 3, 130


class Interrupted(BaseException):
    """Ctrl-C, or somebody ended us politely."""


def main(argv=None):
    options = command_line.parse(argv)
    show = Show(sys.stderr if options.json else sys.stdout)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    report = {"ok": False, "examples": []}
    try:
        with contextlib.ExitStack() as stack:
            try:
                return tell(options, report, demo(options, show, stack, report))
            finally:
                ignore_signals()  # nothing cuts the cleaning up short
    except Interrupted:
        show.line()
        show.note("interrupted; everything that was started has been ended")
        return tell(options, report, EXIT_INTERRUPTED)
    except (needs.Missing, Trouble, AssertionError) as error:
        report["why"] = str(error)
        print(f"demo: {error}", file=sys.stderr)
        return tell(options, report, EXIT_MISSING)


def interrupt(*_):
    ignore_signals()
    raise Interrupted


def ignore_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def tell(options, report, code):
    if options.json:
        print(json.dumps(report, indent=1))
    return code


def demo(options, show, stack, report):
    began = time.monotonic()
    programs = needs.check()
    show.step("Databases: a primary and its streaming follower")
    with show.working("PostgreSQL starts"):
        databases = Databases(stack, programs)
    report["database"] = databases.version()
    show.note(f"{report['database']} ({needs.origin_of(programs)})")
    site = Website()
    stack.callback(site.stop)
    show.step("Collet, and what it may read")
    server = start_server(options, show, stack, databases, site)
    with show.working("vectors of the documents are made"):
        count = databases.fill(server.embed, server.command("pg", "role-script", "--role", READER))
    show.note(f"{count} documents with vectors are on the follower; a web site with a PDF is at {site.url}")
    show.note("collet pg check: " + server.command("pg", "check", "--app", APP).strip())
    if not options.no_model:
        with show.working("the model loads"):
            server.wait_ready()
    chosen = [example for example in examples.ALL if not options.only or example.name in options.only]
    for example in chosen:
        show.step(example.name)
        report["examples"].append(play(server, show, example, site.url, not options.no_model))
    report["seconds"] = round(time.monotonic() - began, 1)
    report["ok"] = all(outcome["ok"] for outcome in report["examples"])
    summary(show, report)
    if options.keep:
        how_to_talk(show, server, databases, site, not options.no_model)
        with contextlib.suppress(Interrupted):
            threading.Event().wait()
    return EXIT_OK if report["ok"] else EXIT_FAILED


def start_server(options, show, stack, databases, site):
    word_vectors = None
    if options.no_model:
        word_vectors = WordVectors()
        stack.callback(word_vectors.stop)
    with show.working("the server starts"):
        server = Server(stack, databases.reader_url(), site.origin, options.upstream, word_vectors and word_vectors.url)
    model = ("no model, the tools are called directly; vectors count words" if options.no_model else
             f"model {options.upstream.name} at {options.upstream.url}" if options.upstream else "the embedded model")
    show.note(f"{server.url}, {model}")
    return server


def summary(show, report):
    show.step("Summary")
    for outcome in report["examples"]:
        show.verdict(outcome["ok"], f"{outcome['name']:<20} {show.took(outcome['seconds']):>8}  {outcome['why']}".rstrip())
    good = sum(outcome["ok"] for outcome in report["examples"])
    show.note(f"{good} of {len(report['examples'])} examples did what they should, in {show.took(report['seconds'])} all together")
