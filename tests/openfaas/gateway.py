"""A stand-in for the OpenFaaS gateway and its queue, as documented for the Community Edition.

    /function/NAME/...         the answer of the function; 502 if it is down
    /async-function/NAME/...   202 once the request is queued, with an X-Call-Id

The queue forwards method, path, query, headers and body, one request at a time. It sends each
request once, whatever the answer is, and posts the answer to X-Callback-Url. It holds at most 10
requests of 256,000 bytes.
(docs.openfaas.com: reference/async, openfaas-pro/comparison.)
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import uuid
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import urllib3

MOST_BYTES, MOST_QUEUED = 256_000, 10
UPSTREAM_TIMEOUT_S = 300
HOP_BY_HOP = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
STREAM = "text/event-stream"


@dataclass(frozen=True)
class Call:
    """A request on its way to a function."""

    function: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Gateway:
    """`functions` maps names to URLs of functions. `answers` keeps (name, path, status)."""

    def __init__(self):
        self.functions = {}
        self.answers = []
        self._http = urllib3.PoolManager(maxsize=32, retries=False, timeout=UPSTREAM_TIMEOUT_S)
        self._queue = queue.Queue(MOST_QUEUED)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.gateway = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.02,)),
            threading.Thread(target=self._work),
        ]
        for thread in self._threads:
            thread.start()

    def close(self):
        self._queue.put(None)
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self._http.clear()

    def forward(self, call, *, stream=False):
        """The function's answer, or None if it is down."""
        try:
            answer = self._http.request(
                call.method,
                self.functions[call.function] + call.path,
                headers=call.headers,
                body=call.body or None,
                preload_content=not stream,
                decode_content=False,
            )
        except urllib3.exceptions.HTTPError:
            self.answers.append((call.function, call.path, 502))
            return None
        self.answers.append((call.function, call.path, answer.status))
        return answer

    def enqueue(self, call):
        """Whether the queue has accepted the call."""
        if len(call.body) > MOST_BYTES:
            return False
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(call)
            return True
        return False

    def _work(self):
        while call := self._queue.get():
            started = time.monotonic()
            answer = self.forward(call)
            headers = {name.lower(): value for name, value in call.headers.items()}
            if "x-callback-url" in headers:
                told = {
                    "x-call-id": headers["x-call-id"],
                    "x-function-name": call.function,
                    "x-function-status": str(answer.status if answer else 503),
                    "x-duration-seconds": f"{time.monotonic() - started:f}",
                }
                body = answer.data if answer else b""
                kept = _passed_on(answer.headers) if answer else {}
                with contextlib.suppress(urllib3.exceptions.HTTPError):
                    self._http.request(
                        "POST", headers["x-callback-url"], headers={**kept, **told}, body=body
                    )


def _passed_on(headers):
    return {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.route()

    def do_POST(self):
        self.route()

    def route(self):
        gateway, call, route = self.server.gateway, *self.read()
        if call.function not in gateway.functions or route not in {"function", "async-function"}:
            self.say(404)
        elif route == "function":
            self.forward(call)
        elif self.command != "POST":
            self.say(405)
        else:
            status = 202 if gateway.enqueue(call) else 500
            self.say(status, {"X-Call-Id": call.headers["X-Call-Id"]})

    def read(self):
        """The call, and the first part of its path, which selects how to handle it."""
        parts = urlsplit(self.path)
        route, _, rest = parts.path.removeprefix("/").partition("/")
        name, _, path = rest.partition("/")
        query = f"?{parts.query}" if parts.query else ""
        headers = _passed_on(self.headers)
        headers.setdefault("X-Call-Id", str(uuid.uuid4()))
        headers["X-Start-Time"] = str(time.time_ns())
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        return Call(name, self.command, f"/{path}{query}", headers, body), route

    def forward(self, call):
        streams = self.headers.get("accept", "").startswith(STREAM)
        answer = self.server.gateway.forward(call, stream=streams)
        if answer is None:
            self.say(502)
        elif not streams:
            self.say(answer.status, _passed_on(answer.headers), answer.data)
        else:
            self.stream(answer)

    def stream(self, answer):
        self.send_response(answer.status)
        for name, value in _passed_on(answer.headers).items():
            self.send_header(name, value)
        self.send_header("connection", "close")
        self.end_headers()
        for chunk in answer.stream(None, decode_content=False):
            self.wfile.write(chunk)
            self.wfile.flush()
        answer.release_conn()
        self.close_connection = True

    def say(self, status, headers=None, body=b""):
        self.send_response(status)
        for name, value in (headers or {}).items():
            if name.lower() not in {"content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
