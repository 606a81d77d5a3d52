"""A whole Stockcast with secrets, used by hostile people and providers."""

import json
import re
import signal
from urllib.parse import urlencode

import pytest
import redis
import requests
from msgspec.structs import replace
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from functions.common.cloudevents.event import Envelope
from functions.common.cloudevents.signature import Signer
from functions.common.config import S3Settings
from functions.common.messages.events import ForecastRequested
from functions.common.prices import symbol_directory as listings
from functions.common.prices.symbol_directory import Listing
from local.stack import ROOT
from tests.conftest import s3_client_of
from tests.e2e.conftest import EVENT_TOKEN, METRICS_TOKEN, REDIS_PASSWORD, TIINGO_KEY, new_context
from tests.support.events import send
from tests.support.replay import Fault
from tests.support.waiting import until

SCRIPT = "<img src=x onerror=\"hacked('%s')\"><script>hacked('%s')</script>"
IN_NAME, IN_ERROR, IN_URL = (SCRIPT.replace("%s", where) for where in ("name", "error", "url"))
OWN_SCRIPTS = set(re.findall("<script>(.*)</script>", (ROOT / "static/index.html").read_text()))
TRAVERSALS = (
    *("/static/../functions/web/main.py", "/static/..%2f..%2fetc%2fpasswd"),
    *("/static//etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd", "/static/x/..%5c..%5cetc"),
    *("/static/%00", "/%2e%2e/README.md", "/static/" + "a" * 5000),
    *("/api/forecasts/..%2f..%2fetc%2fpasswd", "/api/forecasts/%2e%2e%2f/chart.png"),
)
SYMBOLS = ("../../etc/passwd", "A/B", "A\r\nB", "A}{B", "A\x00", "..", "A" * 500, "ÄÖ", "A:*")
IDS = ("../../etc", "a" * 65, "id with space", "id\r\nx: y", "{braces}", "short", "id\x00id-id")


def unanswered(keyed):
    """The provider answers with a script and the key. Stockcast asks it again much later."""
    said = json.dumps({"detail": f"{IN_ERROR} Token {TIINGO_KEY}"})
    keyed.replay.faults = [Fault("instead", status=400, body=said)] * 100


def requested(request_id):
    data = ForecastRequested(request_id, "AAPL", 30).to_data()
    return Envelope(request_id, "/attack", ForecastRequested.TYPE, data)


def test_no_path_leads_out_of_the_page(keyed):
    for path in TRAVERSALS:
        # Do not use `requests`, because it would normalize the path.
        prepared = requests.Request("GET", keyed.url + "/").prepare()
        prepared.url = keyed.url + path
        answer = requests.Session().send(prepared, timeout=300)
        assert answer.status_code in {400, 404}, path
        assert "root:" not in answer.text
        assert "functions_framework" not in answer.text


def test_no_symbol_or_id_reaches_a_key_or_a_header(keyed):
    for symbol in SYMBOLS:
        assert keyed.submit(symbol=symbol, days=30).status_code == 422, symbol
    for request_id in IDS:
        assert keyed.submit(symbol="AAPL", days=30, id=request_id).status_code == 422, request_id
    for path in ("forecasts", "batches"):
        assert keyed.get(f"/api/{path}/{'a' * 4000}").status_code == 404
        assert keyed.get(f"/api/{path}/%7Bother%7D").status_code == 404


def test_events_of_strangers_are_refused_everywhere(keyed, request_id):
    stranger = Signer(("another-token-of-someone",))
    log = keyed.home / "logs" / "ingest.log"
    before = log.read_text().count("refused: ")
    for event in (requested(request_id), stranger.signed(requested(request_id))):
        for url in (keyed.ingest_url, keyed.forecast_url, f"{keyed.url}/events/dead-letter"):
            assert send(url, event).status_code == 401
        send(keyed.broker_url, event)
    until(lambda: log.read_text().count("refused: ") == before + 4)  # from us and the broker
    assert keyed.get(f"/api/forecasts/{request_id}").status_code == 404


def test_a_signed_event_sent_by_hand_is_worked_on(keyed, request_id):
    keyed.replay.faults = []
    assert send(keyed.broker_url, Signer((EVENT_TOKEN,)).signed(requested(request_id))).ok
    document = keyed.ended(request_id)
    assert document["error"]["detail"] == "Tiingo has no prices of AAPL. Check the ticker."


def test_a_page_of_another_site_can_do_nothing(keyed):
    evil = {"origin": "https://evil.example"}
    body = json.dumps({"symbol": "AAPL", "days": 30})
    for path in ("forecasts", "batches"):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
            headers = evil | {"content-type": content_type}
            answer = requests.post(f"{keyed.url}/api/{path}", body, headers=headers, timeout=300)
            assert answer.status_code == 415
    headers = evil | {"content-type": "text/plain"}
    answer = requests.post(f"{keyed.url}/api/warmup", body, headers=headers, timeout=300)
    assert answer.json() == {"warming": False}
    asked = evil | {"access-control-request-method": "POST"}
    preflight = requests.options(f"{keyed.url}/api/forecasts", headers=asked, timeout=300)
    assert "access-control-allow-origin" not in preflight.headers


@pytest.fixture
def evil_names(keyed):
    """Put the listings into the symbol directory in S3 and wait until web has read it."""
    names = [Listing("EVIL", IN_NAME), Listing("EVILER", "'\"><svg/onload=hacked('svg')>")]
    secret = (keyed.home / "s3-secret").read_text()
    client = s3_client_of(S3Settings("stockcast", keyed.s3_url, "us-east-1", ("stockcast", secret)))
    client.put_object(Bucket="stockcast", Key=listings.KEY, Body=listings.to_bytes(names))
    until(
        lambda: keyed.get("/api/symbols?q=EVIL").json()["symbols"],
        lambda symbols: IN_NAME in [one["name"] for one in symbols],
    )


