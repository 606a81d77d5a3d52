"""The proxy with which the end-to-end tests reach a cluster behind an ingress."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.e2e.proxy import naming


@pytest.fixture
def ingress():
    """Echoes its requests. Sends the second line of /stream once `go_on` is set."""

    class Ingress(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer(202, {"host": self.headers["host"], "path": self.path, "body": body})

        def do_GET(self):
            if self.path != "/stream":
                self._answer(404, {"host": self.headers["host"]})
                return
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(b"first\n")
            self.server.go_on.wait(30)
            self.wfile.write(b"second\n")

        def _answer(self, status, value):
            body = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ingress)
    server.daemon_threads = True
    server.go_on = threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_host_is_named_and_all_else_passes_as_it_is(ingress):
    with naming(f"http://127.0.0.1:{ingress.server_port}/", "web.default.example.com") as url:
        answer = requests.post(f"{url}/api/fore%20casts?a=b%20c", data="{}", timeout=300)
        assert answer.json() == {
            "host": "web.default.example.com",
            "path": "/api/fore%20casts?a=b%20c",
            "body": "{}",
        }
        assert (answer.status_code, answer.headers["location"]) == (202, "/elsewhere")
        assert requests.get(f"{url}/none", timeout=300).status_code == 404


def test_a_stream_passes_line_by_line(ingress):
    with (
        naming(f"http://127.0.0.1:{ingress.server_port}", "web.default.example.com") as url,
        requests.get(f"{url}/stream", stream=True, timeout=300) as answer,
    ):
        lines = answer.iter_lines(chunk_size=1)
        assert next(lines) == b"first"
        ingress.go_on.set()
        assert list(lines) == [b"second"]
