"""The command line."""
import argparse
import os

import examples

USAGE = """\
Brings up everything on this machine and shows the database and document tools at work:
a PostgreSQL primary with its streaming follower, sample rows and vectors, a small web
site with a PDF, a Collet server, and a model that uses the tools. What was started is
ended, and what was made is removed, at the end and on Ctrl-C.

examples:
  scripts/demo                                  with the embedded model (1.1 GB, fetched once)
  scripts/demo --only pg_psql --only doc_reader
  scripts/demo --no-model                       the tools called directly: seconds, no download
  scripts/demo --model https://host/v1 KEY NAME any OpenAI-compatible model server
  UPSTREAM_URL=https://host/v1 UPSTREAM_KEY=... UPSTREAM_MODEL=NAME scripts/demo
  scripts/demo --keep                           leaves it running, and says how to talk to it
  scripts/demo --no-model --json | jq '.examples[] | {name, ok, seconds}'
"""
EXIT_CODES = """\
exit codes: 0 every example did what it should; 1 one did not; 2 wrong usage; 3 something
is missing or did not start; 130 ended by Ctrl-C."""


class Upstream:
    """A model server of the user's own."""

    def __init__(self, url, key, name):
        self.url, self.key, self.name = url, key, name


def parse(argv, environment=os.environ):
    parser = argparse.ArgumentParser(prog="scripts/demo", description=USAGE, epilog=EXIT_CODES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    models = parser.add_mutually_exclusive_group()
    models.add_argument("--model", nargs=3, metavar=("URL", "KEY", "NAME"),
                        help="a model server; URL as clients use it, https://host/v1; KEY - for $UPSTREAM_KEY")
    models.add_argument("--no-model", action="store_true", help="call the tools directly, over /v1/tools/call")
    parser.add_argument("--only", action="append", metavar="TOOL", choices=[e.name for e in examples.ALL],
                        help="only this example; again for more: " + ", ".join(e.name for e in examples.ALL))
    parser.add_argument("--keep", action="store_true", help="leave everything running until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="the result as one JSON object; progress goes to standard error")
    options = parser.parse_args(argv)
    options.upstream = None if options.no_model else upstream_of(parser, options.model, environment)
    return options


def upstream_of(parser, given, environment):
    if given:
        key = environment.get("UPSTREAM_KEY", "") if given[1] == "-" else given[1]
        return Upstream(given[0], key, given[2])
    if not environment.get("UPSTREAM_URL"):
        return None
    if not environment.get("UPSTREAM_MODEL"):
        parser.error("UPSTREAM_URL is set but UPSTREAM_MODEL is not; set it to the model's name, or unset UPSTREAM_URL")
    return Upstream(environment["UPSTREAM_URL"], environment.get("UPSTREAM_KEY", ""), environment["UPSTREAM_MODEL"])
