"""A PostgreSQL primary and its streaming follower, for tests, figures and the demo."""

import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from harness import ROOT, wait_until

WHEEL = "build/clients/pgvector/lib/python3*/site-packages/*/pginstall18/bin"


def debian_programs():
    """The newest server's folder; Debian keeps it out of PATH."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))
    if not found:
        raise AssertionError("no server below /usr/lib/postgresql; run scripts/deps --tests")
    return pathlib.Path(found[-1]).parent


def vector_programs():
    """A server with pgvector: Debian's where it has the extension, else the one that
    scripts/deps brings. None without either."""
    debian = sorted(glob.glob("/usr/share/postgresql/*/extension/vector.control"))
    folders = [f"/usr/lib/postgresql/{pathlib.Path(control).parts[4]}/bin" for control in reversed(debian)]
    folders += sorted(glob.glob(str(ROOT / WHEEL)))
    return next((pathlib.Path(folder) for folder in folders if os.access(f"{folder}/postgres", os.X_OK)), None)


def server_user():
    """What subprocess needs to be somebody else: the server refuses to be root."""
    if os.geteuid() != 0:
        return {}
    with contextlib.suppress(KeyError):
        entry = pwd.getpwnam("postgres")
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def reachable_programs(programs, folder):
    """`programs`, or a copy of that installation in `folder` where the server's user
    cannot get at it, as in a checkout below /root."""
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd="/", timeout=20, **server_user())
        return programs
    except (OSError, subprocess.CalledProcessError):
        root = programs.parents[2]  # their libraries are found from where they are
        for part in [programs.parent, *root.glob("*.libs")]:
            shutil.copytree(part, folder / part.relative_to(root), symlinks=True)
        return folder / programs.relative_to(root)


class PgServer:
    """Data and socket in a temp folder, no TCP; `follows` a primary or is one.
    programs: folder of the server's programs, default Debian's. password: of the
    superuser; without one everybody on this machine may be it."""

    def __init__(self, follows=None, programs=None, password=None):
        self.programs = follows.programs if follows else programs or debian_programs()
        self.password = follows.password if follows else password
        self.popen = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="collet-pg-"))
        try:
            self._start(follows)
        except BaseException:
            self.stop()
            raise

    def _start(self, follows):
        self.folder.chmod(0o755)
        user = server_user()
        if user:
            os.chown(self.folder, user["user"], user["group"])
        data = str(self.folder / "data")
        make = self._copy(follows, data) if follows else self._init(data)
        made = subprocess.run(make, capture_output=True, cwd="/", timeout=60, env=self._environment(), **user)
        if made.returncode != 0:
            raise AssertionError(f"{make[0]} failed: {made.stderr.decode(errors='replace')}")
        with open(self.folder / "server.log", "wb") as log:
            self.popen = subprocess.Popen(
                [self.programs / "postgres", "-D", data, "-k", str(self.folder), "-c", "listen_addresses=", "-c", "fsync=off",
                 "-c", "shared_buffers=8MB", "-c", "wal_level=replica", "-c", "unix_socket_permissions=0777"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True, **user)
        wait_until("PostgreSQL takes connections", self.is_ready, 60)

    def _init(self, data):
        argv = [self.programs / "initdb", "-D", data, "-U", "root_role", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        if not self.password:
            return argv + ["-A", "trust"]
        file = self.folder / "password"
        file.write_text(self.password + "\n")
        if user := server_user():
            os.chown(file, user["user"], user["group"])
        file.chmod(0o400)
        return argv + ["-A", "scram-sha-256", "--pwfile", file]

    def _copy(self, follows, data):
        return [self.programs / "pg_basebackup", "-D", data, "-R", "--checkpoint=fast", "--no-sync", "-d", follows.url("root_role")]

    def _environment(self):
        """With the password, which would be seen on a command line."""
        return {**os.environ, **({"PGPASSWORD": self.password} if self.password else {})}

    def is_ready(self):
        if self.popen.poll() is not None:
            raise AssertionError("PostgreSQL ended at start:\n" + (self.folder / "server.log").read_text(errors="replace"))
        return subprocess.run([self.programs / "pg_isready", "-q", "-d", self.url("root_role")], timeout=10).returncode == 0

    def url(self, user, password=None):
        return f"postgres://{user}{':' + password if password else ''}@/postgres?host={self.folder}"

    def sql(self, statements):
        ran = subprocess.run([self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url("root_role"), "-f", "-"],
                             input=statements, capture_output=True, text=True, timeout=60, env=self._environment())
        if ran.returncode != 0:
            raise AssertionError(f"{statements[:500]}: {ran.stderr}")
        return ran.stdout

    def stop(self):
        if self.popen and self.popen.poll() is None:
            self.popen.send_signal(3)  # SIGQUIT: at once
            self.popen.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)
