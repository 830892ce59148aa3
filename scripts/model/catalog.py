"""The catalog (models.json) and the way every script here talks: JSON lines.

Each line on standard output is one object with an "event"; what a person should
read stands in "message". The server and the CLI read these lines.
"""
import json
import os
import sys
import threading
import time

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
_write_lock = threading.Lock()


class ModelError(Exception):
    """Ends a script with a `failed` line.

    code: a spelling of the kernel's error list. retry: may work later by itself.
    """

    def __init__(self, code, message, retry=True):
        super().__init__(message)
        self.code = code
        self.retry = retry


def report(event, **fields):
    line = json.dumps({"event": event, **fields}, ensure_ascii=False)
    with _write_lock:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class Tick:
    """Says once in a while that a long step goes on."""

    def __init__(self):
        self.step = "preparing the Python environment of the model"
        self.last = time.monotonic()

    def __call__(self):
        if time.monotonic() - self.last > 2:
            self.last = time.monotonic()
            report("working", message=self.step)


def default_directory():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "collet", "model")


class Catalog:
    def __init__(self, path=None):
        self.path = path or os.path.join(SCRIPTS, "models.json")
        try:
            with open(self.path, encoding="utf-8") as file:
                self.data = json.load(file)
        except (OSError, ValueError) as error:
            raise ModelError("invalid", f"cannot read the model catalog {self.path}: {error}", retry=False)

    def model(self, name, kind):
        """The model called `name`; with name "" the first one of that kind."""
        models = [m for m in self.data["models"] if m["type"] == kind]
        for model in models:
            if name in ("", model["name"]):
                return model
        known = ", ".join(m["name"] for m in models) or "none"
        raise ModelError("invalid", f"there is no embedded {kind} model named '{name}'; known: {known}", retry=False)

    def runtimes(self, model, wanted):
        """The runtimes that may run `model`, best first. wanted: "auto" or a name."""
        named = {r["name"]: r for r in self.data["runtimes"]}
        candidates = [named[name] for name in model["runtimes"]]
        # A setting made for one kind of model does not concern another kind.
        if wanted == "auto" or wanted in named and wanted not in model["runtimes"]:
            return candidates
        chosen = [r for r in candidates if r["name"] == wanted]
        if not chosen:
            known = ", ".join(["auto", *model["runtimes"]])
            raise ModelError("invalid", f"embedded.runtime is '{wanted}'; expected one of: {known}", retry=False)
        return chosen
