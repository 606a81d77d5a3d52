"""The whole of Stockcast: one that the tests start, or the one at --base-url.

pytest tests/e2e --base-url https://... --broker-url https://... --event-token ... --host-header ...

With --base-url, pytest skips the tests that break or inspect processes (`own_stockcast`).
"""

import contextlib
import json
import os
import shutil
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from functions.common.cloudevents.signature import Signer
from local.process import Process
from local.servers import HOST, free_port, redis_server
from tests.e2e.proxy import naming
from tests.support import stacks
from tests.support.replay import Replay, Tiingo, market_of_today
from tests.support.waiting import has_ended, until

HANG_MS = 300_000
"""No wait of a browser is longer: a slow machine is slow, and nothing more."""


class Stockcast:
    """A caller's view of Stockcast and, if the tests started it, its processes."""

    def __init__(self, url, broker_url, ingest_url=None, stack=None, token=""):
        self.url, self.broker_url, self.ingest_url = url, broker_url, ingest_url
        self.stack = stack
        self.signer = Signer((token,) if token else ())

    def submit(self, **body):
        return self.post("/api/forecasts", **body)

    def post(self, path, **body):
        return requests.post(self.url + path, json=body, timeout=300)

    def get(self, path, **options):
        return requests.get(self.url + path, timeout=300, **options)

    def told(self, path, **options):
        """The documents of a stream of events, until it ends."""
        with self.get(path, stream=True, **options) as stream:
            return [json.loads(line[5:]) for line in stream.iter_lines() if line[:5] == b"data:"]

    def chart(self, path):
        """Ask for the chart until the machine is no longer too busy to draw it."""
        return until(lambda: self.get(path), lambda answer: answer.status_code != 503)

    def tell(self, event, mode="to_binary"):
        """Post an event to the broker."""
        headers, body = getattr(self.signer.signed(event), mode)()
        return requests.post(self.broker_url, data=body, headers=headers, timeout=300)

    def ended(self, request_id):
        """The document of the ended request. One sent to the broker may not be known at first."""
        return until(lambda: self.get(f"/api/forecasts/{request_id}").json(), has_ended)

    def backtest(self, request_id):
        """The backtest of the ended request, once it is no longer pending."""
        return until(
            lambda: self.ended(request_id)["result"]["backtest"],
            lambda backtest: backtest["status"] != "pending",
        )


def start(home, **options):
    """A stack with a higher rate limit, because tests ask faster than people."""
    stack, urls = stacks.started(home, {"RATE_LIMIT": "0"}, **options)
    stack.watch(lambda _: None)
    web, broker, ingest, forecast, _, s3 = urls
    started = Stockcast(web, broker, ingest, stack)
    started.home, started.forecast_url, started.s3_url = home, forecast, s3
    return started


@pytest.fixture(scope="session")
def stockcast(request, tmp_path_factory):
    url = request.config.getoption("base_url")
    if url:
        host = request.config.getoption("host_header")
        with naming(url, host) if host else contextlib.nullcontext(url.rstrip("/")) as named:
            broker, token = map(request.config.getoption, ("broker_url", "event_token"))
            yield Stockcast(named, broker, token=token)
        return
    if "PYTEST_XDIST_WORKER" in os.environ:  # a second worker would start a second stack
        (tmp_path_factory.getbasetemp().parent / "stack-has-started").touch(exist_ok=False)
    started = start(tmp_path_factory.mktemp("stack"))
    yield started
    started.stack.stop()


@pytest.fixture(scope="session")
def own_stockcast(stockcast):
    """The stack, if the tests started it and so can break its processes."""
    if stockcast.stack is None:
        pytest.skip("the stack under test is not ours to break")
    return stockcast


TIINGO_KEY = "planted-tiingo-key-0123456789"
EVENT_TOKEN = "planted-event-token-0123456789"
REDIS_PASSWORD = "planted-redis-password-0123456789"
METRICS_TOKEN = "planted-metrics-token-0123456789"


@pytest.fixture(scope="package")
def keyed(own_stockcast, tmp_path_factory):
    """A second stack, with secrets and with prices of today from a replay of Tiingo."""
    home = tmp_path_factory.mktemp("keyed")
    replay = Replay(Tiingo(market_of_today("ACME", "WARM", "LOGGED"), TIINGO_KEY))
    server = redis_server(free_port(), home / "redis-with-password")
    store = Process(
        replace(server, argv=(*server.argv, "--requirepass", REDIS_PASSWORD)), home / "redis.log"
    )
    store.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIINGO_API_KEY", TIINGO_KEY)
        patch.setenv("TIINGO_URL", replay.url)
        patch.setenv("TIINGO_HOURLY_BUDGET", "900")
        patch.setenv("EVENT_TOKEN", EVENT_TOKEN)
        patch.setenv("METRICS_TOKEN", METRICS_TOKEN)
        patch.setenv("SYMBOLS_MAX_AGE", "0s")
        started = start(home, redis_url=f"redis://:{REDIS_PASSWORD}@{HOST}:{server.ports[0]}/0")
    started.replay, started.redis = replay, store
    started.keys = [TIINGO_KEY, EVENT_TOKEN, REDIS_PASSWORD, METRICS_TOKEN]
    started.keys.append((home / "s3-secret").read_text())
    yield started
    started.stack.stop()
    replay.close()
    store.stop()


@pytest.fixture
def with_broker(stockcast):
    """The stack, if the tests can post events to its broker."""
    if not stockcast.broker_url:
        pytest.skip("--broker-url is not given")
    return stockcast


@pytest.fixture
def request_id():
    return str(uuid.uuid4())


@pytest.fixture(scope="package")
def chromium():
    """Ends with these tests, because Playwright's event loop would break other tests."""
    with browsing() as browser:
        yield browser


def new_context(browser, **options):
    context = browser.new_context(**options)
    context.set_default_timeout(HANG_MS)
    return context


@contextlib.contextmanager
def browsing():
    """The distribution's browser, or the one that CHROMIUM names."""
    names = ("chromium", "chromium-browser", "google-chrome")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found and mac.exists():
        found = str(mac)
    if not found:
        pytest.skip("no Chromium; install it, or name it in CHROMIUM")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=HANG_MS)

    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    switches += ["--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=switches)
        yield browser
        browser.close()
