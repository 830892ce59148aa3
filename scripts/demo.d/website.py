"""A web site of two pages and a PDF, on loopback and a free port."""
import http.server
import pathlib
import threading

from pdf import make_pdf

SITE = pathlib.Path(__file__).resolve().parent / "site"
INDEX = b'<!doctype html><html lang="en"><title>Lighthouse bookshop</title><h1>Lighthouse bookshop</h1>' \
        b'<p><a href="/handbook.html">Handbook</a>, <a href="/report.pdf">yearly report</a></p></html>'
ROWS = [("Quarter", "Orders", "Revenue"), ("First", "412", "18,020"), ("Second", "388", "16,450"), ("Third", "501", "21,300"),
        ("Fourth", "760", "34,910")]


def report():
    table = [(72 + 150 * column, 200 + 22 * row, 11, text) for row, texts in enumerate(ROWS) for column, text in enumerate(texts)]
    first = [(72, 90, 20, "Report of the year"), (72, 130, 11, "The shop sent 2,061 orders and earned 90,680 euros."),
             (72, 160, 14, "Orders by quarter")] + table
    second = [(72, 90, 14, "Plans"), (72, 120, 11, "Next year a second shop opens on the island of Runholm."),
              (72, 140, 11, "The blog gets a search by meaning.")]
    return make_pdf("Report of the lighthouse bookshop", [first, second])


class Website:
    """Serves until stop()."""

    def __init__(self):
        pages = {"/": ("text/html; charset=utf-8", INDEX), "/report.pdf": ("application/pdf", report()),
                 "/handbook.html": ("text/html; charset=utf-8", (SITE / "handbook.html").read_bytes())}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = pages.get(self.path, ("text/plain", b"no such page"))
                self.send_response(200 if self.path in pages else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = "http://" + self.origin
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
