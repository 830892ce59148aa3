"""A Collet of our own: installed into a private folder with the eval plugin as its
only tools, started on a free port, ended with the script."""
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

START_SECONDS_MAX = 300


class OwnServer:
    def __init__(self, build, root, cases, upstream=None, config=None):
        """build: a build folder. cases: the data that the plugin serves.
        upstream: URL of an OpenAI-style model server; None: the embedded model."""
        self.folder = tempfile.mkdtemp(prefix="collet-eval-")
        self.key = secrets.token_hex(16)
        self.child = None
        for name in ("bin", "plugins", "share/collet"):
            os.makedirs(os.path.join(self.folder, name))
        for program in ("collet", "collet-launcher", "collet-host"):
            path = os.path.join(build, "bin", program)
            if os.path.exists(path):
                shutil.copy2(path, os.path.join(self.folder, "bin", program))
        shutil.copy2(os.path.join(build, "eval_plugin", "eval.so"), os.path.join(self.folder, "plugins", "eval.so"))
        os.symlink(os.path.join(root, "scripts", "model"), os.path.join(self.folder, "share", "collet", "model"))
        self.write("cases.json", cases)
        self.write("config.yaml", self.settings(upstream) | (config or {}))  # JSON is YAML

    def settings(self, upstream):
        model = {"id": "eval", "provider": "embedded", "embedded": {"prewarm_tools": []}}  # a pinned argument makes other prompts
        if upstream:
            model = {"id": "eval", "provider": "openai", "base_url": upstream, "upstream_model": "eval", "tool_mode": "planned"}
        instance = {"plugin": "eval", "name": "eval", "config": {"file": os.path.join(self.folder, "cases.json")}}
        return {"models": [model], "auth": {"keys": [{"id": "eval", "key": self.key, "requests_per_minute": 100000}]},
                "plugins": {"dir": os.path.join(self.folder, "drop-in"), "instances": [instance]},
                "state_dir": os.path.join(self.folder, "state")}

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file)

    def __enter__(self):
        os.makedirs(os.path.join(self.folder, "drop-in"))
        port_file = os.path.join(self.folder, "port")
        with open(os.path.join(self.folder, "log"), "wb") as log:
            self.child = subprocess.Popen(
                [os.path.join(self.folder, "bin", "collet"), "serve", "--config", os.path.join(self.folder, "config.yaml"),
                 "--listen", "127.0.0.1:0", "--port-file", port_file], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not os.path.exists(port_file) or not os.path.getsize(port_file):
            if self.child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"collet did not start:\n{self.log_end()}")
            time.sleep(0.1)
        with open(port_file, encoding="utf-8") as file:
            self.url = "http://127.0.0.1:" + file.read().strip().rpartition(":")[2]
        while "model eval" in self.not_ready():
            if self.child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the model did not start: {self.not_ready()}\n{self.log_end()}")
            time.sleep(0.5)
        return self

    def not_ready(self):
        """What /readyz still waits for."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.url + "/readyz", timeout=10) as answer:
                return "" if answer.status == 200 else "model eval"
        except urllib.error.HTTPError as error:
            return error.read(4000).decode("utf-8", "replace")

    def __exit__(self, *_):
        if self.child and self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_end(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-3000:]
