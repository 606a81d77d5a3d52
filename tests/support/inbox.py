"""A sink: a real HTTP server that keeps the events it gets."""

from functions.common.cloudevents import event as cloudevent
from tests.support.http_server import HttpServer


class Inbox(HttpServer):
    """Calls `answers` with each event. It returns (status, headers, body)."""

    def __init__(self, answers=None):
        self.events = []
        self.status = 202
        self.answers = answers or (lambda _: (self.status, {}, b""))
        super().__init__(self._take)
        self.url += "/"

    def _take(self, request):
        event = cloudevent.parse(request.headers, request.body)
        self.events.append(event)
        return self.answers(event)
