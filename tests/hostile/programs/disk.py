# Class 3: fill every place that can be written. argv[1]: bytes allowed.
limit = int(sys.argv[1])
full = (errno.ENOSPC, errno.EFBIG)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def fill(path):
    with open(path, 'wb', buffering=0) as f:
        for _ in range(limit // 65536 + 2):
            f.write(bytes(65536))


for folder in ('/work', '/tmp', '/dev/shm'):
    refused('one big file in ' + folder, lambda: fill(folder + '/big'), *full)
    os.unlink(folder + '/big')
fill_all = 0
try:
    for i in range(10):
        for folder in ('/work', '/tmp', '/dev/shm'):
            with open('%s/part%d' % (folder, i), 'wb', buffering=0) as f:
                for _ in range(limit // 65536 // 20):
                    fill_all += f.write(bytes(65536))
except OSError as problem:
    check('all places share one limit', problem.errno in full and fill_all <= limit, fill_all)
else:
    check('all places share one limit', fill_all <= limit, fill_all)
for i in range(10):
    for folder in ('/work', '/tmp', '/dev/shm'):
        if os.path.exists('%s/part%d' % (folder, i)):
            os.unlink('%s/part%d' % (folder, i))
with open('/work/sparse', 'wb') as f:
    refused('a sparse file beyond the limit', lambda: f.truncate(1 << 40), errno.EFBIG)
made = 0


def many():
    global made
    for i in range(2_000_000):
        os.close(os.open('/work/f%d' % i, os.O_CREAT | os.O_WRONLY))
        made += 1


refused('many empty files', many, errno.ENOSPC)
check('inodes have a limit', made < 300_000, made)
os.chdir('/tmp')
depth = 0
try:
    for _ in range(100_000):
        os.mkdir('d')
        os.chdir('d')
        depth += 1
except OSError as problem:
    check('deep folders end', problem.errno in (errno.ENOSPC, errno.ENAMETOOLONG), depth)
print('done')
