"""Posts over kept connections, to a server that answers byte by byte as a test says."""

import asyncio
import socket
import struct
from contextlib import asynccontextmanager

import pytest
import uvloop

from functions.common.cloudevents.http_client import HttpClient, NoAnswerError
from local.servers import free_port

TAKEN = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


class Server:
    """Answers the request number `n` with `answers[n]`, or the last one. None resets instead."""

    def __init__(self, answers):
        self.answers = answers
        self.requests = []
        self.writers = []
        self.was_asked = asyncio.Event()

    async def serve(self, reader, writer):
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                self.was_asked.set()
                answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
                if answer is None:
                    reset(writer)
                    return
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def reset(writer):
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


@asynccontextmanager
async def serving(*answers):
    server = Server(answers)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/take?all=1"
    try:
        yield server
    finally:
        listening.close()
        for writer in server.writers:
            writer.close()


@pytest.fixture
def client():
    made = HttpClient(kept_alive_s=100)
    yield made
    made.close()


def post(client, server, timeout_s=300):
    return client.post(server.url, {"content-type": "text/plain"}, b"hello", timeout_s)


async def test_a_post_reaches_the_server_whole(client):
    async with serving(TAKEN) as server:
        assert (await post(client, server)).status == 202
        [request] = server.requests
        lines = request.decode().split("\r\n")
        assert lines[0] == "POST /take?all=1 HTTP/1.1"
        assert set(lines[1:4]) >= {"content-type: text/plain", "content-length: 5"}
        assert lines[-1] == "hello"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde", b"abcde"),
        (CHUNKED, b"abcde"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + CHUNKED, b"abcde"),
    ],
)
async def test_every_form_of_answer_is_read(client, answer, body):
    async with serving(answer) as server:
        for _ in range(2):
            assert (await post(client, server)).body == body
        assert len(server.writers) == 1


async def test_the_end_of_the_connection_can_end_the_body(client):
    async with serving(b"HTTP/1.1 200 OK\r\n\r\nabcde") as server:
        answering = asyncio.create_task(post(client, server))
        await server.was_asked.wait()
        server.writers[0].close()
        assert (await answering).body == b"abcde"


async def test_a_connection_is_used_again(client):
    async with serving(TAKEN) as server:
        for _ in range(5):
            await post(client, server)
        assert len(server.writers) == 1


async def test_each_post_at_the_same_time_has_its_own(client):
    async with serving(TAKEN) as server:
        await asyncio.gather(*(post(client, server) for _ in range(5)))
        assert len(server.writers) == 5


async def test_a_connection_that_was_idle_for_too_long_is_not_used_again():
    client = HttpClient(kept_alive_s=0)
    async with serving(TAKEN) as server:
        for _ in range(3):
            await post(client, server)
        assert len(server.writers) == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
        TAKEN + b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_nor_one_that_ends_or_says_more_than_was_asked(client, answer):
    async with serving(answer) as server:
        for _ in range(3):
            assert (await post(client, server)).status == 202
        assert len(server.writers) == 3


async def test_nor_one_that_says_more_later(client):
    async with serving(TAKEN) as server:
        for _ in range(3):
            await post(client, server)
            server.writers[-1].write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")
            await asyncio.sleep(0.2)  # until it has come
        assert len(server.writers) == 3


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_nor_one_that_the_server_has_reset(run):
    """web runs on uvloop, which raises other errors."""

    async def posts():
        client = HttpClient(kept_alive_s=100)
        async with serving(TAKEN) as server:
            for _ in range(3):
                await post(client, server)
                reset(server.writers[-1])
                await asyncio.sleep(0.05)  # until the end has come
            assert len(server.writers) == 3

    run(posts())


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "reset|ended"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "not HTTP"),
        (TAKEN[:20], "within 0.3 s"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc", "within 0.3 s"),
    ],
)
def test_a_broken_answer_is_none_and_the_next_post_connects_anew(run, answer, why):
    async def posts():
        client = HttpClient(kept_alive_s=100)
        async with serving(answer, TAKEN) as server:
            with pytest.raises(NoAnswerError, match=why):
                await post(client, server, timeout_s=0.3)
            assert (await post(client, server)).status == 202
            assert len(server.writers) == 2

    run(posts())


async def test_half_an_answer_is_none(client):
    async with serving(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc") as server:
        answering = asyncio.create_task(post(client, server))
        await server.was_asked.wait()
        server.writers[0].close()
        with pytest.raises(NoAnswerError, match="ended"):
            await answering


async def test_nobody_there_is_no_answer(client):
    with pytest.raises(NoAnswerError, match="no connection"):
        await client.post(f"http://127.0.0.1:{free_port()}/", {}, b"", 300)


async def test_what_is_not_http_is_no_address(client):
    with pytest.raises(NoAnswerError, match="'ftp://broker/'"):
        await client.post("ftp://broker/", {}, b"", 300)


async def test_a_header_cannot_smuggle_in_another(client):
    async with serving(TAKEN) as server:
        with pytest.raises(ValueError, match="line break"):
            await client.post(server.url, {"ce-id": "1\r\nce-type: x"}, b"", 300)
