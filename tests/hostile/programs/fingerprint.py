# Class 38: does anything say where this is? The host's name is in HOST_NAME.
names = [n for n in (os.environ.get('HOST_NAME'), os.path.basename(os.path.dirname(os.environ['HOST_CANARY'])), 'sings', 'collet-1', 'collet_') if n]
seen = {}
for folder in ('/proc', '/proc/self', '/proc/1', '/proc/self/net', '/proc/sys/kernel', '/proc/sys/kernel/random', '/etc', '/proc/self/attr', '/proc/fs', '/proc/driver'):
    try:
        entries = os.listdir(folder)
    except OSError:
        continue
    for name in entries:
        path = folder + '/' + name
        if name in ('kmsg', 'mem', 'clear_refs', 'environ', 'pagemap') or not os.path.isfile(path):
            continue
        try:
            seen[path] = open(path, 'rb').read(1 << 20).decode('latin-1')
        except OSError:
            pass
for name in names:
    found = [path for path, text in seen.items() if name in text]
    check('no file says ' + name, found == [], found)
check('enough was looked at', len(seen) > 60, len(seen))
for path in ('/etc/machine-id', '/etc/hostname', '/var/lib/dbus/machine-id', '/sys/class/dmi/id/product_uuid', '/proc/sys/kernel/random/boot_id'):
    check('no ' + path, seen.get(path, '') == '' and (not os.path.exists(path) or open(path).read() == ''))
check('host name', os.uname().nodename == 'box')
check('cgroup path', {line.split(':')[2] for line in open('/proc/self/cgroup').read().split()} == {'/'})
check('own ids', (os.getuid(), os.getgid(), os.getgroups() in ([], [1000])) == (1000, 1000, True), os.getgroups())
check('the first processes', os.getpid() <= 3, os.getpid())
print('done')
