"""What web shows the broker besides the event, and over which connection."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from functions.common.events import WarmupRequested
from functions.common.signature import Signer
from functions.web import publisher
from functions.web.publisher import Publisher


@pytest.fixture
def broker():
    """Keeps the headers of what it is sent, and the ports it comes from."""

    class Broker(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.server.heard.append(dict(self.headers))
            self.server.ports.append(self.client_address[1])
            self.send_response(202)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Broker)
    server.heard, server.ports = [], []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def published(broker, times=1):
    told = Publisher(f"http://127.0.0.1:{broker.server_port}/", Signer(()))
    for number in range(times):
        await told.publish(WarmupRequested("AAPL"), f"event-{number}")
    await told.aclose()
    return [{name.lower(): value for name, value in one.items()} for one in broker.heard]


async def test_the_identity_that_a_sink_binding_brings_is_shown(broker, tmp_path, monkeypatch):
    token = tmp_path / "token"
    monkeypatch.setattr(publisher, "OIDC_TOKEN", token)
    token.write_text("first.token\n")
    assert [one["authorization"] for one in await published(broker)] == ["Bearer first.token"]
    token.write_text("second.token")  # it is replaced before it runs out
    assert (await published(broker))[-1]["authorization"] == "Bearer second.token"


async def test_without_one_none_is_shown(broker):
    (heard,) = await published(broker)
    assert "authorization" not in heard
    assert heard["ce-type"] == WarmupRequested.TYPE


async def test_events_that_follow_each_other_share_a_connection(broker):
    await published(broker, times=3)
    assert len(set(broker.ports)) == 1


async def test_a_connection_that_was_idle_is_not_used_again(broker, monkeypatch):
    monkeypatch.setattr(publisher, "KEPT_ALIVE_S", 0)
    await published(broker, times=3)
    assert len(set(broker.ports)) == 3
