"""The proxy with which the end-to-end tests reach a cluster behind an ingress."""

import json
import threading

import pytest
import requests

from tests.e2e.proxy import naming
from tests.support.http_server import HttpServer


@pytest.fixture
def ingress():
    """Echoes its requests. Sends the second line of /stream once `go_on` is set."""

    go_on = threading.Event()

    def lines():
        yield b"first\n"
        go_on.wait(300)
        yield b"second\n"

    def answer(request):
        if request.path == "/stream":
            return 200, {"content-type": "text/event-stream"}, lines()
        echo = {"host": request.headers["host"], "path": request.path}
        echo["body"] = request.body.decode()
        status = 202 if request.method == "POST" else 404
        return status, {"location": "/elsewhere"}, json.dumps(echo).encode()

    with HttpServer(answer) as server:
        server.go_on = go_on
        yield server


def test_the_host_is_named_and_all_else_passes_as_it_is(ingress):
    with naming(f"{ingress.url}/", "web.default.example.com") as url:
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
        naming(ingress.url, "web.default.example.com") as url,
        requests.get(f"{url}/stream", stream=True, timeout=300) as answer,
    ):
        lines = answer.iter_lines(chunk_size=1)
        assert next(lines) == b"first"
        ingress.go_on.set()
        assert list(lines) == [b"second"]
