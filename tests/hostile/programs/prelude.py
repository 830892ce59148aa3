# Put in front of every program: a way to try something and say how it went.
import ctypes, errno, os, sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def check(name, ok, seen=''):
    print('ok  ' if ok else 'BAD ', name, seen, flush=True)


def code(number):
    return errno.errorcode.get(number, str(number))


def refused(name, action, *errors):
    """The action must fail with one of these errors (any, when none is given)."""
    try:
        result = action()
    except OSError as problem:
        check(name, not errors or problem.errno in errors, code(problem.errno))
    else:
        check(name, False, 'worked: %.100r' % (result,))


def syscall(number, *args):
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    if result < 0:
        raise OSError(ctypes.get_errno(), 'syscall %d' % number)
    return result

