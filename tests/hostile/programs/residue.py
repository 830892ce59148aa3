# Looks for what scoped.py left. argv[1]: its mark.
import socket
mark = sys.argv[1]
for folder in ('/work', '/tmp', '/dev/shm'):
    check('files in ' + folder, os.listdir(folder) == [], os.listdir(folder))
refused('System V memory', lambda: syscall(29, 4711, 4096, 0), errno.ENOENT)
server = socket.socket(socket.AF_INET)
server.bind(('127.0.0.1', 8000))  # fails while a TIME_WAIT of the last box is there
check('the port is free', True)
tcp = open('/proc/net/tcp').read().splitlines()[1:]
check('no sockets of others', tcp == [], tcp)
counters = [line for line in open('/proc/net/dev') if 'lo:' in line][0].split()[1:]
check('the loopback is unused', set(counters) == {'0'}, counters)
client = socket.socket(socket.AF_UNIX)
refused('abstract socket', lambda: client.connect('\0' + mark), errno.ECONNREFUSED)
print('done')
