# Class 23: signals to everyone.
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for target in (1, os.getppid()):
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, signal.SIGQUIT, signal.SIGCHLD, signal.SIGSEGV):
        os.kill(target, number)
refused('a process of the host', lambda: os.kill(int(sys.argv[1]), 9), errno.ESRCH)
if os.fork() == 0:
    signal.pause()
os.kill(-1, signal.SIGTERM)
os.kill(-1, signal.SIGKILL)  # spares the sender and the reaper
check('its own child was hit', os.WIFSIGNALED(os.wait()[1]))
check('still here', True)
print('done')
