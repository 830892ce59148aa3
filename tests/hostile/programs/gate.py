# Class 10: everything that a proxy may be talked into. argv: the allowed port, one that is not.
import socket, ssl, time
allowed, forbidden = int(sys.argv[1]), int(sys.argv[2])
good = 'localhost:%d' % allowed


def say(data, more=None):
    """What the gate answers: its status, or '' when it just ends."""
    with socket.create_connection(('127.0.0.1', 3128), 10) as s:
        s.settimeout(10)
        try:
            s.sendall(data)
            head = s.recv(4096)
            if more is not None and head.startswith(b'HTTP/1.1 200'):
                s.sendall(more)
                return s.recv(4096)
        except ConnectionError:
            return b''
    return head


def connect(target, more=None, version='1.1', extra=''):
    return say(('CONNECT %s HTTP/%s\r\nHost: x\r\n%s\r\n' % (target, version, extra)).encode('latin-1', 'replace'), more)


def denied(name, answer):
    check(name, not answer.startswith(b'HTTP/1.1 200'), answer[:60])


def hello(name):
    to_server = ssl.MemoryBIO()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname = False
    try:
        tls.wrap_bio(ssl.MemoryBIO(), to_server, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        return to_server.read()


for host in ('127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0', '[::1]', '[::ffff:127.0.0.1]', '[0:0:0:0:0:ffff:7f00:1]', 'localhost',
             'LOCALHOST', 'localhost.', '192.0.2.1', '169.254.0.1', 'metadata.invalid', '[fe80::1%lo]', '[64:ff9b::7f00:1]', 'ip6-localhost', 'a.localhost',
             'x' * 60 + '.exfiltrated.invalid', 'localhost.exfiltrated.invalid', 'l\u00f6calhost', 'xn--lcalhost-n4a', '127.0.0.1.nip.invalid'):
    denied('port of another at ' + host[:30], connect('%s:%d' % (host, forbidden)))
for target in ('localhost:22', 'localhost:80', 'localhost', 'localhost:', ':%d' % allowed, 'localhost:0', 'localhost:65536', 'localhost:-1',
               'localhost:%d ' % (allowed + 65536), 'user@' + good, 'user:pw@' + good, good + '@evil.invalid:443', good + '/x', good + '#@evil.invalid:443',
               good + '?x', 'http://' + good, 'https://' + good + '/', good + ',evil.invalid:443', 'evil.invalid:443,' + good, good + '\tx', '//' + good,
               'localhost\x00.evil.invalid:443', 'evil.invalid\x00' + good, good + '.evil.invalid', '*:%d' % allowed, '%%6cocalhost:%d' % allowed):
    denied('target ' + repr(target)[:40], connect(target))
for line in (b'GET http://' + good.encode() + b'/ HTTP/1.1\r\nHost: x\r\n\r\n', b'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc', b'\x05\x01\x00', b'\x04\x01\x00\x50\x7f\x00\x00\x01\x00',
             b'CONNECT ' + good.encode() + b' HTTP/1.1\n\n', b'CONNECT  ' + good.encode() + b' HTTP/1.1\r\n\r\n', b'CONNECT ' + good.encode() + b' HTTP/9.9\r\n\r\n',
             b'connect ' + good.encode() + b' HTTP/1.1\r\n\r\n', b'CONNECT ' + good.encode() + b'\r\n\r\n', b'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n', hello('localhost'),
             b'\x00' * 5000, b'A' * 100000, b'CONNECT ' + good.encode() + b' HTTP/1.1\r\nX:' + b' y' * 10000 + b'\r\n\r\n', b'CONNECT x:1 HTTP/1.1\r\n' + b'a: b\r\n' * 5000 + b'\r\n'):
    denied('request ' + repr(line[:30]), say(line))
denied('two requests in one', say(b'CONNECT evil.invalid:443 HTTP/1.1\r\n\r\nCONNECT ' + good.encode() + b' HTTP/1.1\r\n\r\n'))
# The allowed host, but other words inside. The listener there answers nothing: what
# comes back, if anything, is the gate's own alert.
for name, bytes_ in (('another server name', hello('evil.invalid')), ('a name below', hello('x.localhost')), ('no server name', hello(None)),
                     ('an address as the name', hello('127.0.0.1')), ('plain HTTP', b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'), ('ssh', b'SSH-2.0-x\r\n'),
                     ('nothing but zeros', bytes(2000)), ('a hello of great length', b'\x16\x03\x01\x40\x00\x01\xff\xff\xff' + bytes(20000)),
                     ('smtp', b'EHLO x\r\n'), ('a record of another kind', b'\x17\x03\x03\x00\x05hello')):
    answer = connect(good, bytes_)
    check('inside: ' + name, answer == b'' or answer[:1] == b'\x15', answer[:40])
check('the gate still lets the allowed through', connect(good).startswith(b'HTTP/1.1 200'))
for target in (('127.0.0.1', allowed), ('127.0.0.1', forbidden), ('192.0.2.1', 443), ('::1', allowed)):
    refused('past the gate to %s %d' % target, lambda: socket.create_connection(target, 2))
refused('a name without it', lambda: socket.getaddrinfo('example.invalid', 443))
held = [socket.create_connection(('127.0.0.1', 3128), 5) for _ in range(50)]
for s in held:
    s.close()
check('after fifty that said nothing', connect('evil.invalid:443').startswith(b'HTTP/1.1 403'))
print('done')