@pytest.fixture
def browse(chromium):
    """A browser page that lists in `ran` every injected script that ran, on all its visits.

    `browse(bypass_csp=True)` disables the content security policy. Only the page's code protects.
    """
    contexts = []

    def open_page(**options):
        context = new_context(chromium, **options)
        contexts.append(context)
        page = context.new_page()
        page.ran = ran = []
        context.expose_function("hacked", lambda where: ran.append(where))  # noqa: PLW0108 - no method of a list is taken
        return page

    yield open_page
    for context in contexts:
        context.close()


def assert_untouched(page):
    assert page.locator("[onerror], [onload]").count() == 0
    assert set(page.locator("script:not([src])").all_text_contents()) <= OWN_SCRIPTS
    page.wait_for_timeout(200)  # a broken image raises its error a little later
    assert page.ran == []


def reads(page, selector, text):
    page.locator(selector, has_text=text).wait_for()


@pytest.mark.browser
def test_no_script_runs_from_names_errors_ids_or_addresses(keyed, evil_names, browse):
    unanswered(keyed)
    page = browse(bypass_csp=True)
    for view in ("forecast", "watch-list", "compare", "analyses"):
        asked = dict.fromkeys(("symbol", "symbols", "id", "days", "model", "kind"), IN_URL)
        page.goto(f"{keyed.url}/?{urlencode({'view': view} | asked)}#{IN_URL}")
        page.wait_for_selector("nav [aria-current]")
        assert_untouched(page)
    page.goto(keyed.url)
    page.fill("#symbol", "EVIL")
    reads(page, "#symbol-list", IN_NAME)
    reads(page, "#symbol-list", "<svg/onload")
    assert_untouched(page)
    with page.expect_response("**/api/forecasts") as submitted:
        page.fill("#days", "45")
        page.keyboard.press("Enter")
    asked = ForecastRequested(submitted.value.json()["id"], "EVIL", 45).to_data()
    dead = Envelope("dead", "/attack", ForecastRequested.TYPE, asked)
    dead = replace(dead, extensions={"knativeerrorcode": "400", "knativeerrordata": IN_ERROR})
    signed = Signer((EVENT_TOKEN,)).signed(dead)
    assert send(f"{keyed.url}/events/dead-letter", signed).status_code == 204
    reads(page, ".failure", IN_ERROR)
    assert_untouched(page)
    for path in ("/docs", f"/api/forecasts/{IN_URL}", f"/static/{IN_URL}", f"/{IN_URL}"):
        page.goto(keyed.url + path)
        assert_untouched(page)


@pytest.mark.browser
def test_a_script_that_got_into_the_page_would_not_run(keyed, browse):
    """The policy stops scripts even if the page treats a text as HTML. Without it, they run."""
    inject = "(html) => document.body.insertAdjacentHTML('beforeend', html)"
    for is_off in (True, False):
        page = browse(bypass_csp=is_off)
        page.goto(keyed.url)
        page.evaluate(inject, IN_ERROR)
        page.wait_for_timeout(500)
        assert page.ran == (["error"] if is_off else [])


def test_no_log_and_no_answer_holds_a_key(keyed, request_id):
    """Runs last, because it breaks Redis and S3 to check the messages."""
    unanswered(keyed)
    keyed.submit(symbol="SECRET", days=30, id=request_id)
    log = keyed.home / "logs" / "ingest.log"
    until(log.read_text, lambda text: "Token ***" in text)
    keyed.replay.faults = []
    keyed.submit(symbol="LOGGED", days=30, id=f"{request_id}-1")
    assert keyed.ended(f"{request_id}-1")["status"] == "done"
    assert "fetched LOGGED from tiingo" in log.read_text()
    paths = [f"/api/forecasts/{request_id}", "/readyz", "/metrics"]
    answers = [keyed.get(path).text for path in paths]
    scraper = {"authorization": f"Bearer {METRICS_TOKEN}"}
    answers.append(keyed.get("/metrics", headers=scraper).text)
    assert "stockcast_requests_accepted_total" in answers[-1]
    keyed.stack.process("s3").signal(signal.SIGKILL)
    keyed.submit(symbol="OTHER", days=30, id=f"{request_id}-2")
    keyed.redis.signal(signal.SIGKILL)
    answers += [keyed.get(path).text for path in paths]
    answers.append(keyed.submit(symbol="OTHER", days=31).text)
    functions = (keyed.ingest_url, keyed.forecast_url)
    answers += [requests.get(f"{url}/readyz", timeout=300).text for url in functions]
    keyed.redis.stop()
    keyed.redis.start()
    port = keyed.redis.program.ports[0]
    insistent = Retry(ConstantBackoff(0.2), 50)
    with redis.Redis(port=port, password=REDIS_PASSWORD, retry=insistent) as client:
        client.ping()
        stored = repr([client.dump(key) for key in client.keys("*")])
    logs = {path.name: path.read_text() for path in (keyed.home / "logs").glob("*.log")}
    assert {"web.log", "ingest.log", "forecast.log", "broker.log", "s3.log"} <= set(logs)
    for key in keyed.keys:
        assert [name for name, text in logs.items() if key in text] == []
        assert key not in "".join(answers)
        assert key not in stored
