"""The adapter: its answers to events from a broker or curl, with real claims in Redis."""

import io
import json
import socket
import threading
import time

import flask
import pytest
from msgspec.structs import replace

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.adapter import EventFunction
from functions.common.cloudevents.event import MAX_EVENT_BYTES, Envelope
from functions.common.cloudevents.retries import Retries
from functions.common.cloudevents.signature import Signer
from functions.common.cloudevents.sink import Sink
from functions.common.cloudevents.wsgi import HttpRequest
from functions.common.errors import TemporaryError, ThrottledError, UnknownSymbolError
from functions.common.lazy import Lazy
from functions.common.messages.events import ForecastCompleted, ForecastFailed, ForecastRequested
from functions.common.requests.keys import request_key
from functions.common.requests.record import Source, Status
from functions.common.requests.store import Requests
from local.servers import free_port
from tests.support.aging import older
from tests.support.threads import at_once

TOKEN = "a-token-for-these-tests"
CRON = {"x-topic": "cron-function", "x-connector": "cron-connector"}
REQUESTED = ForecastRequested("request-1", "AAPL", 45)


def event(data=None, **changes):
    given = {"id": "event-1", "source": "/test", "type": ForecastRequested.TYPE} | changes
    return Envelope(data=REQUESTED.to_data() if data is None else data, **given)


@pytest.fixture
def store(redis_client, redis_settings):
    return Requests(redis_client, redis_settings, patience_s=0.2)


@pytest.fixture
def build(redis_client, store):
    def build(handler, *, sink=None, failure_sink=None, ready=lambda: None, tokens=(), **others):
        def begun(requested, turn):
            if not turn.begin(requested, Status.INGESTING):
                return None
            reply = handler(requested)
            turn.done(requested, "key", b"{}", Source.COMPUTED)
            return reply

        return EventFunction(
            "ingest",
            {ForecastRequested: begun},
            requests=store,
            sink=sink,
            failure_sink=failure_sink,
            ready=ready,
            signer=Signer(tokens),
            **others,
        )

    return build


def send(function, envelope, mode="to_binary"):
    headers, body = getattr(envelope, mode)()
    return post(function, headers, body)


def post(function, headers, body, method="POST", path="/"):
    app = flask.Flask("test")
    with app.test_request_context(path, method=method, headers=headers, data=body) as context:
        body, status, headers = function(HttpRequest.of(context.request.environ))
    return body, status, headers


def completes(requested):
    return ForecastCompleted(requested.request_id, requested.symbol, "key")


def raises(error):
    def handler(_):
        raise error

    return handler


def counted(calls):
    """A handler that keeps the requests it was called with."""

    def handler(requested):
        calls.append(requested)
        return completes(requested)

    return handler


def in_this_order(*handlers):
    """A handler that does at each call what the next of `handlers` does."""
    following = iter(handlers)

    def handler(requested):
        return next(following)(requested)

    return handler


@pytest.mark.parametrize("mode", ["to_binary", "to_structured"])
def test_the_next_event_is_the_reply(build, mode):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    body, status, headers = send(build(completes), event(extensions={"traceparent": trace}), mode)
    reply = cloudevent.parse(headers, body)
    assert status == 200
    assert (reply.type, reply.source) == (ForecastCompleted.TYPE, "/stockcast/ingest")
    assert reply.data == completes(REQUESTED).to_data()
    assert reply.subject == "AAPL"
    assert reply.extensions == {"partitionkey": "AAPL", "traceparent": trace}


def test_nothing_to_say_is_204_without_a_body(build):
    assert send(build(lambda _: None), event())[:2] == (b"", 204)


def test_a_sink_gets_the_next_event_before_the_answer(build, inbox):
    body, status, _ = send(build(completes, sink=Sink(inbox.url)), event())
    assert (body, status) == (b"", 204)
    assert [kept.type for kept in inbox.events] == [ForecastCompleted.TYPE]


