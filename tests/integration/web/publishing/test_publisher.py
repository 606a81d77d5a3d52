"""What web sends to the broker besides the event, and how it handles failures of the broker."""

import asyncio
import socket
import struct
from contextlib import asynccontextmanager

import httpcore
import pytest
import uvloop

from functions.common.cloudevents.signature import Signer
from functions.common.errors import TemporaryError
from functions.common.messages.events import WarmupRequested
from functions.web.publishing import publisher
from functions.web.publishing.connections import AsyncioBackend
from functions.web.publishing.publisher import CONNECTIONS, Publisher
from local.servers import free_port
from tests.support.http_server import HttpServer


@pytest.fixture
def broker():
    with HttpServer(lambda _: (202, {}, b"")) as server:
        yield server


async def published(broker, times=1):
    told = Publisher(f"{broker.url}/", Signer(()))
    for number in range(times):
        await told.publish(WarmupRequested("AAPL"), f"event-{number}")
    await told.aclose()
    return [request.headers for request in broker.heard]


async def test_the_identity_that_a_sink_binding_brings_is_shown(broker, tmp_path, monkeypatch):
    token = tmp_path / "token"
    monkeypatch.setattr(publisher, "OIDC_TOKEN", token)
    token.write_text("first.token\n")
    assert [one["authorization"] for one in await published(broker)] == ["Bearer first.token"]
    token.write_text("second.token")  # web replaces the token before it expires
    assert (await published(broker))[-1]["authorization"] == "Bearer second.token"


async def test_without_one_none_is_shown(broker):
    (heard,) = await published(broker)
    assert "authorization" not in heard
    assert heard["ce-type"] == WarmupRequested.TYPE


async def test_a_gateway_gets_a_warm_up_for_each_function_that_wakes(broker):
    told = Publisher(f"{broker.url}/async-function/{{function}}", Signer(()))
    await told.publish(WarmupRequested("AAPL"), "event-1")
    await told.aclose()
    paths = [request.path for request in broker.heard]
    assert paths == ["/async-function/ingest/", "/async-function/forecast/"]


TAKEN = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def listening(answer):
    """A publisher to a server that answers with `answer`, and the server's connections so far."""
    connections = []

    async def serve(reader, writer):
        connections.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                (length,) = (
                    line.partition(b":")[2]
                    for line in head.lower().splitlines()
                    if line.startswith(b"content-length")
                )
                await reader.readexactly(int(length))
                await answer(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    told = Publisher(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", Signer(()))
    try:
        yield told, connections
    finally:
        await told.aclose()
        server.close()
        for writer in connections:
            writer.close()


async def publish(told, times=1):
    for _ in range(times):
        await told.publish(WarmupRequested("AAPL"), "event")


async def takes(writer):
    writer.write(TAKEN)


async def test_a_connection_is_used_again():
    async with listening(takes) as (told, connections):
        await publish(told, 5)
        assert len(connections) == 1


async def test_a_connection_that_was_idle_is_not(monkeypatch):
    monkeypatch.setattr(publisher, "KEPT_ALIVE_S", 0)
    async with listening(takes) as (told, connections):
        await publish(told, 3)
        assert len(connections) == 3


async def test_a_connection_that_the_broker_has_closed_is_not():
    async def takes_and_goes(writer):
        writer.write(TAKEN)
        writer.close()

    async with listening(takes_and_goes) as (told, connections):
        for _ in range(3):
            await publish(told)
            await asyncio.sleep(0.05)  # until the end has come
        assert len(connections) == 3


async def test_an_answer_that_nobody_waits_for_is_not_taken_for_the_next():
    async def takes_and_says_more(writer):
        writer.write(TAKEN)
        await asyncio.sleep(0.05)  # until it is taken
        writer.write(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n")

    async with listening(takes_and_says_more) as (told, connections):
        for _ in range(3):
            await publish(told)
            await asyncio.sleep(0.2)  # until there is more
        assert len(connections) == 3


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_a_connection_that_breaks_just_before_it_is_written_to_is_told_so(run):
    """web runs on uvloop. Other tasks run between the choice of a connection and its use."""

    async def broken():
        connected = asyncio.Queue()
        server = await asyncio.start_server(lambda *ends: connected.put(ends), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            stream = await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=300)
            _, writer = await connected.get()
            writer.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )  # the connection ends with a reset
            writer.transport.abort()
            while not stream.get_extra_info("is_readable"):  # noqa: ASYNC110 - the peer's state
                await asyncio.sleep(0.01)
            with pytest.raises(httpcore.WriteError):
                await stream.write(b"POST / HTTP/1.1\r\n")
            with pytest.raises(httpcore.ReadError):
                await stream.read(100)

    run(broken())


async def test_a_broker_that_breaks_off_is_temporary():
    async def breaks_off(writer):
        writer.write(TAKEN[:20])
        writer.transport.abort()

    async with listening(breaks_off) as (told, _):
        for _ in range(CONNECTIONS + 2):
            with pytest.raises(TemporaryError, match="does not answer"):
                await publish(told)


async def test_a_broker_that_keeps_silent_is_temporary_and_holds_no_connection(monkeypatch):
    monkeypatch.setattr(publisher, "TIMEOUT_S", 0.3)
    are_silent = [True]

    async def maybe(writer):
        if not are_silent[0]:
            writer.write(TAKEN)

    async with listening(maybe) as (told, _):
        asked = await asyncio.gather(
            *(publish(told) for _ in range(CONNECTIONS + 5)), return_exceptions=True
        )
        assert {type(one) for one in asked} == {TemporaryError}
        are_silent[0] = False
        await publish(told)


async def test_a_broker_that_is_down_is_temporary():
    told = Publisher(f"http://127.0.0.1:{free_port()}/", Signer(()))
    with pytest.raises(TemporaryError, match="ConnectError"):
        await publish(told)
