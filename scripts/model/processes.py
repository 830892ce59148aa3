"""Children that never outlive us."""
import ctypes
import os
import signal
import sys
import threading

_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    """For preexec_fn, and only in a child of the main thread: the signal follows
    the thread that made the child. Second line of defence behind the end of the
    standard input and the process group."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def lead_group():
    """Makes this process the head of its own group, so that one signal ends all."""
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)


def end_with_input():
    """Ends the whole group as soon as standard input ends: the server that holds
    the other end is gone, or wants us gone."""

    def watch():
        try:
            while os.read(0, 4096):
                pass
        finally:
            sys.stdout.flush()
            os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