def test_a_sink_that_refuses_has_the_event_delivered_again(build, inbox):
    inbox.status = 500
    function = build(completes, sink=Sink(inbox.url))
    assert send(function, event())[1] == 503
    inbox.status = 202
    assert send(function, event())[1] == 204
    assert inbox.events[0] == inbox.events[1]


def test_a_sink_that_is_down_is_temporary(build):
    function = build(completes, sink=Sink(f"http://127.0.0.1:{free_port()}/"))
    assert send(function, event())[1] == 503


def test_a_duplicate_gets_the_same_reply_and_causes_no_work(build):
    calls = []
    function = build(counted(calls))
    assert send(function, event()) == send(function, event())
    assert len(calls) == 1


def test_a_request_whose_record_was_lost_is_worked_on_again_once_it_is_asked_anew(
    build, store, redis_client
):
    def handler(requested):
        store.done(requested, "key")
        return completes(requested)

    function = build(handler)
    _, _, first = send(function, event())
    redis_client.delete(request_key("request-1"))
    send(function, event())
    assert store.read("request-1") is None  # there was no request, so it stays as it is
    store.advance(REQUESTED, Status.QUEUED)
    _, status, again = send(function, event())
    assert status == 200
    assert store.read("request-1").status is Status.DONE
    # A consumer that remembers the first reply, such as the backtest, must handle the second, too.
    assert again["ce-id"] != first["ce-id"]


def test_another_event_under_the_same_id_is_refused(build):
    function = build(completes)
    send(function, event())
    body, status, _ = send(function, event(data=REQUESTED.to_data() | {"days": 46}))
    assert status == 400
    assert "event-1" in json.loads(body)["detail"]


def test_a_callers_mistake_fails_the_request_and_is_not_tried_again(build, store, inbox):
    unknown = UnknownSymbolError("AAPL is not known.")
    function = build(raises(unknown), failure_sink=Sink(inbox.url))
    assert send(function, event())[:2] == (b"", 204)
    record = store.read("request-1")
    assert record.status is Status.FAILED
    assert record.error["detail"] == "AAPL is not known."
    assert [kept.type for kept in inbox.events] == [ForecastFailed.TYPE]
    assert inbox.events[0].data["error"] == record.error


def test_a_broker_is_answered_briefly_whatever_the_cause_says(build):
    said = "Redis does not answer: " + "Error while writing, \u00e9. " * 100
    body, status, _ = send(build(raises(TemporaryError(said))), event())
    assert status == 503
    assert len(body) < 500  # Knative's in-memory channel panics at 768
    assert json.loads(body)["detail"].startswith("Redis does not answer: Error")


def test_what_is_temporary_is_delivered_again_and_then_done(build):
    down = raises(TemporaryError("S3 is down.", retry_after_s=2.5))
    function = build(in_this_order(down, completes))
    body, status, headers = send(function, event())
    assert (status, headers["retry-after"]) == (503, "3")
    assert json.loads(body)["detail"] == "S3 is down."
    assert send(function, event())[1] == 200


def test_a_used_up_limit_is_429(build):
    used_up = ThrottledError("Budget used up.", retry_after_s=60)
    _, status, headers = send(build(raises(used_up)), event())
    assert (status, headers["retry-after"]) == (429, "60")


def test_a_defect_is_500_and_logged_with_its_traceback(build, caplog):
    body, status, _ = send(build(raises(ZeroDivisionError())), event())
    assert status == 500
    assert "ZeroDivisionError" not in body.decode()
    assert "ZeroDivisionError" in caplog.text


def test_an_event_in_work_elsewhere_is_delivered_again(build):
    entered, leave = threading.Event(), threading.Event()

    def handler(requested):
        entered.set()
        leave.wait(10)
        return completes(requested)

    function = build(handler)
    first = threading.Thread(target=send, args=(function, event()))
    first.start()
    entered.wait(10)
    assert send(function, event())[1] == 503
    leave.set()
    first.join()
    assert send(function, event())[1] == 200


