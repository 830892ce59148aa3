"""Builds the model runtime for this very processor: reads prompts about twice as
fast as the prebuilt one, and takes some ten minutes of two cores.

The sources come as a source package through the package client; what is built and
how stands in the catalog.
"""
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time

from catalog import ModelError, report
from processes import die_with_parent
from store import SCRATCH_PREFIXES

STEP = "building the model runtime"


def build(setup, tick):
    """Leaves the program in <directory>/built/, where the catalog looks for it."""
    plan = setup.catalog.data["build"]
    for tool in ("cmake", "c++"):
        if not shutil.which(tool):
            raise ModelError("not_found", f"building the model runtime needs {tool}; install cmake and a C++ compiler", retry=False)
    began = time.monotonic()
    tick.step = f"fetching the sources of {plan['package']}"
    with setup.store.lock(), tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIXES[1], dir=setup.directory) as folder:
        sources = fetch_sources(setup, plan, folder)
        build_folder = os.path.join(folder, "build")
        run(["cmake", "-S", sources, "-B", build_folder, "-DCMAKE_BUILD_TYPE=Release", *plan["options"]])
        run(["cmake", "--build", build_folder, "--target", plan["target"], "--parallel", str(os.cpu_count() or 1)])
        keep(os.path.join(build_folder, "bin", plan["target"]), os.path.join(setup.directory, "built"))
    report("done", model=setup.model["name"], runtime="built", directory=setup.directory, files={},
           seconds=round(time.monotonic() - began, 1))


def fetch_sources(setup, plan, folder):
    setup.environment.make()
    failure = setup.environment.run_client(
        ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder, plan["package"]], folder)
    if failure:
        raise ModelError("unavailable", f"cannot fetch {plan['package']}: {failure}")
    archive = next(name for name in os.listdir(folder) if name.endswith(".tar.gz"))
    with tarfile.open(os.path.join(folder, archive)) as tar:
        tar.extractall(folder, filter="data")
    return os.path.join(folder, archive.removesuffix(".tar.gz"), plan["sources"])


def run(command):
    """Tells progress by the percentages that the build prints."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", preexec_fn=die_with_parent) as child:
        tail = []
        for line in child.stdout:
            tail = [*tail[-15:], line.strip()]
            percent = re.match(r"\[ *(\d+)%\]", line)
            if percent:
                report("progress", step="building", file="", bytes=int(percent[1]), bytes_total=100, source=STEP)
    if child.returncode != 0:
        faults = [line for line in tail if "error" in line.lower()] or tail
        raise ModelError("unavailable", f"{' '.join(command[:3])} failed: {' | '.join(faults[-3:])}", retry=False)


def keep(program, folder):
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, ".new")
    shutil.copy2(program, temporary)
    os.replace(temporary, os.path.join(folder, os.path.basename(program)))
