"""Which program runs the model, and how it is called."""
import os
import shutil
import socket
import subprocess

from catalog import SCRIPTS, ModelError


class Runtime:
    """One entry of the catalog's runtimes, on this machine."""

    def __init__(self, entry, directory, environment):
        self.entry = entry
        self.name = entry["name"]
        self.directory = directory
        self.environment = environment

    def available(self):
        """Can run now, without installing anything."""
        if self.entry["kind"] == "venv":
            return self.environment.ready_for(self.entry)
        return self._program() is not None

    def identity(self):
        """Changes when the program does."""
        if self.installable():
            return " ".join([self.name, *self.entry["requirements"]])
        info = os.stat(self._program())
        return f"{self.name} {info.st_size} {info.st_mtime_ns}"

    def installable(self):
        return self.entry["kind"] == "venv"

    def install(self):
        if self.installable():
            self.environment.install(self.entry)
        elif not self.available():
            raise ModelError("not_found", f"the model runtime '{self.name}' ({self.entry['about']}) is not there; "
                             "install it, or set embedded.runtime to auto", retry=False)

    def variables(self):
        """The environment to run in; the key that clients must show is in it, under
        the name that the program knows."""
        variables = self.environment.variables() if self.installable() else dict(os.environ)
        if "key_variable" in self.entry and "COLLET_MODEL_KEY" in variables:
            variables[self.entry["key_variable"]] = variables.pop("COLLET_MODEL_KEY")
        return variables

    def command(self, values):
        """The command line. values: what its {placeholders} stand for."""
        values = dict(values, python=self.environment.python, scripts=SCRIPTS, directory=self.directory)
        command = [part.format(**values) for part in self.entry["command"]]
        command[0] = shutil.which(command[0]) or command[0]
        for group in self._understood():
            filled = [part.format(**values) for part in group]
            command += filled if all(filled) else []  # an empty value: not wanted
        return command

    @property
    def reports_address(self):
        """Prints where it listens; else it is told the port."""
        return not any("{port}" in part for part in self.entry["command"])

    def _program(self):
        return shutil.which(self.entry["command"][0].format(directory=self.directory))

    def _understood(self):
        """The optional flags that this version of the program knows."""
        groups = self.entry.get("optional", [])
        if not groups:
            return []
        try:
            page = subprocess.run([self._program(), "--help"], capture_output=True, timeout=20, check=False,
                                  stdin=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
        except (OSError, subprocess.TimeoutExpired):
            return []
        words = set(page.replace(",", " ").split())
        return [group for group in groups if group[0] in words]


def choose(catalog, model, wanted, directory, environment):
    """The runtimes to try, in order: those that are there, then those that can be
    installed."""
    runtimes = [Runtime(entry, directory, environment) for entry in catalog.runtimes(model, wanted)]
    if wanted != "auto" and len(runtimes) == 1:
        return runtimes
    usable = [r for r in runtimes if r.available() or r.installable()]
    if not usable:
        raise ModelError("not_found", "no runtime for the embedded model is installed or can be", retry=False)
    return usable


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
