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
from urllib.parse import urlsplit

import urllib3

from tests.support.http_server import HttpServer

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


class Gateway(HttpServer):
    """`functions` maps names to URLs of functions. `answers` keeps (name, path, status)."""

    def __init__(self):
        self.functions = {}
        self.answers = []
        self._http = urllib3.PoolManager(maxsize=32, retries=False, timeout=UPSTREAM_TIMEOUT_S)
        self._queue = queue.Queue(MOST_QUEUED)
        self._worker = threading.Thread(target=self._work)
        self._worker.start()
        super().__init__(self.route)

    def close(self):
        self._queue.put(None)
        super().close()
        self._worker.join()
        self._http.clear()

    def route(self, request):
        parts = urlsplit(request.path)
        route, _, rest = parts.path.removeprefix("/").partition("/")
        name, _, path = rest.partition("/")
        query = f"?{parts.query}" if parts.query else ""
        headers = {"x-call-id": str(uuid.uuid4()), **_passed_on(request.headers)}
        headers["x-start-time"] = str(time.time_ns())
        call = Call(name, request.method, f"/{path}{query}", headers, request.body)
        if name not in self.functions or route not in {"function", "async-function"}:
            return 404, {}, b""
        if route == "function":
            return self._answer(call)
        if request.method != "POST":
            return 405, {}, b""
        status = 202 if self.enqueue(call) else 500
        return status, {"x-call-id": headers["x-call-id"]}, b""

    def _answer(self, call):
        streams = call.headers.get("accept", "").startswith(STREAM)
        answer = self.forward(call, stream=streams)
        if answer is None:
            return 502, {}, b""
        body = answer.stream(None, decode_content=False) if streams else answer.data
        return answer.status, _passed_on(answer.headers), body

    def forward(self, call, *, stream=False):
        """The function's answer, or None if it is down."""
        try:
            answer = self._http.request(
                call.method,
                self.functions[call.function] + call.path,
                # A function may close an idle connection at the moment it is used again.
                headers={**call.headers, "connection": "close"},
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
            if "x-callback-url" in call.headers:
                told = {
                    "x-call-id": call.headers["x-call-id"],
                    "x-function-name": call.function,
                    "x-function-status": str(answer.status if answer else 503),
                    "x-duration-seconds": f"{time.monotonic() - started:f}",
                }
                body = answer.data if answer else b""
                kept = _passed_on(answer.headers) if answer else {}
                with contextlib.suppress(urllib3.exceptions.HTTPError):
                    self._http.request(
                        "POST", call.headers["x-callback-url"], headers={**kept, **told}, body=body
                    )


def _passed_on(headers):
    return {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
