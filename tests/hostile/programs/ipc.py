# Class 37: other ways to keep or to pass something.
import socket
NULL = ctypes.c_void_p(0)
ids = []
try:
    while len(ids) < 100_000:
        ids.append(syscall(29, 0, 4096, 0o1600))
    check('System V memory has an end', False, len(ids))
except OSError as problem:
    check('System V memory has an end', problem.errno in (errno.ENOSPC, errno.ENOMEM), len(ids))
for i in ids:
    syscall(31, i, 0, 0)
watches = 0
fds = []
try:
    while True:
        fds.append(os.eventfd(0))
except OSError as problem:
    check('descriptors have an end', problem.errno == errno.EMFILE and len(fds) < 256, len(fds))
for fd in fds:
    os.close(fd)
refused('host name', lambda: socket.sethostname('evil'), errno.EPERM)
print('done')
