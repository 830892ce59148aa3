"""Serves POST /v1/embeddings on loopback, in the runtime's own environment.

Prints one JSON line with its address, then waits for the end of its standard
input: that is how it notices that its parent is gone.
"""
import argparse
import base64
import hmac
import http.server
import json
import os
import sys
import threading

TOKENS_MAX = 256  # what the model was trained with; longer texts are cut
INPUTS_MAX = 96
BODY_BYTES_MAX = 8 << 20


class BadRequest(Exception):
    pass


def answer(encoder, tokenizer, gate, body):
    texts = read_inputs(body)
    form = body.get("encoding_format") or "float"
    if form not in ("float", "raw", "base64"):
        raise BadRequest(f"encoding_format is {json.dumps(form)}; expected float, raw or base64")
    data, tokens = [], 0
    for index, text in enumerate(texts):
        numbers = tokenizer.encode(text, TOKENS_MAX)
        with gate:
            vector = encoder.encode(numbers).astype("<f4")
        tokens += len(numbers)
        embedding = base64.b64encode(vector.tobytes()).decode() if form == "base64" else [float(x) for x in vector]
        data.append({"object": "embedding", "index": index, "embedding": embedding})
    return {"object": "list", "data": data, "model": body.get("model") or "", "usage": {"prompt_tokens": tokens, "total_tokens": tokens}}


def read_inputs(body):
    if not isinstance(body, dict):
        raise BadRequest("the body is no JSON object")
    texts = body.get("input")
    if isinstance(texts, str):
        texts = [texts]
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise BadRequest("input is missing or of a wrong type; expected a string or a non-empty array of strings")
    if len(texts) > INPUTS_MAX:
        raise BadRequest(f"input has {len(texts)} strings; expected at most {INPUTS_MAX}")
    return texts


def make_handler(encoder, tokenizer, gate, key):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 300  # of an idle connection

        def do_GET(self):
            known = self.path == "/health"
            self._send(200 if known else 404, {"status": "ok"} if known else error_body("there is only /v1/embeddings here"))

        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            if key and not hmac.compare_digest((self.headers.get("Authorization") or "").encode(), f"Bearer {key}".encode()):
                self.close_connection = True
                self._send(401, error_body("a key is needed"))
                return
            if self.path != "/v1/embeddings" or length > BODY_BYTES_MAX:
                self.close_connection = True
                self._send(404 if length <= BODY_BYTES_MAX else 413, error_body("not here, or too large"))
                return
            try:
                self._send(200, answer(encoder, tokenizer, gate, json.loads(self.rfile.read(length))))
            except (BadRequest, ValueError) as error:
                self._send(400, error_body(str(error)))

        def _send(self, status, body):
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


def error_body(message):
    return {"error": {"message": message, "type": "invalid_request_error"}}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    # One core a text, as many texts as cores: threads inside so small a product wait
    # for each other longer than they work. Set before numpy is loaded.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    gate = threading.BoundedSemaphore(arguments.threads)
    from encoder import Encoder
    from wordpiece import WordPiece

    key = os.environ.pop("COLLET_MODEL_KEY", "")
    handler = make_handler(Encoder(arguments.weights), WordPiece(arguments.vocabulary), gate, key)
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({"event": "listening", "url": f"http://127.0.0.1:{server.server_address[1]}"}), flush=True)
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
