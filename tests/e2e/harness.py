"""Starts the real server and a scripted model beside it, and talks to them.

Everything listens on a port the system picks; nothing sleeps for a fixed time:
`wait_until` polls a condition up to a deadline. When a test file fails, the logs
of every process it started are printed.
"""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("COLLET_BUILD", ROOT / "build" / "release"))
KEY = "test-key-0123456789"
APP = ROOT / "examples" / "my-app"
IO_SECONDS = 60

_started = []  # every process of this file, for the report on failure


def wait_until(what, condition, seconds=20):
    """Polls until condition() is truthy and returns that; fails naming `what`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"still not after {seconds} s: {what}")
        time.sleep(0.002)


class Process:
    """A child with a port file and a log file; always ended by stop()."""

    def __init__(self, name, argv, port_file, env=None, cwd=None):
        self.name = name
        self.log_path = pathlib.Path(str(port_file) + ".log")
        self.log_file = open(self.log_path, "wb")
        began = time.monotonic()
        self.popen = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL,
                                      stdout=self.log_file, stderr=subprocess.STDOUT,
                                      env=env, cwd=cwd)
        self.pid = self.popen.pid
        self.final_log = None
        _started.append(self)
        self.port = self._wait_for_port(port_file)
        self.ready_ms = (time.monotonic() - began) * 1000

    def _wait_for_port(self, port_file):
        def read():
            if self.popen.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.popen.returncode} at start:\n{self.log()}")
            text = port_file.read_text().strip() if port_file.exists() else ""
            return int(text.rsplit(":", 1)[-1]) if text else None
        return wait_until(f"{self.name} writes its port file", read, 60)

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def stop(self, sig=signal.SIGTERM, seconds=30):
        """Ends the process and returns its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(sig)
            try:
                self.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
                raise AssertionError(f"{self.name} still ran {seconds} s after signal {sig}")
        self.log_file.close()
        self.final_log = self.log()
        return self.popen.returncode


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def events(self):
        return parse_sse(self.body)

    def __repr__(self):
        return f"{self.status} {self.text[:2000]}"


def parse_sse(raw):
    """The events of a whole stream as (event, data text), strict about framing:
    `event:NAME`, `data:TEXT`, blank line, no space after the colons. Comments,
    which keep the connection alive, are left out."""
    events = []
    text = raw.decode() if isinstance(raw, bytes) else raw
    blocks = text.split("\n\n")
    if blocks.pop() != "":
        raise AssertionError(f"the stream ends inside an event: {text[-200:]!r}")
    for block in blocks:
        if block.startswith(":"):
            continue
        lines = block.split("\n")
        if len(lines) != 2 or not lines[0].startswith("event:") or not lines[1].startswith("data:"):
            raise AssertionError(f"not `event:`, `data:`, blank line: {block!r}")
        event, data = lines[0][6:], lines[1][5:]
        if event.startswith(" ") or data.startswith(" "):
            raise AssertionError(f"a space after the colon: {block!r}")
        events.append((event, data))
    return events


def messages(events):
    """The JSON of every `message` event."""
    return [json.loads(data) for event, data in events if event == "message"]


class Connection:
    """One HTTP connection that can be read piece by piece and cut."""

    def __init__(self, port, receive_bytes=None):
        """receive_bytes: what the kernel may hold for a reader that does not read."""
        self.port = port
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=IO_SECONDS)
        if receive_bytes:
            self.http.sock = socket.socket()
            self.http.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
            self.http.sock.settimeout(IO_SECONDS)
            self.http.sock.connect(("127.0.0.1", port))
        self.reply = None
        self.seen = b""

    def send(self, method, path, body=None, headers=None):
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
        self.http.request(method, path, body=body, headers=headers or {})
        return self

    def head(self):
        if self.reply is None:
            self.reply = self.http.getresponse()
        return self.reply

    def whole(self):
        reply = self.head()
        headers = {k.lower(): v for k, v in reply.getheaders()}
        return Reply(reply.status, headers, self.seen + reply.read())

    def read_until(self, needle):
        """Reads the stream until it holds `needle`; returns what was read so far."""
        needle = needle.encode() if isinstance(needle, str) else needle
        reply = self.head()
        while needle not in self.seen:
            piece = reply.read1(65536)
            if not piece:
                raise AssertionError(f"the stream ended without {needle!r}: {self.seen[-2000:]!r}")
            self.seen += piece
        return self.seen

    def cut(self):
        """Closes the socket at once, as a client that goes away does."""
        sock = self.http.sock
        if sock is None and self.reply is not None and self.reply.fp is not None:
            sock = self.reply.fp.raw._sock
        if sock is not None:
            sock.shutdown(socket.SHUT_RDWR)
        if self.reply is not None:
            self.reply.close()
        self.http.close()


class ScriptedModel(Process):
    """The upstream: collet-scripted-model with one list of turns per model name."""

    def __init__(self, folder, scenarios, port=0):
        self.scenario_file = folder / "scenarios.json"
        script = {"models": {name: {"turns": turns} for name, turns in scenarios.items()}}
        self.scenario_file.write_text(json.dumps(script))
        port_file = folder / "model.port"
        port_file.unlink(missing_ok=True)
        self.request_log = folder / "model.requests.jsonl"
        super().__init__("scripted model",
                         [BUILD / "bin" / "collet-scripted-model", "--scenarios", self.scenario_file,
                          "--port", port, "--port-file", port_file, "--log", self.request_log],
                         port_file)

    def requests(self, model=None):
        """What has been asked so far, each with method, path, headers, model, body."""
        return [line for line in self._lines(model) if not line["aborted"]]

    def aborted(self, model=None):
        """Requests whose caller went away before the answer was complete."""
        return [line for line in self._lines(model) if line["aborted"]]

    def _lines(self, model):
        if not self.request_log.exists():
            return []
        text = self.request_log.read_text()
        lines = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
        return [line for line in lines if model is None or line.get("model") == model]


