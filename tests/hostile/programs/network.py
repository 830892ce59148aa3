# Classes 7, 8, 9: whom can it talk to?
import socket
port, abstract = int(sys.argv[1]), sys.argv[2]
unreachable = (errno.ENETUNREACH, errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM)


def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as s:
        s.settimeout(2)
        s.connect(address)


def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.sendto(b'x', address)


refused('host loopback', lambda: connect(socket.AF_INET, ('127.0.0.1', port)), *unreachable)
refused('host loopback, other name', lambda: connect(socket.AF_INET, ('127.1.2.3', port)), *unreachable)
refused('host loopback v6', lambda: connect(socket.AF_INET6, ('::1', port)), *unreachable)
refused('host loopback v4 in v6', lambda: connect(socket.AF_INET6, ('::ffff:127.0.0.1', port)), *unreachable)
# Documentation addresses: nothing is there, but without a route the answer is immediate.
refused('outside v4', lambda: connect(socket.AF_INET, ('192.0.2.1', 80)), errno.ENETUNREACH)
refused('outside v6', lambda: connect(socket.AF_INET6, ('2001:db8::1', 80)), errno.ENETUNREACH, errno.EADDRNOTAVAIL)
refused('outside udp', lambda: send(socket.AF_INET, ('192.0.2.1', 53)), errno.ENETUNREACH)
refused('link local', lambda: connect(socket.AF_INET, ('169.254.0.1', 80)), errno.ENETUNREACH)
refused('broadcast', lambda: send(socket.AF_INET, ('255.255.255.255', 9)), errno.ENETUNREACH, errno.EACCES)
refused('abstract socket of the host', lambda: connect(socket.AF_UNIX, '\0' + abstract), errno.ECONNREFUSED, errno.EPERM)
for path in ('/var/run/docker.sock', '/run/dbus/system_bus_socket', '/run/systemd/private'):
    refused('socket ' + path, lambda: connect(socket.AF_UNIX, path), errno.ENOENT)

families = {'vsock': 40, 'packet': 17, 'alg': 38, 'bluetooth': 31, 'can': 29, 'tipc': 30, 'xdp': 44, 'ipx': 4, 'key': 15,
            'rds': 21, 'kcm': 41, 'smc': 43, 'nfc': 39, 'qipcrtr': 42, 'llc': 26, 'phonet': 35, 'pppox': 24}
for name, family in families.items():
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        refused('family %s %d' % (name, kind), lambda: syscall(41, family, kind, 0), errno.EAFNOSUPPORT, errno.EPERM)
refused('vsock with a high bit', lambda: syscall(41, 40 + (1 << 32), 1, 0), errno.EAFNOSUPPORT, errno.ENOSYS)
refused('raw v4', lambda: syscall(41, 2, 3, 1), errno.EPERM, errno.EACCES)
refused('raw v6', lambda: syscall(41, 10, 3, 58), errno.EPERM, errno.EACCES)
for protocol in (9, 12, 15, 16):
    refused('netlink %d' % protocol, lambda: syscall(41, 16, 3, protocol), errno.EAFNOSUPPORT, errno.EPERM)

with socket.socket(socket.AF_INET) as server:
    server.bind(('127.0.0.1', 0))
    server.listen()
    connect(socket.AF_INET, server.getsockname())
check('its own loopback works', True)
check('interfaces', [name for _, name in socket.if_nameindex()] == ['lo'], socket.if_nameindex())
ifreq = ctypes.create_string_buffer(b'lo', 40)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    refused('take an interface down', lambda: syscall(16, s.fileno(), 0x8914, ifreq), errno.EPERM, errno.ENOSYS)
print('done')
