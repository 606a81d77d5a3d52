"""What web sends to the broker besides the event, and how it handles failures of the broker."""

import asyncio
import threading

import pytest

from functions.common.cloudevents.signature import Signer
from functions.common.errors import TemporaryError
from functions.common.messages.events import WarmupRequested
from functions.web.publishing import publisher
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
    told.close()
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
    told.close()
    paths = [request.path for request in broker.heard]
    assert paths == ["/async-function/ingest/", "/async-function/forecast/"]


async def publish(told):
    await told.publish(WarmupRequested("AAPL"), "event")


async def test_a_broker_that_breaks_off_is_temporary(broker):
    broker.answer = lambda _: (202, {}, None)
    told = Publisher(f"{broker.url}/", Signer(()))
    for _ in range(CONNECTIONS + 2):
        with pytest.raises(TemporaryError, match="does not answer"):
            await publish(told)


async def test_a_broker_that_keeps_silent_is_temporary_and_holds_no_connection(broker, monkeypatch):
    monkeypatch.setattr(publisher, "TIMEOUT_S", 0.3)
    speaks = threading.Event()
    broker.answer = lambda _: speaks.wait(300) and (202, {}, b"")
    told = Publisher(f"{broker.url}/", Signer(()))
    asked = await asyncio.gather(
        *(publish(told) for _ in range(CONNECTIONS + 5)), return_exceptions=True
    )
    assert {type(one) for one in asked} == {TemporaryError}
    speaks.set()
    await publish(told)
    told.close()


async def test_a_broker_that_is_down_is_temporary():
    told = Publisher(f"http://127.0.0.1:{free_port()}/", Signer(()))
    with pytest.raises(TemporaryError, match="no connection to"):
        await publish(told)
