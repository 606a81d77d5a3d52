"""The web application under a real server."""

import contextlib
import threading
import time

import anyio._backends._asyncio  # noqa: F401 - pytest rewrites it, which must not happen in a thread
import uvicorn

from functions.common.bounded_protocol import BoundedProtocol
from functions.web.wiring import Wired
from local.servers import free_port


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

    port = free_port()
    config = uvicorn.Config(
        app, port=port, lifespan="on", log_config=None, ws="none", http=BoundedProtocol
    )
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:  # otherwise a failing test would never end
        server.should_exit = True
        thread.join()
