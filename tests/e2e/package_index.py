"""A package index over TLS on loopback, for tests that want to say what is in it.

Serves the simple API that pip speaks, the JSON that npm speaks, and a folder. Nothing leaves the
machine: the certificate is made on the spot, the port is picked by the system.
"""

import base64
import hashlib
import http.server
import io
import json
import pathlib
import ssl
import subprocess
import tarfile
import threading
import zipfile


def wheel(name, files, version="1.0", extra=None):
    """The bytes of a wheel. files: path -> bytes; extra(zip): puts in what is out of order."""
    packed = io.BytesIO()
    info = f"{name}-{version}.dist-info"
    whole = {**files, f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
             f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in whole.items():
            archive.writestr(path, data)
        if extra:
            extra(archive)
        archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in archive.namelist()) + f"{info}/RECORD,,\n")
    return packed.getvalue()


def tarball(members):
    """A gzipped tar of TarInfo objects, each with its bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def member(name, kind=tarfile.REGTYPE, mode=0o644, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname = kind, mode, link
    return info


class Index:
    """files: file name -> bytes, or a function that writes to a handler itself.
    shown: a folder to be served below /folder/."""

    def __init__(self, folder, shown=None):
        self.shown = shown
        self.cert = str(pathlib.Path(folder) / "index.pem")
        key = str(pathlib.Path(folder) / "index.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.cert], check=True, capture_output=True)
        self.files, self.asked = {}, []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def add_wheel(self, name, files, version="1.0", extra=None):
        self.files[f"{name}-{version}-py3-none-any.whl"] = wheel(name, files, version, extra)

    def page(self, project):
        """The simple page of a project: every file that begins with its name."""
        names = [n for n in self.files if n.startswith(project + "-") and not n.endswith(".tgz")]
        return "".join(f'<a href="/files/{n}">{n}</a><br>' for n in names).encode() if names else None

    def manifest(self, project):
        """What npm asks for first."""
        name = f"{project}-1.0.0.tgz"
        if name not in self.files:
            return None
        version = {"name": project, "version": "1.0.0", "dist": {"tarball": f"{self.url}/files/{name}"},
                   "scripts": {"preinstall": "node evil.js", "install": "node evil.js", "postinstall": "node evil.js"}}
        data = self.files[name]
        if isinstance(data, bytes):
            version["dist"]["integrity"] = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
        return json.dumps({"name": project, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}).encode()

    def shown_file(self, path):
        file = pathlib.Path(self.shown or "/nowhere") / path
        return file.read_bytes() if file.is_file() else None

    def handler(self):
        index = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                index.asked.append(self.path)
                parts = self.path.strip("/").split("/")
                try:
                    if parts[0] == "files":
                        return self.send_file(index.files.get(parts[-1]))
                    if parts[0] == "folder":
                        return self.send_whole(index.shown_file("/".join(parts[1:])), "application/octet-stream")
                    if parts[0] == "simple":
                        return self.send_whole(index.page(parts[-1]), "text/html")
                    return self.send_whole(index.manifest(parts[0]), "application/json")
                except OSError:
                    self.close_connection = True

            def send_file(self, data):
                return data(self) if callable(data) else self.send_whole(data, "application/octet-stream")

            def send_whole(self, data, kind):
                self.send_response(200 if data is not None else 404)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

        return Handler
