"""The HTTP API under a real server, with a real Redis and a real sink."""

import json
import threading
import time

import pytest
import requests
from msgspec import structs
from msgspec.structs import replace

from functions.common.cloudevents.event import Envelope, json_bytes
from functions.common.errors import RequestError
from functions.common.messages.charts import Variant
from functions.common.messages.events import ChartRequested, ForecastRequested
from functions.common.messages.message import MOST_UNKNOWN, SHOWN_CHARACTERS
from functions.common.requests.keys import BACKLOG, history_name, request_key, result_name
from functions.common.requests.record import Status
from functions.common.requests.results import ResultStore
from local.servers import free_port
from tests.integration.web.serving import serving
from tests.support.aging import older
from tests.support.events import send
from tests.support.turns import answered

RESULT = {
    "last_date": "2013-03-01",
    "forecast": {"dates": ["2013-03-04"]}
    | {name: [1.5] for name in ("mean", "lo50", "hi50", "lo80", "hi80", "lo95", "hi95")},
    "history": {"dates": [], "close": [], "fitted": []},
}
REQUESTED = ForecastRequested("request-1", "AAPL", 45)
TOKEN = "a-token-for-these-tests"
ASKED = {"symbol": "AAPL", "days": 45}


@pytest.fixture
def settings(settings):
    return replace(settings, cors_origins=("https://friend.example",), event_tokens=(TOKEN,))


@pytest.fixture
def results(redis_client, redis_settings):
    results = ResultStore(redis_client, redis_settings)
    results.put("key", json.dumps(RESULT).encode())
    return results


def submit(url, body=ASKED, **changes):
    return requests.post(f"{url}/api/forecasts", json=body | changes, timeout=300)


def get(url, path, **options):
    return requests.get(url + path, timeout=300, **options)


def assert_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


def test_a_submission_is_accepted_once_its_event_is_with_the_broker(url, inbox):
    answer = submit(url)
    document = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == document["links"]["self"]
    assert document["status"] == "queued"
    [event] = inbox.events
    assert (event.type, event.subject) == (ForecastRequested.TYPE, "AAPL")
    assert event.source == "/stockcast/web"
    assert event.data["request_id"] == document["id"]
    assert get(url, answer.headers["location"]).json()["symbol"] == "AAPL"


def test_the_callers_trace_is_carried_along(url, inbox):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    requests.post(f"{url}/api/forecasts", json=ASKED, headers={"traceparent": trace}, timeout=300)
    assert inbox.events[0].extensions["traceparent"] == trace


def test_the_same_id_and_body_is_the_same_request(url, inbox):
    first, second = submit(url, id="request-1"), submit(url, id="request-1", symbol="aapl")
    assert first.json() == second.json()
    assert {event.id for event in inbox.events} == {"request-1"}


