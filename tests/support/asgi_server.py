"""An ASGI application under a real server."""

import contextlib
import threading

import anyio._backends._asyncio  # noqa: F401 - pytest rewrites it, which must not happen in a thread
import uvicorn

from local.servers import free_port
from tests.support.waiting import until


@contextlib.contextmanager
def running(application, **options):
    """Runs it with uvicorn in a thread, and gives its URL."""
    port = free_port()
    config = uvicorn.Config(application, port=port, log_config=None, ws="none", **options)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, pause_s=0.01)
        yield f"http://127.0.0.1:{port}"
    finally:  # otherwise a failing test would never end
        server.should_exit = True
        thread.join()
