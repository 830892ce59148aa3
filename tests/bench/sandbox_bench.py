"""What running code costs: bare, in a box of its own, in one that waited for it.

usage: scripts/bench sandbox [--json FILE] [--runs N] [--seconds S]

All in one run on one machine: interpreters without a box, bubblewrap around them
where it is installed, and the server's tools over HTTP with boxes that wait (warm) and
without (cold). The whole takes some minutes; packages are installed from the index
that pip is configured for.
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from harness import KEY, Stage, descendants, package_clients, say

PYTHON = ["/usr/bin/python3", "-I", "-S", "-c", "print(1)"]
BUBBLEWRAP = ["bwrap", "--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
              "--symlink", "usr/bin", "/bin", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--unshare-all", "--die-with-parent"]
LIMITS = {"limits": {"calls_per_tool_max": 64}, "auth": {"keys": [{"id": "bench", "key": KEY, "requests_per_minute": 10_000_000}]}}
GAP_SECONDS = 0.1  # between two runs, so that the next box can get ready
SLEEPERS = 500
CORES = os.cpu_count() or 1


def step(text):
    print(f"   {text}", file=sys.stderr, flush=True)


def quantile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def figures(samples):
    return {"p50_ms": round(quantile(samples, 0.5), 2), "p99_ms": round(quantile(samples, 0.99), 2), "runs": len(samples)}


def bare(argv, runs):
    """A program without a box, spawned and waited for."""
    samples = []
    for _ in range(runs):
        out, into = os.pipe()
        begun = time.perf_counter()
        pid = os.posix_spawnp(argv[0], argv, {"PATH": "/usr/bin:/bin"}, file_actions=[(os.POSIX_SPAWN_DUP2, into, 1)])
        os.close(into)
        while os.read(out, 65536):
            pass
        os.waitpid(pid, 0)
        samples.append((time.perf_counter() - begun) * 1000)
        os.close(out)
    return figures(samples)


class Client:
    """One connection to the server."""

    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port)

    def run(self, tool, code, packages=None, **more):
        arguments = {"code": code, **({"packages": packages} if packages else {})}
        body = json.dumps({"name": tool, "arguments": arguments, **more})
        begun = time.perf_counter()
        self.http.request("POST", "/v1/tools/call", body, {"Authorization": f"Bearer {KEY}"})
        answer = json.loads(self.http.getresponse().read())
        took_ms = (time.perf_counter() - begun) * 1000
        text = answer["content"][0]["text"] if "content" in answer else json.dumps(answer)
        return took_ms, json.loads(text) if text.startswith("{") else {"status": text}

    def health_ms(self):
        begun = time.perf_counter()
        self.http.request("GET", "/healthz")
        self.http.getresponse().read()
        return (time.perf_counter() - begun) * 1000


def tool_row(server, tool, code, runs, packages=None, vary=False, gap_seconds=GAP_SECONDS):
    """Runs one after the other; `vary` makes each program a new one."""
    client = Client(server.port)
    for _ in range(3):
        took, result = client.run(tool, code, packages)
        if result.get("status") != "ok":
            return {"failed": json.dumps(result)[:300]}
        time.sleep(2 * gap_seconds)
    samples = []
    for i in range(runs):
        time.sleep(gap_seconds)
        took, result = client.run(tool, code.replace("1", str(i + 10), 1) if vary else code, packages)
        samples.append(took)
    return figures(samples)


def throughput(server, seconds):
    """Runs per second and core, from twice as many clients as there are cores."""
    before = len(descendants(server.pid))
    deadline = time.monotonic() + seconds
    counts = []

    def work():
        client, count = Client(server.port), 0
        while time.monotonic() < deadline:
            _, result = client.run("code_exec_python", "print(1)")
            count += result.get("stdout") == "1"
        counts.append(count)

    threads = [threading.Thread(target=work) for _ in range(2 * CORES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"runs_per_second_and_core": round(sum(counts) / seconds / CORES, 1), "seconds": seconds,
            "processes_more_than_before": len(descendants(server.pid)) - before}


def sleepers(server, count):
    """Latency of another request while `count` runs sleep."""
    def one(_):
        return Client(server.port).run("code_exec_python", "import time; time.sleep(8)")[1].get("status")

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        jobs = [pool.submit(one, i) for i in range(count)]
        time.sleep(5)
        running = len([p for p in descendants(server.pid) if "python" in p[1]])
        client = Client(server.port)
        samples = [client.health_ms() for _ in range(500)]
        statuses = [job.result() for job in jobs]
    return {**figures(samples), "asleep": running, "ok": statuses.count("ok")}


def kill_accuracy(server):
    """How long after its time limit a run that will not end has been ended."""
    client, late = Client(server.port), []
    for code in ("import time; time.sleep(60)", "import signal; signal.signal(15, signal.SIG_IGN)\nwhile 1: pass",
                 "import os\nfor i in range(30):\n  if os.fork() == 0: os.setsid()\nwhile 1: pass"):
        for _ in range(3):
            took, result = client.run("code_exec_python", code, runtime_params={"ttl_seconds": 1})
            late.append(took - 1000)
    return {"late_ms_p50": round(statistics.median(late), 1), "late_ms_max": round(max(late), 1), "runs": len(late)}


def preflight(build):
    report = json.loads(subprocess.run([build / "bin" / "collet", "doctor", "--json"], capture_output=True, text=True).stdout)
    begun = time.perf_counter()
    subprocess.run([build / "bin" / "collet", "doctor", "--json"], capture_output=True)
    return {"checks": len(report["checks"]), "ok": report["ok"], "ms": round((time.perf_counter() - begun) * 1000, 1)}


def data_rows(row, folder, runs, data, frame):
    """numpy and pandas in an interpreter of the operator's own, which boxes are shown."""
    pip = [PYTHON[0], "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", f"{folder}/lib", "numpy", "pandas"]
    if subprocess.run(pip, capture_output=True).returncode != 0:
        return step("numpy and pandas cannot be installed: their rows are left out")
    os.chmod(folder, 0o755)
    subprocess.run([PYTHON[0], "-m", "venv", "--without-pip", f"{folder}/venv"], check=True)
    python = f"{folder}/venv/bin/python3"
    packages = next(pathlib.Path(folder, "venv", "lib").glob("python3*")) / "site-packages"
    (packages / "data.pth").write_text(f"{folder}/lib\n")
    for name, code in (("numpy", data), ("pandas", frame)):
        row(f"{name}, bare", lambda: bare([python, "-c", code], max(5, runs // 20)))
    stage = Stage({"x": [say("x")]}, {**LIMITS, "sandbox": {"runtimes": {"python": [python, folder, "/usr"]}}})
    try:
        row("numpy installed, warm", lambda: tool_row(stage.server, "code_exec_python", data, runs // 2, gap_seconds=0.3))
        row("pandas installed, warm", lambda: tool_row(stage.server, "code_exec_python", frame, runs // 2, gap_seconds=0.3))
    finally:
        stage.stop()


def measure(runs, seconds, build):
    rows = {}

    def row(name, work):
        step(name)
        rows[name] = work()

    row("python3 -I -S, bare", lambda: bare(PYTHON, runs))
    row("ruby --disable=gems, bare", lambda: bare(["ruby", "--disable=gems", "-e", "puts 1"], runs) if shutil.which("ruby") else {})
    row("node, bare", lambda: bare(["node", "-e", "console.log(1)"], runs // 2) if shutil.which("node") else {})
    if shutil.which("bwrap"):
        row("python3 in bubblewrap", lambda: bare(BUBBLEWRAP + PYTHON, runs))
    data = "import numpy as np; print(np.arange(1000).mean())"
    frame = "import pandas as pd; print(pd.DataFrame({'a': range(10)}).describe())"
    warm = Stage({"x": [say("x")]}, LIMITS, env=package_clients())
    try:
        row("python, warm", lambda: tool_row(warm.server, "code_exec_python", "print(1)", runs))
        row("numpy, warm", lambda: tool_row(warm.server, "code_exec_python", data, runs // 4, ["numpy", "pandas"], gap_seconds=1.5))
        row("pandas, warm", lambda: tool_row(warm.server, "code_exec_python", frame, runs // 4, ["numpy", "pandas"], gap_seconds=1.5))
        row("ruby, warm", lambda: tool_row(warm.server, "code_exec_ruby", "puts 1", runs))
        row("node, warm", lambda: tool_row(warm.server, "code_exec_node", "console.log(1)", runs // 2, gap_seconds=0.3))
        row("go, a new program", lambda: tool_row(warm.server, "code_exec_go", "fmt.Println(1)", 10, vary=True))
        row("go, the same again", lambda: tool_row(warm.server, "code_exec_go", "fmt.Println(1)", runs // 2))
        row("kill accuracy", lambda: kill_accuracy(warm.server))
        row("throughput, print(1)", lambda: throughput(warm.server, seconds))
    finally:
        warm.stop()
    copies = Stage({"x": [say("x")]}, {**LIMITS, "sandbox": {"warm_boxes_max": 0}}, env=package_clients())
    try:
        row("python, a copy when it is asked for", lambda: tool_row(copies.server, "code_exec_python", "print(1)", runs))
        row("throughput, copies, no waiting boxes", lambda: throughput(copies.server, seconds))
    finally:
        copies.stop()
    with tempfile.TemporaryDirectory(prefix="collet-bench-") as folder:
        data_rows(row, folder, runs, data, frame)
    cold = Stage({"x": [say("x")]}, {**LIMITS, "sandbox": {"warm_boxes_max": 0, "zygotes_max": 0}}, env=package_clients())
    try:
        row("python, cold", lambda: tool_row(cold.server, "code_exec_python", "print(1)", runs))
        row("python with a package, cold", lambda: tool_row(cold.server, "code_exec_python", "print(1)", runs, ["six"]))
        row("ruby, cold", lambda: tool_row(cold.server, "code_exec_ruby", "puts 1", runs))
        row("node, cold", lambda: tool_row(cold.server, "code_exec_node", "console.log(1)", runs // 2))
        row("throughput without waiting boxes", lambda: throughput(cold.server, seconds))
    finally:
        cold.stop()
    many = {"sandbox": {"boxes_max": SLEEPERS + 50, "queue_max": 2 * SLEEPERS, "memory_budget": 1}, "limits": {"calls_per_tool_max": 64, "connections_per_ip_max": 4096},
            "sizes": {"standard-1x": {"memory_bytes": 32 << 20, "pids_max": 16, "cpu_weight": 50, "cpu_cores": 1, "disk_bytes": 16 << 20}}}
    crowd = Stage({"x": [say("x")]}, {**LIMITS, **many}, env=package_clients())
    try:
        row(f"another request while {SLEEPERS} runs sleep", lambda: sleepers(crowd.server, SLEEPERS))
    finally:
        crowd.stop()
    row("doctor: a probe box and its checks", lambda: preflight(build))
    return rows


def print_table(rows):
    base = rows["python3 -I -S, bare"]["p50_ms"]
    print(f"{'':42} {'p50 ms':>9} {'p99 ms':>9} {'to bare python':>15}")
    for name, row in rows.items():
        if "p50_ms" in row:
            print(f"{name:42} {row['p50_ms']:9.2f} {row['p99_ms']:9.2f} {row['p50_ms'] / base:14.2f}x" + (f"   {row['asleep']} asleep, {row['ok']} ok" if "asleep" in row else ""))
        else:
            print(f"{name:42} {json.dumps(row)}")


def main(argv, build):
    parser = argparse.ArgumentParser(prog="scripts/bench sandbox", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", metavar="FILE", help="write the figures there; - is standard output")
    parser.add_argument("--runs", type=int, default=200, help="runs of each row (default 200)")
    parser.add_argument("--seconds", type=int, default=60, help="length of the throughput rows (default 60)")
    options = parser.parse_args(argv)
    rows = measure(options.runs, options.seconds, build)
    print_table(rows)
    if options.json == "-":
        print(json.dumps(rows))
    elif options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")
