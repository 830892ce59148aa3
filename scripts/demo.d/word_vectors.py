"""Stands in for an embedding model where none is asked for: an OpenAI-compatible server
whose vectors count words. Texts are similar when they share words, not when they mean the same."""
import http.server
import json
import math
import re
import threading
import zlib

DIMENSIONS = 256
NAME = "word-counts"


def vector_of(text):
    counts = [0.0] * DIMENSIONS
    for word in re.findall(r"[a-z]{4,}", text.lower()):
        counts[zlib.crc32(word[:6].encode()) % DIMENSIONS] += 1  # machine and machines count as one
    length = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [count / length for count in counts]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
        data = [{"object": "embedding", "index": i, "embedding": vector_of(text)} for i, text in enumerate(texts)]
        body = json.dumps({"object": "list", "data": data, "model": NAME, "usage": {"prompt_tokens": 0, "total_tokens": 0}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class WordVectors:
    """Serves until stop()."""

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
