"""A busy web process refuses more requests at once."""

import asyncio
import json

from starlette.responses import PlainTextResponse, StreamingResponse

from functions.web.limits.load_shedding import Shedding


class Slow:
    """Answers when the test says so. A stream starts at once and ends when the test says so."""

    def __init__(self):
        self.answer = asyncio.Event()
        self.begun = 0

    async def __call__(self, scope, receive, send):
        self.begun += 1
        if scope["path"] == "/stream":
            await StreamingResponse(self.parts())(scope, receive, send)
            return
        await self.answer.wait()
        if scope["path"] == "/broken":
            raise ZeroDivisionError
        await PlainTextResponse("ok")(scope, receive, send)

    async def parts(self):
        yield b"first"
        await self.answer.wait()


async def ask(app, path="/"):
    sent = []

    async def receive():
        await asyncio.sleep(3600)

    async def send(message):
        sent.append(message)

    await app({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send)
    return sent


async def begin(app, *paths):
    tasks = [asyncio.create_task(ask(app, path)) for path in paths]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_more_than_the_limit_is_refused_with_503_and_retry_after():
    slow = Slow()
    app = Shedding(slow, 2)
    tasks = await begin(app, "/", "/")
    start, body = await ask(app)
    assert start["status"] == 503
    assert dict(start["headers"])[b"retry-after"] == b"2"
    assert json.loads(body["body"])["type"].endswith("/overloaded")
    assert slow.begun == 2
    slow.answer.set()
    assert [task[0]["status"] for task in await asyncio.gather(*tasks)] == [200, 200]
    assert (await ask(app))[0]["status"] == 200


async def test_probes_and_events_are_always_answered():
    slow = Slow()
    app = Shedding(slow, 1)
    tasks = await begin(app, "/", "/healthz", "/events/batch")
    assert slow.begun == 3
    slow.answer.set()
    await asyncio.gather(*tasks)


async def test_a_stream_that_has_begun_is_not_under_way():
    slow = Slow()
    app = Shedding(slow, 1)
    streams = await begin(app, "/stream")
    await asyncio.sleep(0.01)
    slow.answer.set()
    assert (await ask(app))[0]["status"] == 200
    await asyncio.gather(*streams)


async def test_a_request_that_breaks_off_makes_room():
    slow = Slow()
    slow.answer.set()
    app = Shedding(slow, 1)
    for _ in range(3):
        [result] = await asyncio.gather(ask(app, "/broken"), return_exceptions=True)
        assert isinstance(result, ZeroDivisionError)
    assert (await ask(app))[0]["status"] == 200


async def test_without_a_limit_nothing_is_refused():
    slow = Slow()
    app = Shedding(slow, 0)
    tasks = await begin(app, *["/"] * 500)
    assert slow.begun == 500
    slow.answer.set()
    await asyncio.gather(*tasks)
