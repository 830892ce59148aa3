"""How to talk to what --keep leaves running."""
import json
import shlex

import examples
import harness
from server import APP


def how_to_talk(show, server, databases, site, with_model):
    show.step("It runs until Ctrl-C")
    collet = harness.BUILD / "bin" / "collet"
    lines = [f"export INFERENCE_URL={server.url} INFERENCE_KEY={server.key}", ""]
    lines += asking(site) if with_model else []
    lines += ["export COLLET_URL=$INFERENCE_URL COLLET_API_KEY=$INFERENCE_KEY",
              f"{collet} call pg_psql '{{\"query\": \"SELECT * FROM users\"}}' --app {APP}",
              f"{collet} call doc_reader '{{\"url\": \"{site.url}/handbook.html\"}}'", "",
              f"psql '{databases.reader_url()}'   # the follower, as the tools see it",
              f"PGPASSWORD={databases.primary.password} psql '{databases.primary.url('root_role')}'   # the primary, as its superuser",
              f"# configuration: {server.config_file}"]
    for line in lines:
        show.line(line)


def asking(site):
    """The published curl line of the vector search."""
    example = next(each for each in examples.ALL if each.name == "pg_vector_query")
    body = {"model": "claude-4-sonnet", "messages": [{"role": "user", "content": example.asked(site.url)}], "tools": [example.tool(APP)]}
    return ["curl $INFERENCE_URL/v1/agents/heroku -H \"Authorization: Bearer $INFERENCE_KEY\" -d " + shlex.quote(json.dumps(body)), ""]
