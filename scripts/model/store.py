"""The files of a model: found, fetched, checked, removed.

A file counts only after its SHA-256 was compared with the catalog's. What was
compared is remembered with size and time, so that a start need not read a
gigabyte again.
"""
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import time

from catalog import ModelError, report
from sources import SourceError, make_source, size_of

MARGIN_BYTES = 300 << 20  # wheels under way, and the runtime
LOCK_WAIT_SECONDS = 3600
REPORT_SECONDS = 0.5
SCRATCH_PREFIXES = ("wheels-", "build-")


class Store:
    def __init__(self, directory, environment):
        self.directory = directory
        self.environment = environment
        self._reported = 0.0

    def path(self, file):
        return os.path.join(self.directory, file["name"])

    # --- checking

    def is_checked(self, path, sha256):
        """Whether `path`, as it is now, is known to have that hash."""
        known = self._checked().get(os.path.realpath(path))
        return known is not None and known == self._identity(path, sha256)

    def check(self, path, file, sha256):
        """Reads the whole file. Returns "" or what is wrong with it."""
        if sha256 == file["sha256"] and size_of(path) != file["bytes"]:
            return f"has {size_of(path)} bytes, expected {file['bytes']}"
        digest = hashlib.sha256()
        done, total = 0, size_of(path)
        with open(path, "rb") as stream:
            while piece := stream.read(4 << 20):
                digest.update(piece)
                done += len(piece)
                self.progress("checking", file, done, total)
        if digest.hexdigest() != sha256:
            return f"has SHA-256 {digest.hexdigest()}, expected {sha256}"
        self._remember(path, sha256)
        return ""

    def _checked(self):
        try:
            with open(os.path.join(self.directory, "checked.json"), encoding="utf-8") as file:
                return json.load(file)
        except (OSError, ValueError):
            return {}

    @staticmethod
    def _identity(path, sha256):
        try:
            info = os.stat(path)
        except OSError:
            return None
        return [info.st_size, info.st_mtime_ns, sha256]

    def _remember(self, path, sha256):
        known = {p: e for p, e in self._checked().items() if os.path.exists(p)}
        known[os.path.realpath(path)] = self._identity(path, sha256)
        replace_text(os.path.join(self.directory, "checked.json"), json.dumps(known, indent=1))

    # --- getting

    def use_own(self, path, file, sha256):
        """A file the user has: used where it is, never changed or deleted."""
        if not os.path.isfile(path):
            raise ModelError("not_found", f"embedded.weights_file '{path}' is not there; expected a GGUF file", retry=False)
        if self.is_checked(path, sha256):
            return path
        with self.lock():
            fault = self.check(path, file, sha256)
        if fault:
            raise ModelError("invalid", f"embedded.weights_file '{path}' {fault}; for another model give its hash "
                             "in embedded.weights_sha256", retry=False)
        return path

    def ensure(self, model, skip=()):
        """Makes sure that every file of `model` is there and right; returns their
        paths by role. skip: roles that come from somewhere else."""
        paths = {f["role"]: self.path(f) for f in model["files"] if f["role"] not in skip}
        missing = self.missing(model, skip)
        if missing:
            with self.lock():
                missing = self.missing(model, skip)  # another process may have been busy
                self.require_space(missing)
                with tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIXES[0], dir=self.directory) as shelf:
                    for file in missing:
                        self._get(file, shelf)
        return paths

    def missing(self, model, skip=()):
        return [f for f in model["files"]
                if f["role"] not in skip and not self.is_checked(self.path(f), f["sha256"])]

    def require_space(self, files):
        needed = sum(f["bytes"] - size_of(self.path(f) + ".partial") for f in files if not os.path.exists(self.path(f)))
        free = shutil.disk_usage(self.directory).free
        if needed and free < needed + MARGIN_BYTES:
            raise ModelError("limit", f"{self.directory} has {free >> 20} MB free; the model needs "
                             f"{(needed + MARGIN_BYTES) >> 20} MB: make room, or set embedded.dir to another disk")

    def _get(self, file, shelf):
        if os.path.exists(self.path(file)):
            fault = self.check(self.path(file), file, file["sha256"])
            if not fault:
                return
            self._delete(self.path(file), fault)
        faults, wrong_bytes = [], False
        for entry in file["sources"]:
            fault, delivered = self._try_source(entry, file, shelf)
            if not fault:
                return
            faults.append(fault)
            wrong_bytes = wrong_bytes or delivered
        # A source that delivers something else will do so again: not a thing to repeat unasked.
        raise ModelError("unavailable", f"cannot get {file['name']}: " + "; ".join(faults), retry=not wrong_bytes)

    def _try_source(self, entry, file, shelf):
        """Returns what went wrong, and whether the source delivered at all."""
        partial = self.path(file) + ".partial"
        source = make_source(entry, lambda n: self.progress("downloading", file, n, file["bytes"], source.describe()),
                             self.environment, shelf)
        try:
            source.fetch(partial, file["bytes"])
        except (SourceError, OSError) as error:
            report("source_failed", file=file["name"], source=source.describe(), message=str(error))
            return str(error), False
        fault = self.check(partial, file, file["sha256"])
        if fault:
            self._delete(partial, f"from {source.describe()} {fault}")
            return f"the file from {source.describe()} {fault}", True
        with open(partial, "rb") as done:
            os.fsync(done.fileno())
        os.replace(partial, self.path(file))
        self._remember(self.path(file), file["sha256"])
        return "", True

    @staticmethod
    def _delete(path, fault):
        os.unlink(path)
        report("deleted", file=os.path.basename(path), message=f"{os.path.basename(path)} {fault}; it was deleted")

    def progress(self, step, file, done, total, source=""):
        now = time.monotonic()
        if done < total and now - self._reported < REPORT_SECONDS:
            return
        self._reported = now
        report("progress", step=step, file=file["name"], bytes=done, bytes_total=total, source=source)

    # --- keeping others out

    @contextlib.contextmanager
    def lock(self):
        """One process at a time changes the directory; the kernel frees the lock of
        one that died."""
        with open(os.path.join(self.directory, "lock"), "a+", encoding="utf-8") as file:
            deadline = time.monotonic() + LOCK_WAIT_SECONDS
            while not self._try_lock(file):
                if time.monotonic() > deadline:
                    raise ModelError("timeout", f"another process holds {file.name} for more than an hour; end it")
                time.sleep(0.5)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            self._sweep()
            yield

    def _sweep(self):
        """What a process left that was killed at work; the lock says nobody is."""
        for name in os.listdir(self.directory):
            if name.startswith(SCRATCH_PREFIXES):
                shutil.rmtree(os.path.join(self.directory, name), ignore_errors=True)

    @staticmethod
    def _try_lock(file):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            report("waiting", message=f"another process (pid {holder}) is fetching the model")
            return False


def replace_text(path, text):
    temporary = f"{path}.{os.getpid()}.new"
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, path)
