# Classes 4, 5, 6, 27: files of the host, /proc, descriptors, what is read-only.
canary = sys.argv[1]

fds = {}
for fd in os.listdir('/proc/self/fd'):
    if os.path.exists('/proc/self/fd/' + fd):  # the listing's own is closed by now
        fds[int(fd)] = os.readlink('/proc/self/fd/' + fd)
# This program itself came on 3, and the interpreter opened it once more.
check('descriptors', {0, 1, 2} <= fds.keys() and all('memfd:input' in fds[fd] for fd in fds if fd > 2), fds)

for path in ('/etc/shadow', '/root', '/home', '/var', '/run', '/boot', '/sys', '/mnt', '/opt', '/srv', '/.dockerenv',
             '/etc/machine-id', '/etc/ssh', '/var/run/docker.sock', os.path.dirname(canary), canary):
    check('hidden ' + path, not os.path.exists(path))
refused('read the canary', lambda: open(canary).read(), errno.ENOENT, errno.EACCES)
for name in sorted(os.listdir('/')):
    check('top folder ' + name, name in ('app', 'bin', 'cache', 'dev', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'out', 'packages', 'proc', 'sbin', 'tmp', 'usr', 'work'))
check('passwd is our own', 'root' not in open('/etc/passwd').read())
check('devices', sorted(os.listdir('/dev')) == ['fd', 'full', 'null', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'urandom', 'zero'],
      os.listdir('/dev'))

for text in ('/proc/1/environ', '/proc/1/mem', '/proc/1/maps', '/proc/1/root', '/proc/1/cwd', '/proc/1/exe', '/proc/1/fd'):
    refused('open ' + text, lambda: (os.listdir(text) if text.endswith(('fd', 'root', 'cwd')) else open(text, 'rb').read(1)),
            errno.EACCES, errno.EPERM, errno.ENOENT)
for text in ('/proc/kcore', '/proc/kallsyms', '/proc/keys', '/proc/kmsg', '/proc/timer_list', '/proc/sys/kernel/random/boot_id', '/proc/cmdline'):
    try:
        check('empty ' + text, open(text, 'rb').read(10) == b'')
    except OSError as problem:
        check('empty ' + text, True, code(problem.errno))
for text in ('/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sys/vm/drop_caches', '/proc/sys/net/ipv4/ip_forward',
             '/proc/self/exe', '/proc/1/oom_score_adj', '/proc/self/uid_map', '/proc/irq/default_smp_affinity'):
    refused('write ' + text, lambda: os.write(os.open(text, os.O_WRONLY), b'1'),
            errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ETXTBSY, errno.EINVAL)
with_trigger = os.path.exists('/proc/sysrq-trigger')
check('sysrq', not with_trigger or os.stat('/proc/sysrq-trigger').st_rdev == os.stat('/dev/null').st_rdev)
refused('lower the oom score', lambda: os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-1000'), errno.EACCES, errno.EPERM)

others = [p for p in os.listdir('/proc') if p.isdigit() and int(p) not in (1, os.getpid())]
check('processes', others == [], others)
check('parent is the reaper', os.getppid() == 1 and os.getpid() == 2)
check('environment', os.environ.keys() <= {'HOME', 'LC_CTYPE'}, dict(os.environ))

for path in ('/usr/x', '/usr/lib/x', '/x', '/etc/x', '/dev/x', '/bin/x', '/proc/x'):
    refused('create ' + path, lambda: open(path, 'w'), errno.EROFS, errno.EACCES, errno.ENOENT, errno.EPERM)
refused('append to the interpreter', lambda: open(sys.executable or '/usr/bin/python3', 'ab'), errno.EROFS, errno.EACCES, errno.ETXTBSY)
refused('chmod /', lambda: os.chmod('/', 0o777), errno.EROFS, errno.EPERM)
refused('replace /etc/passwd', lambda: os.rename('/etc/passwd', '/etc/old'), errno.EROFS, errno.EACCES, errno.EXDEV)
os.symlink('/usr/bin/env', '/work/link')
refused('write through a link', lambda: open('/work/link', 'ab'), errno.EROFS, errno.EACCES, errno.ETXTBSY)
hostname = os.uname().nodename
check('host name', hostname == 'box', hostname)
check('cgroup path', all(line.endswith(':/') for line in open('/proc/self/cgroup').read().split()), open('/proc/self/cgroup').read())
mounts = open('/proc/self/mountinfo').read()
check('mounts tell nothing of the host', canary not in mounts and os.path.dirname(canary) not in mounts)
print('done')
