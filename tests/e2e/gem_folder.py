"""Gems of a test's own making, as a folder that gem takes for an index."""

import io
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

from harness import Stage
from package_index import Index, member, tarball


def build_gems(folder, gems):
    """folder: becomes the index. gems: (name, version, files: path -> text, lines of its gemspec)."""
    folder = pathlib.Path(folder)
    (folder / "gems").mkdir(parents=True)
    for name, version, files, lines in gems:
        source = folder / "src" / f"{name}-{version}"
        for path, text in files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_text(text)
        spec = [f"s.name = {name!r}", f"s.version = {version!r}", "s.summary = 'x'", "s.authors = ['x']", f"s.files = {list(files)!r}", *lines]
        (source / "x.gemspec").write_text("Gem::Specification.new do |s|\n  " + "\n  ".join(spec) + "\nend\n")
        run(["gem", "build", "x.gemspec", "--output", folder / "gems" / f"{name}-{version}.gem"], source)
    run(["gem", "generate_index", "--directory", folder], folder)


def run(argv, where):
    done = subprocess.run([str(a) for a in argv], cwd=where, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{argv}: {done.stdout}{done.stderr}")


def replace_data(folder, name, version, members):
    """Gives a gem other files than it was built with: TarInfo objects, each with its bytes."""
    file = pathlib.Path(folder) / "gems" / f"{name}-{version}.gem"
    with tarfile.open(file) as built:
        metadata = built.extractfile("metadata.gz").read()
    with tarfile.open(file, "w") as gem:
        for entry, data in (("metadata.gz", metadata), ("data.tar.gz", tarball(members))):
            about = member(entry)
            about.size = len(data)
            gem.addfile(about, io.BytesIO(data))


class GemStage(Stage):
    """A server whose gem is configured for an index of these gems. replaced: name -> members
    for replace_data(), of version 1.0.0."""

    def __init__(self, gems, config=None, env=None, replaced=None):
        place = self.gem_folder = pathlib.Path(tempfile.mkdtemp(prefix="collet-gems-"))
        place.chmod(0o755)
        build_gems(place / "gems", gems)
        for name, members in (replaced or {}).items():
            replace_data(place / "gems", name, "1.0.0", members)
        self.index = Index(place, place / "gems")
        gemrc = place / "gemrc"
        gemrc.write_text(f"---\n:sources:\n- {self.index.url}/folder/\n:ssl_ca_cert: {self.index.cert}\n")
        super().__init__({}, config, env={"GEMRC": str(gemrc), **(env or {})})

    def stop(self):
        super().stop()
        self.index.stop()
        shutil.rmtree(self.gem_folder)