def test_an_overdue_request_fails(build, redis_client, redis_settings, store):
    store.advance(REQUESTED, Status.QUEUED)
    older(redis_client, "request-1", 10_000)
    assert send(build(completes), event())[1] == 204
    assert store.read("request-1").error["title"] == "Deadline exceeded"


def test_an_id_of_another_request_is_refused_and_leaves_that_alone(build, store):
    store.advance(REQUESTED, Status.QUEUED)
    other = REQUESTED.to_data() | {"days": 99}
    body, status, _ = send(build(completes), event(data=other))
    assert status == 400
    assert "request-1" in json.loads(body)["detail"]
    assert store.read("request-1").status is Status.QUEUED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "dev.stockcast.forecast.requested.v2"}, "requested.v2"),
        ({"data": []}, "JSON object"),
        ({"data": {"symbol": "AAPL", "days": 45}}, "request_id"),
        ({"data": REQUESTED.to_data() | {"days": 0}}, "days"),
        ({"data": REQUESTED.to_data() | {"symbol": "A" * 300}}, "symbol"),
    ],
)
def test_a_bad_event_is_400_and_says_why(build, changes, said):
    body, status, headers = send(build(completes), event(**changes))
    problem = json.loads(body)
    assert (status, problem["status"]) == (400, 400)
    assert headers["content-type"] == "application/problem+json"
    assert said in problem["detail"]


def test_what_is_no_event_is_400(build):
    _, status, _ = post(build(completes), {"content-type": "application/json"}, b"{}")
    assert status == 400


def test_an_oversized_event_is_413(build):
    body = b"x" * (MAX_EVENT_BYTES + 1)
    assert post(build(completes), {"content-type": "application/json"}, body)[1] == 413


