# Classes 20, 21: programs that do not end.
import signal, subprocess, threading, time
way = sys.argv[1]
if way == 'drip':
    while True:
        print('.', end='', flush=True)
        time.sleep(0.02)
elif way == 'closed':
    for fd in range(3):
        os.close(fd)
    time.sleep(60)
elif way == 'fifo':
    os.mkfifo('/tmp/p')
    open('/tmp/p')
elif way == 'lock':
    import fcntl
    f = open('/tmp/l', 'w')
    fcntl.flock(f, fcntl.LOCK_EX)
    fcntl.flock(open('/tmp/l', 'w'), fcntl.LOCK_EX)
elif way == 'exit_hangs':
    threading.Thread(target=time.sleep, args=(60,)).start()
    sys.exit(0)
elif way == 'handler':
    signal.signal(signal.SIGTERM, lambda *_: time.sleep(60))
    time.sleep(60)
elif way == 'restarts':
    def again(*_):
        if os.fork() == 0:
            time.sleep(60)
    signal.signal(signal.SIGTERM, again)
    while True:
        signal.pause()
elif way == 'stops_children':
    children = [subprocess.Popen(['/bin/sleep', '60']) for _ in range(20)]
    for child in children:
        child.send_signal(signal.SIGSTOP)
    os.kill(0, signal.SIGSTOP)
elif way == 'masked_threads':
    def deaf():
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        while True:
            pass
    for _ in range(8):
        threading.Thread(target=deaf).start()
    deaf()
