"""Keeps one model served: fetches it, starts its runtime, watches its health.

Started by the server, which holds the other end of standard input; when that ends,
this process and everything it started end at once. What happens is told as JSON
lines: progress, starting, ready (with the address), healthy, failed.
"""
import argparse
import json
import os
import queue
import subprocess
import sys
import threading
import time
import urllib.request

from catalog import ModelError, Tick, report
from options import Setup, add_model_options
from processes import die_with_parent, end_with_input, lead_group
from prompts import folder_for
from runtime import free_port

HEALTH_EVERY_SECONDS = 5
HEALTH_TIMEOUT_SECONDS = 20
HEALTH_FAILURES_MAX = 3
LOG_LINES_KEPT = 20
LOG_LINE_BYTES_MAX = 2000


class Worker:
    """The running runtime."""

    def __init__(self, runtime, values):
        port = free_port()
        self.runtime = runtime
        self.address = "" if runtime.reports_address else f"http://127.0.0.1:{port}"
        self.last_lines = []
        self.child = subprocess.Popen(runtime.command(dict(values, port=port)), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=runtime.variables(),
                                      preexec_fn=die_with_parent)
        self._addresses = queue.Queue()
        self.ended = threading.Event()
        threading.Thread(target=self._read_output, daemon=True).start()
        threading.Thread(target=self._read_log, daemon=True).start()

    def wait_ready(self, deadline):
        """@raise ModelError when it ends or does not answer in time."""
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                raise ModelError("unavailable", self.obituary())
            try:
                self.address = self.address or self._addresses.get(timeout=0.2)
            except queue.Empty:
                continue
            if self.healthy(2):
                return
            time.sleep(0.1)
        raise ModelError("timeout", f"the model runtime {self.runtime.name} was not ready in time")

    def healthy(self, seconds):
        try:
            # No proxy: the address is on this machine.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(self.address + "/health", timeout=seconds) as answer:
                return answer.status == 200
        except OSError:
            return False

    def end(self):
        self.child.kill()
        self.child.wait()

    def obituary(self):
        """Why it ended, in its own last words."""
        words = " | ".join(self.last_lines[-3:])
        return f"the model runtime {self.runtime.name} ended with code {self.child.wait()}" + (f": {words}" if words else "")

    def _read_output(self):
        for line in self.child.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("event") == "listening":
                self._addresses.put(event["url"])
        self.ended.set()

    def _read_log(self):
        for line in iter(lambda: self.child.stderr.readline(LOG_LINE_BYTES_MAX), b""):
            text = line.decode("utf-8", "replace").strip()
            if text:
                self.last_lines = [*self.last_lines[-LOG_LINES_KEPT:], text]


def start(setup, arguments):
    """The first runtime that comes up, with its worker."""
    paths = setup.fetch_files()
    settings = dict(paths, context=arguments.context, slots=arguments.slots, cache_mib=arguments.cache_mib,
                    threads=arguments.threads or os.cpu_count() or 1)
    faults = []
    for runtime in setup.runtimes():
        worker = None
        try:
            if not runtime.available():
                report("working", message=f"installing the model runtime {runtime.name}")
                with setup.store.lock():
                    runtime.install()
            report("starting", runtime=runtime.name)
            prompts = folder_for(setup.directory, setup.weights_sha256(), runtime.identity(), arguments.prompt_files_max)
            worker = Worker(runtime, dict(settings, prompts=prompts))
            worker.wait_ready(time.monotonic() + arguments.start_timeout_ms / 1000)
            return worker
        except (ModelError, OSError) as error:
            faults.append(str(error))
            report("runtime_failed", runtime=runtime.name, message=str(error))
            if worker:
                worker.end()
    raise ModelError("unavailable", "; ".join(faults))


def watch(worker):
    """Returns only by an error: the worker ended or went silent."""
    failures = 0
    while True:
        if worker.ended.wait(HEALTH_EVERY_SECONDS):
            raise ModelError("unavailable", worker.obituary())
        if worker.healthy(HEALTH_TIMEOUT_SECONDS):
            failures = 0
            report("healthy")
            continue
        failures += 1
        if failures >= HEALTH_FAILURES_MAX:
            worker.end()
            raise ModelError("unavailable", f"the model runtime {worker.runtime.name} stopped answering")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    add_model_options(parser)
    parser.add_argument("--no-download", action="store_true", help="fail when a file is missing")
    parser.add_argument("--context", type=int, default=16384)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--cache-mib", type=int, default=1024)
    parser.add_argument("--prompt-files-max", type=int, default=0)
    parser.add_argument("--start-timeout-ms", type=int, default=120_000)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    lead_group()
    end_with_input()
    try:
        began = time.monotonic()
        setup = Setup(arguments, Tick())
        if arguments.no_download:
            require_files(setup)
        worker = start(setup, arguments)
        report("ready", url=worker.address, runtime=worker.runtime.name, pid=worker.child.pid,
               seconds=round(time.monotonic() - began, 1))
        watch(worker)
    except ModelError as error:
        report("failed", code=error.code, message=str(error), retry=error.retry)
    except OSError as error:
        report("failed", code="unavailable", message=f"the model cannot be served: {error}", retry=True)
    return 1


def require_files(setup):
    missing = [f["name"] for f in setup.model["files"]
               if f["role"] not in setup.own_roles() and not os.path.exists(setup.store.path(f))]
    if missing:
        raise ModelError("not_found", f"{', '.join(missing)} is not in {setup.directory} and embedded.download is off; "
                         "run: collet model pull", retry=False)


if __name__ == "__main__":
    sys.exit(main())
