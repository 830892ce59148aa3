"""Gems of a test's own making, as a folder that gem takes for an index."""

import io
import pathlib
import subprocess
import tarfile

from package_index import member, tarball


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
