"""The Python package client (pip) and the private environment it runs in."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from catalog import ModelError
from processes import die_with_parent
from sources import SourceError


class Environment:
    """A venv below the model directory; nothing of the system's Python is touched.

    Where the system cannot make one but has pip, packages go into a plain folder
    there that PYTHONPATH names.
    """

    def __init__(self, directory, tick):
        self.path = os.path.join(directory, "venv")
        self.tick = tick  # called a few times a second while a child works

    @property
    def python(self):
        own = os.path.join(self.path, "bin", "python")
        return own if os.path.exists(own) else sys.executable

    def variables(self):
        """The environment that a program of this Python environment runs in."""
        if os.path.isdir(self._plain):
            return dict(os.environ, PYTHONPATH=self._plain)
        return dict(os.environ)

    @property
    def _plain(self):
        return os.path.join(self.path, "plain")

    def ready_for(self, runtime):
        try:
            with open(self._stamp(runtime), encoding="utf-8") as file:
                return json.load(file) == self._wanted(runtime)
        except (OSError, ValueError):
            return False

    def install(self, runtime):
        if self.ready_for(runtime):
            return
        self.make()
        arguments = ["install", "--quiet", "--upgrade", "--only-binary", ":all:", *runtime["requirements"]]
        if os.path.isdir(self._plain):
            arguments += ["--target", self._plain]
        failure = self.run_client(arguments)
        if failure:
            wanted = " ".join(runtime["requirements"])
            raise ModelError("unavailable", f"cannot install the model runtime ({wanted}): {failure}")
        temporary = self._stamp(runtime) + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(self._wanted(runtime), file)
        os.replace(temporary, self._stamp(runtime))

    def make(self):
        """Makes the environment; again when another Python made the one that is there."""
        marker = os.path.join(self.path, "made-by")
        if read_text(marker) == sys.version:
            return
        shutil.rmtree(self.path, ignore_errors=True)
        failure = run([sys.executable, "-m", "venv", self.path], os.environ, self.tick)
        if failure:
            shutil.rmtree(self.path, ignore_errors=True)
            if run([sys.executable, "-m", "pip", "--version"], os.environ, self.tick):
                raise ModelError("unavailable", "cannot make a Python environment for the model runtime: "
                                 f"{failure}; install python3-venv (Debian: apt-get install python3-venv)")
            os.makedirs(self._plain)
        with open(marker, "w", encoding="utf-8") as file:
            file.write(sys.version)

    def download(self, packages, folder, progress):
        """Puts the wheels of `packages` into `folder`. progress(bytes so far)"""
        try:
            self.make()
        except ModelError as error:
            raise SourceError(str(error))
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            failure = self.run_client(
                ["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--dest", folder, *packages],
                scratch, lambda: progress(bytes_below(scratch)))
        if failure:
            raise SourceError(f"the package client failed: {failure}")

    def run_client(self, arguments, scratch=None, tick=None):
        environment = dict(self.variables(), PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
        if scratch:
            environment["TMPDIR"] = scratch
        return run([self.python, "-m", "pip", *arguments], environment, tick or self.tick)

    def _stamp(self, runtime):
        return os.path.join(self.path, f"installed-{runtime['name']}.json")

    @staticmethod
    def _wanted(runtime):
        return {"requirements": runtime["requirements"], "python": sys.version}


def run(command, environment, tick):
    """Runs `command` to its end. Returns "" or what it said when it failed."""
    with tempfile.TemporaryFile() as output:
        try:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                     env=environment, preexec_fn=die_with_parent)
        except OSError as error:
            return str(error)
        while child.poll() is None:
            tick()
            time.sleep(0.2)
        if child.returncode == 0:
            return ""
        output.seek(0)
        lines = output.read().decode("utf-8", "replace").strip().splitlines()
        return " | ".join(lines[-3:]) or f"exit code {child.returncode}"


def read_text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def bytes_below(folder):
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.path.getsize(os.path.join(where, name))
            except OSError:
                pass  # gone meanwhile
    return total
