"""Streams under strain: silence, slow readers, many at once, TLS."""

import concurrent.futures
import http.client
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from harness import IO_SECONDS, KEY, Connection, Stage, StageTest, main, messages, say, silence, tool, use, user

BIG = "0123456789abcdef" * (3 << 19)  # 24 MiB


def rss_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


class Streams(StageTest):
    scenarios = {
        "plain": [say("Hello.")],
        "silent": [silence()],
        "big": [say(BIG, chunks=8192)],
        "echo": [say("you said: ", echo=True)],
        "sum": [use(("code_exec_python", {"code": "print(2 + 3)"})), say("", echo=True)],
    }
    config = {"limits": {"keepalive_ms": 100}}

    def test_silence_is_filled_with_comments(self):
        for path, more in (("/v1/agents/heroku", {}), ("/v1/chat/completions", {"stream": True})):
            client = self.server.open(path, {"model": "silent", "messages": user(), **more})
            seen = client.read_until(b"\n\n:")
            self.assertTrue(seen.startswith(b":"), seen)
            self.assertNotIn(b"event:", seen)
            client.cut()

    def test_a_slow_reader_holds_up_nobody_and_no_memory(self):
        plain = {"model": "plain", "messages": user()}
        self.server.chat(plain)
        before = rss_bytes(self.server.pid)
        slow = [Connection(self.server.port, receive_bytes=65536) for _ in range(4)]
        for client in slow:
            client.send("POST", "/v1/chat/completions", {"model": "big", "messages": user(), "stream": True},
                        self.server.headers())
            client.read_until("0123")
        for _ in range(20):
            self.assertEqual(self.server.chat(plain).status, 200)
        # The kernel takes a few MiB of each, which the turn also keeps; the rest must
        # wait at the model.
        grown = rss_bytes(self.server.pid) - before
        self.assertLess(grown, 2 * len(BIG), f"4 unread streams of {len(BIG)} bytes made the server grow by {grown} bytes")
        text = "".join(c["choices"][0]["delta"].get("content") or "" for c in messages(slow[0].whole().events()) if c["choices"])
        self.assertTrue(text == BIG, f"{len(text)} of {len(BIG)} bytes arrived")
        for client in slow[1:]:
            client.cut()

    def test_many_runs_at_once_keep_to_themselves(self):
        def run(number):
            reply = self.server.agents({"model": "echo", "messages": user(f"number {number}")})
            return messages(reply.events())[0]["choices"][0]["message"]["content"]
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(run, range(300)))
        self.assertEqual(answers, [f"you said: number {n}" for n in range(300)])

    def test_many_boxes_at_once(self):
        def run(_):
            reply = self.server.agents({"model": "sum", "messages": user(), "tools": [tool()]})
            return messages(reply.events())[1]["choices"][0]["message"]["content"]
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            results = list(pool.map(run, range(48)))
        for result in results:
            self.assertIn('\\"stdout\\": \\"5\\"', result)

    def test_a_kept_connection_serves_request_after_request(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=IO_SECONDS)
        for _ in range(50):
            connection.request("GET", "/healthz")
            reply = connection.getresponse()
            reply.read()
            self.assertEqual(reply.status, 200)
        sock = connection.sock
        self.assertIsNotNone(sock, "the server closed a connection that asked to stay")
        connection.close()

    def test_pipelined_requests_are_refused_or_served_in_order(self):
        one = f"GET /v1/models HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n\r\n"
        two = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.server.port), IO_SECONDS) as sock:
            sock.sendall((one + two).encode())
            answer = b""
            while piece := sock.recv(65536):
                answer += piece
        self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer)
        if answer.count(b"HTTP/1.1 ") == 2:
            self.assertLess(answer.index(b'"object":"list"'), answer.index(b'"status":"ok"'))


@unittest.skipUnless(shutil.which("openssl"), "needs the openssl command to make a certificate")
class Tls(unittest.TestCase):
    def test_the_listener_speaks_tls(self):
        with Certificate() as (cert, key):
            stage = Stage({"plain": [say("Hello.")]}, {"server": {"tls": {"cert": cert, "key": key}}})
            try:
                context = ssl.create_default_context(cafile=cert)
                client = http.client.HTTPSConnection("localhost", stage.server.port, timeout=IO_SECONDS, context=context)
                client.request("POST", "/v1/agents/heroku", '{"model": "plain", "messages": [{"role": "user", "content": "x"}]}',
                               stage.server.headers())
                self.assertIn(b"Hello.", client.getresponse().read())
                client.close()
                with self.assertRaises(Exception, msg="plain HTTP on a TLS port"):
                    plain = http.client.HTTPConnection("127.0.0.1", stage.server.port, timeout=IO_SECONDS)
                    plain.request("GET", "/healthz")
                    if plain.getresponse().status != 200:
                        raise AssertionError("refused")
            finally:
                stage.stop()


class Certificate:
    """A certificate for localhost in a temporary folder."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        cert, key = f"{self.folder.name}/cert.pem", f"{self.folder.name}/key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        return cert, key

    def __exit__(self, *_):
        self.folder.cleanup()


if __name__ == "__main__":
    main()
