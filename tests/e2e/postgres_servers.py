"""A PostgreSQL primary and its streaming follower, for the tests of a file."""

import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from harness import wait_until


def program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    if not found:
        raise AssertionError(f"no {name} below /usr/lib/postgresql; run scripts/deps --tests")
    return found[-1]


def server_user():
    """What subprocess needs to be somebody else: the server refuses to be root."""
    if os.geteuid() != 0:
        return {}
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam("postgres")
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


class PgServer:
    """Data and socket in a temp folder, no TCP; `follows` a primary or is one."""

    def __init__(self, follows=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="collet-pg-"))
        self.folder.chmod(0o755)
        user = server_user()
        if user:
            os.chown(self.folder, user["user"], user["group"])
        data = str(self.folder / "data")
        make = ([program("pg_basebackup"), "-D", data, "-R", "--checkpoint=fast", "--no-sync", "-d", follows.url("root_role")] if follows else
                [program("initdb"), "-D", data, "-U", "root_role", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        subprocess.run(make, check=True, capture_output=True, cwd="/", timeout=60, **user)
        with open(self.folder / "server.log", "wb") as log:
            self.popen = subprocess.Popen(
                [program("postgres"), "-D", data, "-k", str(self.folder), "-c", "listen_addresses=", "-c", "fsync=off", "-c", "shared_buffers=8MB",
                 "-c", "wal_level=replica"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **user)
        wait_until("PostgreSQL takes connections", self.is_ready)

    def is_ready(self):
        return subprocess.run([program("pg_isready"), "-q", "-d", self.url("root_role")], timeout=10).returncode == 0

    def url(self, user):
        return f"postgres://{user}@/postgres?host={self.folder}"

    def sql(self, statements):
        ran = subprocess.run([program("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url("root_role"), "-c", statements],
                             capture_output=True, text=True, timeout=30)
        if ran.returncode != 0:
            raise AssertionError(f"{statements}: {ran.stderr}")
        return ran.stdout

    def stop(self):
        self.popen.send_signal(3)  # SIGQUIT: at once
        self.popen.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
