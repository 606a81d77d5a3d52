"""The three functions as stack.yml deploys them, behind a stand-in for the gateway."""

import uuid

import pytest

from functions.common.cloudevents.event import Envelope
from local.process import Process
from local.servers import free_port
from local.stack import _function
from tests.e2e.conftest import Stockcast
from tests.openfaas.gateway import Gateway
from tests.openfaas.stack_file import ROOT, load
from tests.support.events import send
from tests.support.replay import Replay, Tiingo, market_of_today

KEY, TOKEN = "a-key-of-the-tests", "a-token-that-signs-events"
READY_S = 300


@pytest.fixture(scope="session")
def provider():
    """A replay of Tiingo's server. The sample has the symbols that it does not know."""
    replay = Replay(Tiingo(market_of_today("ACME", "OTHER", "SHAKY", "GONE"), KEY))
    yield replay
    replay.close()


class OnOpenFaaS(Stockcast):
    """A caller's view of Stockcast at the gateway, and the gateway."""

    def __init__(self, gateway):
        super().__init__(f"{gateway.url}/function/web", f"{gateway.url}/async-function/ingest")
        self.gateway = gateway

    def send(self, event, function="ingest"):
        """Put a signed event into the queue."""
        return send(f"{self.gateway.url}/async-function/{function}", event, TOKEN)

    def requested(self, request_id, symbol):
        data = {"request_id": request_id, "symbol": symbol, "days": 30}
        return self.send(Envelope(request_id, "/test", "dev.stockcast.forecast.requested.v1", data))

    def answered(self, name, path="/"):
        """The statuses of a function's answers at a path."""
        return [status for *at, status in self.gateway.answers if at == [name, path]]


@pytest.fixture(scope="session")
def openfaas(redis_process, s3_process, provider, tmp_path_factory):
    home = tmp_path_factory.mktemp("openfaas")
    gateway = Gateway()
    document = load(
        "stack.yml",
        INNER_GATEWAY=gateway.url,
        PROVIDERS="tiingo,sample",
        WATCHLIST="ACME,OTHER",
        RATE_LIMIT="0",
        S3_BUCKET="first",
        S3_ENDPOINT_URL=f"http://127.0.0.1:{s3_process.program.ports[0]}",
    )
    secrets = {  # the Secret's keys, because a function on this machine cannot find them in /var
        "REDIS_URL": f"redis://127.0.0.1:{redis_process.program.ports[0]}/1",
        "EVENT_TOKEN": TOKEN,
        "AWS_ACCESS_KEY_ID": s3_process.program.env["AWS_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": s3_process.program.env["AWS_SECRET_ACCESS_KEY"],
        "TIINGO_API_KEY": KEY,
    }
    of_tests = {"TIINGO_URL": provider.url, "PYTHONPATH": str(ROOT)}
    started = []
    for name, function in document["functions"].items():
        env = {**secrets, **of_tests, **function["environment"], "RETRY_FOR": "8s"}
        process = Process(_function(name, free_port(), env), home / f"{name}.log")
        process.start()
        started.append(process)
        gateway.functions[name] = f"http://127.0.0.1:{process.program.ports[0]}"
    for process in started:
        process.wait_until_ready(READY_S)
    yield OnOpenFaaS(gateway)
    for process in started:
        process.stop()
    gateway.close()


@pytest.fixture
def request_id():
    return str(uuid.uuid4())
