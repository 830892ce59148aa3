# Classes 8 and 26: sockets and named pipes that the host left in a folder of the box.
import socket, stat
folder = sys.argv[1]
pair = socket.socketpair


def with_socket(kind, action):
    with socket.socket(socket.AF_UNIX, kind) as s:
        return action(s)


def reconnect(kind, path):
    mine, _ = pair(socket.AF_UNIX, kind)
    mine.connect(path)


def send_from_pair(kind, path):
    mine, _ = pair(socket.AF_UNIX, kind)
    mine.sendto(b'x', path)


check('it is there', os.path.exists(folder + '/sockets/stream'))
for name, kind in (('stream', socket.SOCK_STREAM), ('datagram', socket.SOCK_DGRAM)):
    path = folder + '/sockets/' + name
    refused('connect to ' + name, lambda: with_socket(kind, lambda s: s.connect(path)))
    refused('send to ' + name, lambda: with_socket(socket.SOCK_DGRAM, lambda s: s.sendto(b'x', path)))
    for pair_kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
        refused('connect a pair %d to %s' % (pair_kind, name), lambda: reconnect(pair_kind, path))
        if pair_kind != socket.SOCK_SEQPACKET:  # which ignores the address
            refused('send from a pair %d to %s' % (pair_kind, name), lambda: send_from_pair(pair_kind, path))
a, b = pair()
a.send(b'hello')
check('a pair works', b.recv(5) == b'hello')
pipe = folder + '/pipe'
check('no pipe is there', not stat.S_ISFIFO(os.stat(pipe).st_mode), oct(os.stat(pipe).st_mode))
try:
    seen = os.read(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), 100)
    check('nothing comes out of it', seen == b'', seen)
    os.write(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), b'from the box')
except OSError as problem:
    check('or it is closed', problem.errno in (errno.EACCES, errno.EROFS, errno.ENXIO, errno.EPERM), code(problem.errno))
print('done')
