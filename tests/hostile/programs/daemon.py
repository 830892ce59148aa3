# Class 22: leaves something behind and ends. argv[1]: how.
import subprocess, time
way = sys.argv[1]


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            if way == 'quiet':
                for fd in range(3):
                    os.close(fd)
            import signal
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            time.sleep(60)
            open('/out/late' if os.path.isdir('/out') else '/tmp/late', 'w').write('late')
        os._exit(0)
    os.wait()


for _ in range(30 if way == 'many' else 1):
    daemon()
print('done')
