"""A real HTTP server in a thread, which keeps its requests and answers as a test says."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ITS_OWN = {"date", "server", "transfer-encoding"}


@dataclass(frozen=True)
class Request:
    """`headers` have names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class HttpServer:
    """Calls `answer` with each request. It returns (status, headers, body).

    A body of None hangs up instead. An iterator of bytes is sent piece by piece.
    """

    def __init__(self, answer):
        self.answer = answer
        self.heard = []
        ours = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", 0)))
                request = Request(self.command, self.path, headers, body)
                ours.heard.append(request)
                self.say(*ours.answer(request))

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer  # noqa: N815 - their names

            def say(self, status, headers, body):
                if body is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                is_whole = isinstance(body, bytes)
                headers = {name.lower(): value for name, value in headers.items()}
                headers |= {"content-length": len(body)} if is_whole else {"connection": "close"}
                for name in headers.keys() - ITS_OWN:
                    self.send_header(name, headers[name])
                self.end_headers()
                if self.command != "HEAD":
                    for piece in [body] if is_whole else body:
                        self.wfile.write(piece)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 128  # the default takes only five connections at once
            daemon_threads = True

            def handle_error(self, *_):
                """Ignores errors of clients that hang up, because tests do that on purpose."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