class Collet(Process):
    """The server under test. `config` is merged over a small default one."""

    def __init__(self, folder, config, env=None):
        port_file = folder / "collet.port"
        port_file.unlink(missing_ok=True)
        config_file = folder / "config.yaml"
        config_file.write_text(json.dumps(config, indent=1))  # JSON is YAML
        full_env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder),
                    "XDG_STATE_HOME": str(folder / "state"), "XDG_CACHE_HOME": str(folder / "cache"),
                    "LANG": "C.UTF-8", **(env or {})}
        super().__init__("collet", [BUILD / "bin" / "collet", "serve", "--config", config_file,
                                    "--listen", "127.0.0.1:0", "--port-file", port_file],
                         port_file, env=full_env, cwd=folder)
        self.url = f"http://127.0.0.1:{self.port}"

    def headers(self, extra=None, key=KEY):
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        headers.update(extra or {})
        return {k: v for k, v in headers.items() if v is not None}

    def open(self, path, body=None, headers=None, method=None):
        return Connection(self.port).send(method or ("GET" if body is None else "POST"), path, body,
                                          self.headers(headers))

    def call(self, path, body=None, headers=None, method=None):
        connection = self.open(path, body, headers, method)
        try:
            return connection.whole()
        finally:
            connection.http.close()

    def agents(self, body, headers=None):
        return self.call("/v1/agents/heroku", body, headers)

    def chat(self, body, headers=None):
        return self.call("/v1/chat/completions", body, headers)

    def descendants(self):
        """(pid, command line) of every living process below the server."""
        return descendants(self.pid)


def package_clients():
    """What this host tells package clients by their variables: indexes, certificates."""
    return {name: value for name, value in os.environ.items()
            if name.lower().startswith(("pip_", "npm_config_", "goproxy", "gosumdb", "gemrc"))}


def processes():
    """pid -> (parent pid, command line) of every living process."""
    table = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as f:
                state, parent = f.read().rsplit(")", 1)[1].split()[:2]
            with open(f"/proc/{entry}/cmdline", "rb") as f:
                line = f.read().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            continue
        if state != "Z":
            table[int(entry)] = (int(parent), line)
    return table


def descendants(pid):
    table = processes()
    found, layer = [], {pid}
    while layer:
        layer = {p for p, (parent, _) in table.items() if parent in layer}
        found += [(p, table[p][1]) for p in sorted(layer)]
    return found


def say(text, **more):
    """A model turn that is only text."""
    return {"content": text, **more}


def use(*calls, text="", **more):
    """A model turn with tool calls, each (name, arguments)."""
    return {"content": text, "tool_calls": [{"name": name, "arguments": arguments} for name, arguments in calls],
            **more}


def silence():
    """A model turn that never comes."""
    return {"delay_ms": 3600000}


def tool(name="code_exec_python", **runtime_params):
    entry = {"type": "heroku_tool", "name": name}
    if runtime_params:
        entry["runtime_params"] = runtime_params
    return entry


def user(text="go"):
    return [{"role": "user", "content": text}]


class Stage:
    """A scripted model and a server wired to it, in a temporary folder."""

    def __init__(self, scenarios, config=None, env=None, model_options=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="collet-e2e-"))
        self.folder.chmod(0o755)
        self.server = None
        self.model = ScriptedModel(self.folder, scenarios)
        self.config = default_config(self.model.port, scenarios)
        merge(self.config, config or {})
        if "COLLET_HOSTILE_BACKEND" in os.environ:  # as the hostile set has it
            merge(self.config, {"sandbox": {"backend": os.environ["COLLET_HOSTILE_BACKEND"]}})
        for model in self.config["models"]:
            model.update(model_options or {})
        self.env = env
        self.server = Collet(self.folder, self.config, env)

    def stop(self):
        try:
            if self.server:
                self.server.stop()
        finally:
            self.model.stop()
            if not os.environ.get("COLLET_E2E_KEEP"):
                shutil.rmtree(self.folder, ignore_errors=True)


def default_config(model_port, scenarios):
    base_url = f"http://127.0.0.1:{model_port}/v1"
    return {
        "auth": {"keys": [{"id": "dev", "key": KEY, "requests_per_minute": 1_000_000_000,
                           "tokens_per_minute": 1000000000}]},
        "models": [{"id": name, "provider": "openai", "base_url": base_url, "api_key": "upstream-secret",
                    "types": ["text-to-embedding"] if name == "embed" else ["text-to-text"]}
                   for name in scenarios],
        "apps": {"my-app": {"root": str(APP)}},
    }


def merge(into, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


class StageTest(unittest.TestCase):
    """A test class with one Stage for all its cases; set `scenarios`, `config`."""

    scenarios = {}
    config = {}
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(cls.scenarios, cls.config)
        cls.server, cls.model = cls.stage.server, cls.stage.model

    @classmethod
    def tearDownClass(cls):
        cls.stage.stop()


def main():
    """unittest.main, and the logs when something failed."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    for process in _started:  # what a broken set-up left behind
        if process.popen.poll() is None:
            process.popen.kill()
            process.popen.wait()
    if program.result.wasSuccessful():
        sys.exit(0)
    for process in _started:
        log = process.log() if process.final_log is None else process.final_log
        print(f"\n---- log of {process.name} (pid {process.pid}) ----\n{log[-20000:]}", file=sys.stderr)
    sys.exit(1)
