"""collet model pull | status | remove, as the CLI calls it; and build-runtime."""
import argparse
import os
import shutil
import sys
import time

from build_runtime import build
from catalog import ModelError, Tick, report
from options import Setup, add_model_options
from processes import end_with_input, lead_group
from prompts import FOLDER
from sources import size_of


def pull(setup, tick):
    began = time.monotonic()
    paths = setup.fetch_files()
    runtime = setup.runtimes()[0]
    tick.step = f"installing the model runtime {runtime.name}"
    with setup.store.lock():
        runtime.install()
    report("done", model=setup.model["name"], runtime=runtime.name, directory=setup.directory, files=paths,
           seconds=round(time.monotonic() - began, 1))


def status(setup, _tick):
    files = []
    for file in setup.model["files"]:
        own = setup.arguments.weights_file if file["role"] in setup.own_roles() else ""
        path = own or setup.store.path(file)
        sha256 = setup.arguments.weights_sha256 if own and setup.arguments.weights_sha256 else file["sha256"]
        present = size_of(path) or (0 if own else size_of(path + ".partial"))
        files.append({"role": file["role"], "name": os.path.basename(path), "path": path, "bytes": present,
                      "bytes_total": file["bytes"], "checked": setup.store.is_checked(path, sha256)})
    runtimes = setup.runtimes()
    report("status", model=setup.model["name"], about=setup.model["about"], license=setup.model["license"],
           directory=setup.directory, files=files, runtime=runtimes[0].name, runtime_ready=runtimes[0].available())


def remove(setup, _tick):
    """The files of this model; with the last model the shared environment too."""
    removed, freed = [], 0
    with setup.store.lock():
        for file in setup.model["files"]:
            for path in (setup.store.path(file), setup.store.path(file) + ".partial"):
                if os.path.exists(path):
                    freed += size_of(path)
                    os.unlink(path)
                    removed.append(path)
        others = [f for m in setup.catalog.data["models"] for f in m["files"] if os.path.exists(setup.store.path(f))]
        if not others and os.path.isdir(setup.environment.path):
            shutil.rmtree(setup.environment.path)
            removed.append(setup.environment.path)
        prompts = os.path.join(setup.directory, FOLDER)
        if os.path.isdir(prompts):
            shutil.rmtree(prompts)
            removed.append(prompts)
    report("removed", paths=removed, bytes=freed)


ACTIONS = {"pull": pull, "status": status, "remove": remove, "build-runtime": build}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=list(ACTIONS))
    parser.add_argument("--watch-input", action="store_true", help="end when standard input ends")
    add_model_options(parser)
    arguments = parser.parse_args()
    if arguments.watch_input:
        lead_group()
        end_with_input()
    tick = Tick()
    try:
        setup = Setup(arguments, tick)
        ACTIONS[arguments.action](setup, tick)
        return 0
    except ModelError as error:
        report("failed", code=error.code, message=str(error), retry=error.retry)
    except OSError as error:
        report("failed", code="unavailable", message=f"{arguments.action}: {error}", retry=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
