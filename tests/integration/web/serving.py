"""The web application under a real server."""

import contextlib

from functions.common.bounded_protocol import BoundedProtocol
from functions.web.wiring import Wired
from tests.support.asgi_server import running


@contextlib.contextmanager
def serving(settings):
    """Runs the application with uvicorn in a thread, wired in its own event loop like main.py."""
    wired = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await wired[0].application(scope, receive, send)
            return
        await receive()
        wired.append(Wired(settings))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await wired[0].aclose()
        await send({"type": "lifespan.shutdown.complete"})

    with running(app, lifespan="on", http=BoundedProtocol) as url:
        yield url