def test_an_event_is_oversized_whether_or_not_it_tells_its_length(build):
    environ = {
        "REQUEST_METHOD": "POST",
        "wsgi.input": io.BytesIO(b"x" * (MAX_EVENT_BYTES + 1)),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    _, status, _ = build(completes)(HttpRequest.of(environ))
    assert status == 413


def test_a_sender_that_falls_silent_is_refused(build, monkeypatch):
    monkeypatch.setattr("functions.common.cloudevents.body.BODY_TIMEOUT_S", 0.1)
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as body:
        theirs.sendall(b'{"request_id"')
        environ = {
            "REQUEST_METHOD": "POST",
            "CONTENT_LENGTH": "100",
            "gunicorn.socket": ours,
            "wsgi.input": body,
        }
        answer, status, _ = build(completes)(HttpRequest.of(environ))
    assert status == 408  # so the broker retries
    assert b"The body ended early" in answer


def test_with_a_token_only_signed_events_are_taken_and_replies_are_signed(build, inbox):
    signer = Signer((TOKEN,))
    function = build(completes, tokens=(TOKEN,))
    assert send(function, event())[1] == 401
    assert send(function, Signer(("another-token-of-someone",)).signed(event()))[1] == 401
    body, status, headers = send(function, signer.signed(event()))
    assert status == 200
    signer.check(cloudevent.parse(headers, body))
    again, *_ = send(function, signer.signed(event()))
    assert again == body


def test_failures_are_announced_signed(build, inbox):
    unknown = raises(UnknownSymbolError("There is no such symbol."))
    function = build(unknown, failure_sink=Sink(inbox.url), tokens=(TOKEN,))
    assert send(function, Signer((TOKEN,)).signed(event()))[1] == 204
    Signer((TOKEN,)).check(inbox.events[0])


def test_health_and_readiness(build):
    def down():
        raise TemporaryError("Redis is down.")

    ready, unready = build(completes), build(completes, ready=down)
    for path in ("/healthz", "/_/health", "/readyz"):
        assert post(ready, {}, b"", "GET", path)[1] == 200
    assert post(unready, {}, b"", "GET", "/healthz")[1] == 200
    assert post(unready, {}, b"", "GET", "/readyz")[1] == 503
    assert post(ready, {}, b"", "GET", "/elsewhere")[1] == 404
    assert post(ready, {}, b"", "PUT")[1] == 405


def test_lazy_builds_once_for_all_threads():
    built = []
    lazy = Lazy(lambda: (time.sleep(0.05), built.append(1), object())[2])
    got = at_once(lambda _: lazy(), range(8))
    assert len(built) == 1
    assert len({id(one) for one in got}) == 1


class TestWhereNobodyDeliversAgain:
    def test_what_failed_for_the_moment_is_tried_again(self, build):
        down = raises(TemporaryError("S3 is down."))
        function = build(in_this_order(down, down, completes), retries=Retries(30))
        assert send(function, event())[1] == 200

    def test_a_sink_is_asked_again_without_the_work_being_done_again(self, build, inbox):
        calls = []
        statuses = [202, 500, 500]
        inbox.answers = lambda _: (statuses.pop(), {}, b"")

        function = build(counted(calls), sink=Sink(inbox.url), retries=Retries(30))
        assert send(function, event())[1] == 204
        assert len(calls) == 1
        assert len({kept.id for kept in inbox.events}) == 1

    @pytest.mark.parametrize("error", [TemporaryError("S3 is down."), ZeroDivisionError()])
    def test_the_request_ends_with_the_reason_once_it_is_given_up(self, build, store, inbox, error):
        store.advance(REQUESTED, Status.QUEUED)
        function = build(raises(error), retries=Retries(0.1), failure_sink=Sink(inbox.url))
        assert send(function, event())[1] in {500, 503}
        record = store.read("request-1")
        assert record.status is Status.FAILED
        reason = record.document()["error"]["detail"]
        assert "S3 is down." in reason or "ingest failed on this event" in reason
        assert [kept.type for kept in inbox.events] == [ForecastFailed.TYPE]

    def test_without_redis_the_request_is_left_to_its_deadline(self, build, store, monkeypatch):
        def down(*_):
            raise TemporaryError("Redis is down.")

        monkeypatch.setattr(store, "fail", down)
        assert send(build(down, retries=Retries(0.1)), event())[1] == 503


class TestOnASchedule:
    def scheduled(self, build, **others):
        calls = []
        function = build(calls.append, on_schedule=REQUESTED, clock=lambda: 1e9, **others)
        return function, calls

    def test_the_plain_post_of_a_cron_is_the_event_it_stands_for(self, build):
        function, calls = self.scheduled(build, tokens=(TOKEN,))
        assert post(function, CRON, b"")[1] == 204
        assert calls == [REQUESTED]

    def test_a_second_one_in_the_same_hour_does_nothing(self, build):
        function, calls = self.scheduled(build)
        assert [post(function, CRON, b"")[1] for _ in range(2)] == [204, 204]
        assert len(calls) == 1

    def test_a_function_without_a_schedule_refuses_it(self, build):
        assert post(build(completes), CRON, b"")[1] == 400

    def test_an_event_that_claims_to_come_from_a_cron_has_to_be_signed(self, build):
        function, calls = self.scheduled(build, tokens=(TOKEN,))
        headers, body = event().to_binary()
        assert post(function, {**headers, **CRON}, body)[1] == 401
        assert calls == []


def test_a_ping_is_handled_as_what_it_stands_for_and_signed_as_that(build):
    handled = []
    meant = event(id="ping-1", extensions={"meanttype": ForecastRequested.TYPE})
    signed = Signer((TOKEN,)).signed(event()).extensions["signature"]
    ping = replace(meant, type="dev.knative.sources.ping")
    function = build(handled.append, tokens=(TOKEN,))
    assert send(function, ping)[1] == 401
    with_signature = {**ping.extensions, "signature": signed}
    assert send(function, replace(ping, extensions=with_signature))[1] == 204
    assert handled == [REQUESTED]
