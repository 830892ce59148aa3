"""A model runtime with no model: answers /health, and ends when told to."""
import http.server
import os
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/crash":
            sys.stderr.write("the fake runtime crashes as asked\n")
            sys.stderr.flush()
            os._exit(3)
        self.send_response(200 if mode == "good" else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


mode = sys.argv[2]  # good; unhealthy: never becomes ready; dies: at once
if mode == "dies":
    sys.exit("the fake runtime has no such instruction")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