@pytest.mark.parametrize("change", [{"days": 46}, {"symbol": "MSFT"}, {"model": "prophet"}])
def test_the_same_id_with_another_body_is_a_conflict(url, change):
    submit(url, id="request-1")
    assert "request-1" in assert_problem(submit(url, id="request-1", **change), 409)["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"symbol": None}, "symbol"),
        ({"symbol": "A" * 300}, "symbol"),
        ({"symbol": ""}, "symbol"),
        ({"symbol": 5}, "symbol"),
        *(({"days": days}, "days") for days in (0, -1, 3651, 1.5, "45", True, None)),
        ({"model": "oracle"}, "model"),
        ({"id": "short"}, "id"),
        ({"options": 3}, "options"),
    ],
)
def test_a_bad_field_is_422_and_named(url, inbox, change, field):
    problem = assert_problem(submit(url, **change), 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert inbox.events == []


def test_an_unknown_field_is_refused_and_told_what_is_known(url, inbox):
    problem = assert_problem(submit(url, modle="prophet"), 422)
    message = "is not a field of a forecast. Its fields are symbol, days, model, options, id."
    assert problem["errors"] == [{"field": "modle", "message": message}]
    assert inbox.events == []


def test_of_many_unknown_fields_the_first_are_named(url):
    problem = assert_problem(submit(url, **{f"x{number}" * 50: 1 for number in range(100)}), 422)
    assert len(problem["errors"]) == MOST_UNKNOWN
    assert all(len(error["field"]) <= SHOWN_CHARACTERS for error in problem["errors"])


def test_missing_fields_are_all_named(url):
    problem = assert_problem(requests.post(f"{url}/api/forecasts", json={}, timeout=300), 422)
    assert [error["field"] for error in problem["errors"]] == ["symbol", "days"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"symbol=AAPL", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"symbol=AAPL&days=45", "application/x-www-form-urlencoded", 415),
        (b'{"symbol": "AAPL", "days": 45}', "text/plain", 415),
        (b'{"a": "' + b"x" * 70_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(url, body, content_type, status):
    headers = {"content-type": content_type}
    answer = requests.post(f"{url}/api/forecasts", data=body, headers=headers, timeout=300)
    assert_problem(answer, status)


def test_an_equal_fresh_result_is_answered_at_once(url, inbox, store, results):
    answered(store, REQUESTED, "key", json.dumps(RESULT).encode())
    assert submit(url).json() | {"links": 0} == {"id": "request-1", "status": "done", "links": 0}
    own = submit(url, id="my-own-id").json()
    assert (own["id"], own["status"]) == ("my-own-id", "done")
    assert get(url, "/api/forecasts/my-own-id").json()["result"] == RESULT
    assert inbox.events == []


def test_an_answer_that_redis_has_lost_is_computed_again(url, inbox, store, redis_client):
    """For example, Redis had no memory left. The key that points to the result can outlive it."""
    answered(store, REQUESTED, "key", json.dumps(RESULT).encode())
    redis_client.delete(result_name("key"))
    assert get(url, "/api/forecasts/request-1").status_code == 410
    assert submit(url, id="request-1").json()["status"] == "queued"
    assert get(url, "/api/forecasts/request-1").json()["status"] == "queued"
    without_id = submit(url).json()
    assert without_id["status"] == "queued"
    assert [one.data["request_id"] for one in inbox.events] == ["request-1", without_id["id"]]


def test_an_answer_whose_history_redis_has_lost_is_computed_again(url, inbox, store, redis_client):
    answered(store, REQUESTED, "key", json_bytes(RESULT))
    redis_client.delete(history_name("key"))
    assert get(url, "/api/forecasts/request-1").status_code == 410
    assert submit(url).json()["status"] == "queued"
    assert submit(url, id="request-1").json()["status"] == "queued"


@pytest.mark.parametrize("written", [json_bytes(RESULT), json.dumps(RESULT).encode()])
def test_a_history_that_is_stored_apart_or_inside_is_served_to_the_byte(
    url, store, redis_client, written
):
    """Older versions stored it inside."""
    answered(store, REQUESTED, "key", written)
    is_apart = redis_client.get(result_name("key")) != written
    assert is_apart == redis_client.exists(history_name("key")) == (b": " not in written)
    for _ in range(2):
        shown = get(url, "/api/forecasts/request-1").content
        assert shown.endswith(b',"result":' + written + b"}")
    events = get(url, "/api/forecasts/request-1/events").content
    assert b',"result":' + written + b"}" in events
    assert submit(url).json()["status"] == "done"


def test_an_id_whose_answer_is_lost_is_given_the_latest_one(url, store, redis_client):
    store.done(REQUESTED, "lost")
    other = structs.replace(REQUESTED, request_id="request-2")
    answered(store, other, "key", json.dumps(RESULT).encode())
    assert submit(url, id="request-1").json()["status"] == "done"
    assert get(url, "/api/forecasts/request-1").json()["result"] == RESULT


def test_an_answer_whose_request_redis_has_lost_is_computed_again(url, store, redis_client):
    answered(store, REQUESTED, "key", json.dumps(RESULT).encode())
    redis_client.delete(request_key("request-1"))
    again = submit(url).json()
    assert again["status"] == "queued"
    assert get(url, f"/api/forecasts/{again['id']}").status_code == 200


def test_an_answer_that_came_too_late_for_its_own_request_is_not_told_as_that_request(url, store):
    store.fail(REQUESTED, RequestError("Its time was over."))
    answered(store, REQUESTED, "key", json.dumps(RESULT).encode())
    again = submit(url).json()
    assert again["id"] != "request-1"
    assert again["status"] == "queued"


def test_a_request_that_is_ended_by_the_latest_answer_waits_no_more(url, store, redis_client):
    submit(url, id="request-2")
    answered(store, REQUESTED, "key", json.dumps(RESULT).encode())
    assert submit(url, id="request-2").json()["status"] == "done"
    assert redis_client.zrange(BACKLOG, 0, -1) == []


def test_a_broker_that_does_not_answer_is_503(settings):
    nowhere = f"http://127.0.0.1:{free_port()}/"
    with serving(replace(settings, sink=nowhere)) as url:
        answer = submit(url)
    assert_problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_a_broker_that_refuses_is_503(url, inbox):
    inbox.status = 500
    assert_problem(submit(url), 503)


def test_without_a_sink_submissions_are_503_and_web_is_ready(settings, store):
    with serving(replace(settings, sink="")) as url:
        assert "K_SINK" in assert_problem(submit(url, id="request-1"), 503)["detail"]
        batch = {"symbols": ["AAPL"], "days": 45}
        assert_problem(requests.post(f"{url}/api/batches", json=batch, timeout=300), 503)
        assert get(url, "/readyz").status_code == 200
    assert store.read("request-1") is None


def test_a_broker_that_answers_late_is_not_waited_for_once_the_request_is_under_way(
    url, inbox, store
):
    is_late = threading.Event()

    def deliver_first(_):
        store.advance(REQUESTED, Status.INGESTING)
        is_late.wait(60)
        return 202, {}, b""

    inbox.answers = deliver_first
    answer = submit(url, id="request-1")
    assert (answer.status_code, answer.json()["status"]) == (202, "ingesting")
    assert not is_late.is_set()
    is_late.set()


def test_a_broker_that_answers_late_and_delivers_nothing_is_503(url, inbox, monkeypatch):
    monkeypatch.setattr("functions.web.publishing.hand_over.TIMEOUT_S", 0.5)
    is_late = threading.Event()
    inbox.answers = lambda _: (is_late.wait(60), {}, b"")
    assert_problem(submit(url), 503)
    is_late.set()


def test_a_redis_that_does_not_answer_is_503(settings):
    redis = type(settings.redis)(f"redis://127.0.0.1:{free_port()}/0", False, 10, 10)
    with serving(replace(settings, redis=redis)) as url:
        assert_problem(submit(url), 503)
        assert_problem(get(url, "/readyz"), 503)
        assert get(url, "/healthz").status_code == 200


def test_an_unknown_request_is_404_everywhere(url):
    for suffix in ("", "/events", "/chart.png", "/result.csv"):
        problem = assert_problem(get(url, f"/api/forecasts/nobodys-id{suffix}"), 404)
        assert "nobodys-id" in problem["detail"]


def test_chart_and_table_are_409_until_done(url):
    submit(url, id="request-1")
    for suffix in ("chart.png", "result.csv"):
        problem = assert_problem(get(url, f"/api/forecasts/request-1/{suffix}"), 409)
        assert "queued" in problem["detail"]


@pytest.mark.parametrize(
    ("path", "accept", "variant", "media_type"),
    [
        ("chart.png", "*/*", Variant(), "image/png"),
        ("chart.png?theme=dark&scale=2", "image/*", Variant("dark", 2), "image/png"),
        ("chart.png?theme=dark", "image/svg+xml", Variant("dark", format="svg"), "image/svg+xml"),
        ("chart.svg?scale=2", "*/*", Variant(format="svg"), "image/svg+xml"),
    ],
)
def test_a_chart_is_had_in_the_variant_asked_for(
    url, store, results, inbox, path, accept, variant, media_type
):
    store.done(REQUESTED, "key")
    results.put("key", b"{}")

    def draw(event):
        asked = ChartRequested.from_data(event.data)
        results.put_chart(asked.result_key, repr(asked.variant).encode(), asked.variant)
        return 202, {}, b""

    inbox.answers = draw
    for _ in range(2):
        answer = get(url, f"/api/forecasts/request-1/{path}", headers={"accept": accept})
        assert answer.content == repr(variant).encode()
        assert answer.headers["content-type"] == media_type
    assert len(inbox.events) == 1


def test_a_variant_that_charts_do_not_have_is_refused_by_name(url, store):
    store.done(REQUESTED, "key")
    answer = get(url, "/api/forecasts/request-1/chart.png?theme=pink&scale=3")
    errors = assert_problem(answer, 422)["errors"]
    assert [error["field"] for error in errors] == ["theme", "scale"]
    assert "pink" in errors[0]["message"]


def test_the_table_is_csv(url, store, results):
    store.done(REQUESTED, "key")
    answer = get(url, "/api/forecasts/request-1/result.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="AAPL-45-days.csv"' in answer.headers["content-disposition"]
    assert "2013-03-04,forecast,,,1.5" in answer.text


def test_a_browser_asks_whether_its_chart_has_changed(url, store, results):
    store.done(REQUESTED, "key")
    results.put_chart("key", b"png")
    chart = "/api/forecasts/request-1/chart.png"
    known = {"if-none-match": get(url, chart).headers["etag"]}
    assert get(url, chart, headers=known).status_code == 304
    results.put_chart("key", b"with its backtest")
    assert get(url, chart, headers=known).content == b"with its backtest"


def test_a_chart_that_does_not_come_is_503(url, monkeypatch, store, results):
    monkeypatch.setattr("functions.web.api.requests.CHART_WAIT_S", 0.2)
    store.done(REQUESTED, "key")
    assert_problem(get(url, "/api/forecasts/request-1/chart.png"), 503)


def statuses(answer):
    lines = [line for line in answer.iter_lines() if line.startswith(b"data:")]
    return [json.loads(line[5:]) for line in lines]


def test_the_live_stream_tells_every_change_and_ends_with_the_document(url, store, results):
    submit(url, id="request-1")
    answer = get(url, "/api/forecasts/request-1/events", stream=True)
    assert answer.headers["content-type"].startswith("text/event-stream")

    def work():
        time.sleep(0.3)
        store.advance(REQUESTED, Status.INGESTING)
        store.advance(REQUESTED, Status.FORECASTING)
        time.sleep(0.2)
        store.done(REQUESTED, "key")

    worker = threading.Thread(target=work)
    worker.start()
    told = statuses(answer)
    worker.join()
    assert [one["status"] for one in told] == ["queued", "ingesting", "forecasting", "done"]
    assert told[-1]["result"] == RESULT


def test_a_late_watcher_gets_the_end_alone(url, store, results):
    store.done(REQUESTED, "key")
    answer = get(url, "/api/forecasts/request-1/events")
    assert [one["status"] for one in statuses(answer)] == ["done"]


def test_an_overdue_request_fails_when_it_is_read(url, store, redis_client):
    store.advance(REQUESTED, Status.INGESTING)
    older(redis_client, "request-1", 10_000)
    document = get(url, "/api/forecasts/request-1").json()
    assert document["status"] == "failed"
    assert "still ingesting" in document["error"]["detail"]


def dead_letter(url, data, token=TOKEN, **extensions):
    event = Envelope("1", "/s", ForecastRequested.TYPE, data, extensions=extensions)
    return send(f"{url}/events/dead-letter", event, token)


def test_a_dead_letter_fails_its_request(url, store):
    store.advance(REQUESTED, Status.INGESTING)
    answer = dead_letter(url, REQUESTED.to_data(), knativeerrorcode="503")
    assert (answer.status_code, answer.content) == (204, b"")
    document = get(url, "/api/forecasts/request-1").json()
    assert document["status"] == "failed"
    assert "fetching the prices" in document["error"]["detail"]


def test_a_dead_letter_leaves_the_request_of_someone_else_alone(url, store):
    store.advance(REQUESTED, Status.INGESTING)
    assert dead_letter(url, REQUESTED.to_data() | {"days": 9}).status_code == 204
    assert get(url, "/api/forecasts/request-1").json()["status"] == "ingesting"


@pytest.mark.parametrize("token", ["", "another-token-of-someone"])
def test_a_dead_letter_of_a_stranger_is_refused(url, store, token):
    store.advance(REQUESTED, Status.INGESTING)
    assert_problem(dead_letter(url, REQUESTED.to_data(), token), 401)
    assert get(url, "/api/forecasts/request-1").json()["status"] == "ingesting"


def test_without_a_token_every_dead_letter_is_taken(settings, store):
    store.advance(REQUESTED, Status.INGESTING)
    with serving(replace(settings, event_tokens=())) as url:
        assert dead_letter(url, REQUESTED.to_data(), token="").status_code == 204
        assert get(url, "/api/forecasts/request-1").json()["status"] == "failed"


def test_a_dead_letter_that_is_no_event_is_400(url):
    assert_problem(requests.post(f"{url}/events/dead-letter", data=b"x", timeout=300), 400)


def test_pages_carry_security_headers(url):
    for path in ("/", "/docs", "/static/page/main.js", "/openapi.json", "/api/none"):
        headers = get(url, path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_only_listed_origins_may_read_answers(url):
    def allowed(origin):
        answer = get(url, "/api/symbols", headers={"origin": origin})
        return answer.headers.get("access-control-allow-origin")

    assert allowed("https://friend.example") == "https://friend.example"
    assert allowed("https://stranger.example") is None


def test_what_is_not_there_is_a_problem(url):
    assert_problem(get(url, "/api/none"), 404)
    assert_problem(requests.delete(f"{url}/api/forecasts", timeout=300), 405)
    assert_problem(get(url, "/static/../functions/web/main.py"), 404)


@pytest.mark.parametrize("path", ["/docs/", "/static", "/api/forecasts/", "/api/symbols/"])
def test_no_answer_sends_anybody_to_the_host_that_a_request_names(url, path):
    answer = get(url, path, headers={"host": "evil.example"}, allow_redirects=False)
    assert_problem(answer, 404)
    assert "evil" not in str(answer.headers) + answer.text
