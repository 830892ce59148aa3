# Leaves what it can behind, for residue_test to look for. argv[1]: a mark.
import socket, threading
mark = sys.argv[1]
for folder in ('/work', '/tmp', '/dev/shm'):
    open(folder + '/' + mark, 'w').write(mark)
shm = syscall(29, 4711, 4096, 0o1666)
server = socket.socket(socket.AF_INET)
server.bind(('127.0.0.1', 8000))
server.listen()
client = socket.create_connection(('127.0.0.1', 8000))
peer, _ = server.accept()
peer.send(b'x')
peer.close()  # the side that closes first stays in TIME_WAIT
client.recv(10)
client.close()
named = socket.socket(socket.AF_UNIX)
named.bind('\0' + mark)
named.listen()
print('done')
