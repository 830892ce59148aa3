"""The Collet server of the demo: its configuration, its process, and talking to it."""
import http.client
import json
import os
import pathlib
import secrets
import subprocess
import tempfile
import time

import harness

APP = "my-app"
ATTACHMENT = "HEROKU_POSTGRESQL_PURPLE_URL"  # the name that published examples use
MODEL, EMBEDDINGS = "local", "local-embeddings"
CALL_SECONDS_MAX = 900
READY_SECONDS_MAX = 1800  # a first run fetches a gigabyte
PATIENCE = {"first_byte_timeout_ms": 600_000, "idle_timeout_ms": 600_000}  # a busy machine reads prompts slowly


class Trouble(Exception):
    """Something did not come up, or an answer was an error."""


class Server:
    """Started by the constructor, ended by stop()."""

    def __init__(self, stack, database_url, site_origin, upstream, word_vectors_url):
        """upstream: a model server, None: the embedded model. word_vectors_url: then there is no model but that."""
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="collet-demo-", ignore_cleanup_errors=True)))
        self.key = "inf-" + secrets.token_hex(16)
        self.config_file = folder / "config.yaml"
        config = settings(folder, database_url, site_origin, models(upstream, word_vectors_url))
        self.config_file.write_text(json.dumps(config, indent=1))  # JSON is YAML
        self.config_file.chmod(0o600)
        environment = {**os.environ, "DEMO_KEY": self.key, "UPSTREAM_KEY": upstream.key if upstream else ""}
        environment.pop("COLLET_API_KEY", None)  # it would be one more key
        # In a session of its own: Ctrl-C is for the demo, which ends all in order.
        self.process = harness.Process("collet", ["/usr/bin/env", "setsid", harness.BUILD / "bin" / "collet", "serve", "--config", self.config_file,
                                                  "--listen", "127.0.0.1:0", "--port-file", folder / "port"], folder / "port", env=environment)
        stack.callback(self.process.stop)
        self.url = f"http://127.0.0.1:{self.process.port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.process.port, timeout=CALL_SECONDS_MAX)

    def ask(self, method, path, body=None):
        """@return status and JSON of the answer."""
        with self.answer(method, path, body) as answer:
            return answer.status, json.loads(answer.read() or b"null")

    def answer(self, method, path, body=None):
        connection = self.connect()
        connection.request(method, path, None if body is None else json.dumps(body), {"Authorization": "Bearer " + self.key})
        return connection.getresponse()

    def events(self, body):
        """The JSON of each event of a run, as it comes."""
        with self.answer("POST", "/v1/agents/heroku", body) as answer:
            if answer.status != 200:
                raise Trouble(f"the server answered {answer.status}: {answer.read().decode(errors='replace')[:500]}")
            for line in answer:
                if line.startswith(b"data:{"):
                    yield json.loads(line[5:])

    def embed(self, texts):
        status, answer = self.ask("POST", "/v1/embeddings", {"model": EMBEDDINGS, "input": texts})
        if status != 200:
            raise Trouble(f"no vectors came: {status} {json.dumps(answer)[:500]}")
        return [entry["embedding"] for entry in answer["data"]]

    def command(self, *words):
        """What `collet WORDS` prints about this server."""
        ran = subprocess.run([harness.BUILD / "bin" / "collet", *words], env={**os.environ, "COLLET_URL": self.url, "COLLET_API_KEY": self.key},
                             capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        if ran.returncode != 0:
            raise Trouble(f"collet {' '.join(words)} failed: {ran.stderr or ran.stdout}")
        return ran.stdout

    def wait_ready(self):
        """Until the model answers. @raise Trouble with what it waits for."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while True:
            status, answer = self.ask("GET", "/readyz")
            if status == 200:
                return
            if self.process.popen.poll() is not None or time.monotonic() > deadline:
                raise Trouble(f"the model is not ready: {json.dumps(answer)[:500]}\n{self.process.log()[-2000:]}")
            time.sleep(0.2)


def models(upstream, word_vectors_url):
    if word_vectors_url:
        return [{"id": EMBEDDINGS, "provider": "openai", "base_url": word_vectors_url, "types": ["text-to-embedding"]}]
    embeddings = {"id": EMBEDDINGS, "provider": "embedded", "upstream_model": "all-minilm-l6-v2", "types": ["text-to-embedding"]}
    if upstream:
        return [{"id": MODEL, "provider": "openai", "base_url": upstream.url, "api_key": "${env:UPSTREAM_KEY}",
                 "upstream_model": upstream.name}, embeddings]
    return [{"id": MODEL, "provider": "embedded", "embedded": {"prewarm_tools": []}, **PATIENCE}, embeddings]


def settings(folder, database_url, site_origin, model_list):
    has_model = any(model["id"] == MODEL for model in model_list)
    return {"auth": {"keys": [{"id": "demo", "key": "${env:DEMO_KEY}", "commands": ["pg/*"]}]},
            "models": model_list,
            "aliases": {"claude-4-sonnet": MODEL} if has_model else {},
            "apps": {APP: {"root": str(harness.APP), "config_vars": {"DATABASE_URL": database_url, ATTACHMENT: database_url}}},
            "egress": {"allow_private": [site_origin]},  # loopback is refused otherwise
            "limits": {"shutdown_grace_ms": 1000},  # Ctrl-C is meant
            "log": {"format": "json"},
            "state_dir": str(folder / "state")}
