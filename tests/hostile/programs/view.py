# All that a program can see of how its box was made, one fact a line, without what
# differs from run to run.
import os, resource, signal, socket, stat

def text(path):
    try:
        with open(path, "rb") as file: return file.read().rstrip(b"\0\n").decode(errors="replace")
    except OSError as error: return os.strerror(error.errno)

def link(path):
    try: return os.readlink(path)
    except OSError as error: return os.strerror(error.errno)

VOLATILE = ("Vm", "Rss", "voluntary_ctxt", "nonvoluntary_ctxt", "FDSize", "SigQ", "HugetlbPages")
for pid in ("1", "self"):
    for name in ("cmdline", "comm", "environ", "cgroup", "limits", "oom_score_adj", "loginuid", "setgroups", "uid_map", "gid_map"):
        print(pid, name, repr(text(f"/proc/{pid}/{name}")))
    for name in ("exe", "cwd", "root", "ns/user"):
        print(pid, name, link(f"/proc/{pid}/{name}").split("[")[0])
    for line in text(f"/proc/{pid}/status").splitlines():
        if not line.startswith(VOLATILE): print(pid, line)
print("processes", sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
print("fds", sorted(os.listdir("/proc/self/fd")))
print("session", os.getsid(0), os.getpgid(0), "nice", os.nice(0), "umask", os.umask(0))
print("signals", sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), [n for n in range(1, 65) if n not in (9, 19, 32, 33) and signal.getsignal(n) == signal.SIG_IGN])
print("limits", [(n, resource.getrlimit(n)) for n in range(16)])
print("names", os.uname().nodename, socket.gethostname(), socket.if_nameindex())
# A mount by its place, kind and flags; where several lie at one place, all.
for line in sorted(text("/proc/self/mountinfo").splitlines()):
    before, after = line.split(" - ")
    print("mount", *before.split()[4:6], after.split()[0], before.split()[3] if after.split()[0] != "tmpfs" else "")
for folder in ("/", "/etc", "/dev", "/dev/shm", "/app", "/out", "/packages", "/cache", "/work", "/tmp", "/proc/sys/kernel"):
    for name in sorted(os.listdir(folder)):
        about = os.lstat(os.path.join(folder, name))
        # /proc's entries of processes and the sizes in it come and go.
        print("file", os.path.join(folder, name), stat.filemode(about.st_mode), link(os.path.join(folder, name)) if stat.S_ISLNK(about.st_mode) else "")
for folder in ("/work", "/tmp", "/dev/shm"):
    room = os.statvfs(folder)
    print("room", folder, room.f_blocks * room.f_frsize, room.f_files, room.f_ffree)
for name in ("etc/passwd", "etc/group", "etc/hosts", "proc/keys", "proc/cmdline", "proc/kallsyms", "proc/sys/kernel/random/boot_id"):
    print("text", name, repr(text("/" + name)))
