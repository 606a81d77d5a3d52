"""A real HTTP server that keeps the events it gets and answers as the test says."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from functions.common.cloudevents import event as cloudevent


class Inbox:
    """Calls `answers` with each event. It returns (status, headers, body)."""

    def __init__(self, answers=None):
        self.events = []
        self.status = 202
        self.answers = answers or (lambda _: (self.status, {}, b""))
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                event = cloudevent.parse(dict(self.headers), body)
                inbox.events.append(event)
                status, headers, answer = inbox.answers(event)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 64  # the default takes only five connections at once

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
