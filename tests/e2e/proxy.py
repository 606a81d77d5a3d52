"""A proxy in front of the stack. It sets the Host header that an ingress routes by, or fails."""

import contextlib
from urllib.parse import urlsplit

import httpcore
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse
from starlette.routing import Route

from tests.support.asgi_server import running

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}
TIMEOUT = dict.fromkeys(("connect", "read", "write", "pool"), 300.0)


def application(url, host, fail=lambda _: None):
    """Forwards each request to `url` with the Host header `host`, and streams the answer back.

    If `fail(request)` returns an answer, the proxy sends that instead.
    """
    http = httpcore.AsyncConnectionPool(max_connections=None)

    async def pass_on(request):
        failure = fail(request)
        if failure:
            return failure
        target = url.rstrip("/") + request.scope["raw_path"].decode()
        if request.url.query:
            target += f"?{request.url.query}"
        headers = [(name, value) for name, value in request.headers.raw if name != b"host"]
        answer = await http.handle_async_request(
            httpcore.Request(
                request.method,
                target,
                headers=[(b"host", host.encode()), *headers],
                content=await request.body(),
                extensions={"timeout": TIMEOUT},
            )
        )
        response = StreamingResponse(
            answer.aiter_stream(), answer.status, background=BackgroundTask(answer.aclose)
        )
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers
            if name.decode().lower() not in HOP_BY_HOP
        ]
        return response

    @contextlib.asynccontextmanager
    async def open_connections(_):
        async with http:
            yield

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    routes = [Route("/{path:path}", pass_on, methods=methods)]
    return Starlette(routes=routes, lifespan=open_connections)


def naming(url, host):
    """The URL of a proxy in front of `url`. It runs until the context ends."""
    return running(application(url, host))


def failing(url, fail):
    """The URL of a proxy in front of `url`. If `fail(request)` returns an answer, it sends that."""
    return running(application(url, urlsplit(url).netloc, fail))
