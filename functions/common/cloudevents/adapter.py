"""The adapter between HTTP and a function that handles CloudEvents.

A CloudEvent arrives by POST. The function claims its `source` and `id`, so a duplicate gets the
answer of the first delivery and causes no work. The answer tells the broker what to do:

    200 and a CloudEvent   handled: route the reply event
    204                    handled: there is no reply, or it went to K_SINK
    400, 401, 413          not an event for this function, or not signed: do not retry
    408, 429, 503          not now: deliver it again, after Retry-After
    500                    a bug, logged with its traceback: deliver it again

GET /healthz and /_/health (OpenFaaS) succeed while the process is alive. GET /readyz succeeds while
its stores answer.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from functools import partial
from typing import Any

from msgspec.structs import asdict, replace

from functions.common import logs, problems
from functions.common.cloudevents import answers
from functions.common.cloudevents import body as event_body
from functions.common.cloudevents import cron as schedule
from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope, json_bytes
from functions.common.cloudevents.ping_source import as_meant
from functions.common.cloudevents.retries import ONCE, GivenUpError, Retries
from functions.common.cloudevents.signature import Signer
from functions.common.cloudevents.sink import Sink
from functions.common.cloudevents.wsgi import Answer, HttpRequest
from functions.common.errors import (
    ConflictError,
    InvalidMessageError,
    LargeHeadError,
    MalformedEventError,
    RequestError,
    StockcastError,
    TemporaryError,
)
from functions.common.messages.bad_event import requested_by
from functions.common.messages.events import (
    Event,
    ForecastFailed,
    ForecastRequested,
    PricesIngested,
)
from functions.common.requests.keys import event_name
from functions.common.requests.record import RequestRecord
from functions.common.requests.store import Requests
from functions.common.requests.turn import HandledBeforeError, Turn

Handler = Callable[..., Event | None]

log = logging.getLogger(__name__)


class EventFunction:
    """Answers the HTTP requests of one function.

    - `handlers` maps an event class to its handler, which returns the next event or None. If the
      event belongs to a request, the handler also gets the `Turn` and begins it.
    - `sink` receives reply events if no broker takes them (K_SINK).
    - `failure_sink` receives `forecast.failed` events.
    - `ready` raises TemporaryError while a store does not answer.
    - `signer` checks incoming events and signs outgoing ones.
    - `retries` repeats temporary failures if nobody delivers the event again.
    - `on_schedule` is the event that the plain POST of an OpenFaaS cron stands for.
    - `clock` returns the time in epoch seconds.
    """

    def __init__(
        self,
        name: str,
        handlers: Mapping[Any, Handler],
        *,
        requests: Requests,
        sink: Sink | None,
        failure_sink: Sink | None,
        ready: Callable[[], None],
        signer: Signer,
        retries: Retries = ONCE,
        on_schedule: Event | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.source = f"/stockcast/{name}"
        self._name = name
        self._handlers = {kind.TYPE: (kind, handle) for kind, handle in handlers.items()}
        self._requests = requests
        self._sink = sink
        self._failure_sink = failure_sink
        self._ready = ready
        self._signer = signer
        self._retries = retries
        self._on_schedule = on_schedule
        self._clock = clock

    def __call__(self, request: HttpRequest) -> Answer:
        """Answer one HTTP request."""
        if event_body.has_large_head(request):
            return answers.of_problem(problems.from_error(LargeHeadError()))
        if request.method in {"GET", "HEAD"}:
            return answers.of_probe(self._name, request.path, self._ready)
        if request.method != "POST":
            detail = f"{request.method} is not allowed here. POST a CloudEvent instead."
            return answers.of_problem(problems.problem("method", "Method not allowed", 405, detail))
        try:
            envelope = self._scheduled(request) or self._received(request)
            event = self._read(envelope)
        except StockcastError as error:
            log.warning("refused: %s", error.detail)
            return answers.of_problem(problems.from_error(error))
        with logs.about(
            request_id=event.request_id,
            event_id=envelope.id,
            traceparent=envelope.extensions.get("traceparent", ""),
        ):
            return self._answer(envelope, event)

    def _received(self, request: HttpRequest) -> Envelope:
        envelope = as_meant(cloudevent.parse(request.headers, event_body.read(request)))
        self._signer.check(envelope)
        return envelope

    def _scheduled(self, request: HttpRequest) -> Envelope | None:
        if self._on_schedule is None:
            return None
        return schedule.envelope(request.headers, self._on_schedule, self._clock())

    def _read(self, envelope: Envelope) -> Event:
        if envelope.type not in self._handlers:
            known = ", ".join(sorted(self._handlers))
            message = (
                f"{self._name} does not handle the type {envelope.type!r}. It handles {known}."
            )
            raise MalformedEventError(message)
        if not isinstance(envelope.data, dict):
            message = "The data of the CloudEvent must be a JSON object."
            raise MalformedEventError(message)
        try:
            event: Event = self._handlers[envelope.type][0].from_data(envelope.data)
        except InvalidMessageError as error:
            error.status = MalformedEventError.status
            self._fail_unread(envelope, error)
            raise
        return event

    def _fail_unread(self, envelope: Envelope, error: InvalidMessageError) -> None:
        """Fail the request of an event with bad data if no broker dead-letters the event."""
        moves_a_request = envelope.type in {ForecastRequested.TYPE, PricesIngested.TYPE}
        if self._sink and moves_a_request and (requested := requested_by(envelope.data)):
            try:
                self._requests.fail(requested, error)
            except (ConflictError, TemporaryError) as still:
                log.error("cannot mark its request failed: %s", still.detail)  # noqa: TRY400

    def _answer(self, envelope: Envelope, event: Event) -> Answer:
        started = time.perf_counter()
        try:
            return self._retries(lambda: self._settle(envelope, event))
        except TemporaryError as error:
            if self._retries.for_s:
                self._give_up(envelope, event, GivenUpError(self._retries.for_s, error))
            else:
                log.warning("asked for another delivery: %s", error.detail)
            return answers.of_problem(problems.from_error(error), error.retry_after_s)
        except (ConflictError, MalformedEventError) as error:
            log.warning("refused: %s", error.detail)
            return answers.of_problem(problems.from_error(error, status=MalformedEventError.status))
        except Exception:
            log.exception("failed on %s", envelope.type)
            detail = f"{self._name} failed on this event. See its log for the reason."
            if self._retries.for_s:
                self._give_up(envelope, event, RequestError(detail))
            return answers.of_problem(problems.problem("internal", "Internal error", 500, detail))
        finally:
            spent_ms = round((time.perf_counter() - started) * 1000, 1)
            log.info("answered %s", envelope.type, extra={"spent_ms": spent_ms})

    def _settle(self, envelope: Envelope, event: Event) -> Answer:
        """Handle the event, then post the reply to the sink or answer with it."""
        reply = self._once(envelope, event)
        if reply is None:
            return b"", 204, {}
        reply = self._signer.signed(reply)
        if self._sink is None:
            headers, body = reply.to_binary()
            return body, 200, headers
        self._sink.post(reply)
        return b"", 204, {}

    def _give_up(self, envelope: Envelope, event: Event, error: RequestError) -> None:
        """Fail the request of an event that nobody delivers again."""
        log.error("given up on %s: %s", envelope.type, error.detail)
        if requested := _requested_by(event):
            try:
                self._requests.fail(requested, error)
                self._announce_failure(envelope, event, error)
            except TemporaryError as still:
                log.error("its request ends at its deadline: %s", still.detail)  # noqa: TRY400 - the detail suffices

    def _once(self, envelope: Envelope, event: Event) -> Envelope | None:
        """The reply to the event. If the event was handled before, the stored reply."""
        content = hashlib.sha256(envelope.type.encode() + json_bytes(envelope.data)).hexdigest()
        name = event_name(self._name, envelope.source, envelope.id)
        try:
            with self._requests.turn(name, partial(self._outcome, envelope, content)) as turn:
                return self._handle(envelope, event, turn)
        except HandledBeforeError as before:
            if before.outcome["content"] != content:
                message = (
                    f"A different event with the source {envelope.source!r} and the id"
                    f" {envelope.id!r} came before. Give each event its own id."
                )
                raise MalformedEventError(message) from None
            kept = Envelope(**before.outcome["reply"]) if before.outcome["reply"] else None
        asked = self._asked_anew(event, kept)
        if asked is None:
            log.info("handled before")
            return kept
        log.info("handled before, but its request is open again")
        # A new id, so that the next functions do not take the reply for a duplicate.
        again = replace(envelope, id=f"{envelope.id} {asked.submitted_at_ms}")
        with self._requests.turn(None, partial(self._outcome, again, content)) as turn:
            return self._handle(again, event, turn)

    def _asked_anew(self, event: Event, kept: Envelope | None) -> RequestRecord | None:
        """The request of an event that ended it, if that request is open again.

        This happens if Redis lost the record, or dropped it before the event's own entry, and
        someone has submitted the same request id again.
        """
        requested = _requested_by(event)
        if requested is None or (kept and kept.type == PricesIngested.TYPE):
            return None
        record = self._requests.read(requested.request_id)
        is_open = record and record.requested == requested and not record.status.is_final
        return record if is_open else None

    def _handle(self, envelope: Envelope, event: Event, turn: Turn) -> Envelope | None:
        """Handle the event, and store its reply together with the handler's results."""
        requested = _requested_by(event)
        handle = self._handlers[envelope.type][1]
        failure: RequestError | None = None
        following: Event | None = None
        try:
            if requested:
                following = handle(event, turn)
            else:
                turn.claim()
                following = handle(event)
        except ConflictError:
            raise  # the id belongs to someone else's request, which must not fail
        except RequestError as error:
            log.info("the request fails: %s", error.detail)
            failure = error
            if requested:
                turn.fail(requested, error)
        reply = turn.finish(following)["reply"]
        if failure and event.request_id:
            self._announce_failure(envelope, event, failure)
        return Envelope(**reply) if reply else None

    def _outcome(self, envelope: Envelope, content: str, following: Event | None) -> dict[str, Any]:
        """What is stored for duplicates of an event: a digest of its content, and the reply."""
        reply = self._reply(envelope, following) if following else None
        return {"content": content, "reply": asdict(reply) if reply else None}

    def _announce_failure(self, envelope: Envelope, event: Event, error: RequestError) -> None:
        if self._failure_sink:
            failed = ForecastFailed(event.request_id, event.symbol, problems.from_error(error))
            self._failure_sink.post(self._signer.signed(self._reply(envelope, failed)))

    def _reply(self, cause: Envelope, following: Event) -> Envelope:
        """The next event. Its id derives from its cause, so that duplicates can be detected."""
        identity = f"{cause.source}\n{cause.id}\n{following.TYPE}"
        extensions = {"partitionkey": following.symbol} if following.symbol else {}
        extensions |= getattr(following, "extensions", {})
        if "traceparent" in cause.extensions:
            extensions["traceparent"] = cause.extensions["traceparent"]
        now = datetime.fromtimestamp(self._clock(), timezone.utc)
        return Envelope(
            id=hashlib.sha256(identity.encode()).hexdigest()[:32],
            source=self.source,
            type=following.TYPE,
            subject=following.symbol,
            time=now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            data=following.to_data(),
            extensions=extensions,
        )


def _requested_by(event: Event) -> ForecastRequested | None:
    """The request that the event belongs to, or None."""
    if isinstance(event, ForecastRequested):
        return event
    return event.requested if isinstance(event, PricesIngested) else None
