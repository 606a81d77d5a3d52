"""The state of requests in Redis, for the functions that work on them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from functions.common.config import RedisSettings
from functions.common.errors import ConflictError, DeadlineError, RequestError
from functions.common.messages.events import ForecastRequested
from functions.common.problems import from_error
from functions.common.redis_client import failures_are_temporary
from functions.common.requests import backlog, metrics
from functions.common.requests import record as request_record
from functions.common.requests.record import RequestRecord, Source, Status

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Moved:
    """What came of moving a request on: where it `stands_at` instead, None where it has moved."""

    stands_at: Status | None
    deadline_ms: int

    @classmethod
    def read(cls, requested: ForecastRequested, answer: Sequence[bytes]) -> Moved:
        """From what the ADVANCE script answers. ConflictError where the id is another's."""
        came, deadline = answer
        if came == b"conflict":
            raise ConflictError(
                f"The request id {requested.request_id!r} was used before for another symbol,"
                " number of days, model or options, or another analysis. Choose another id."
            )
        return cls(None if came == b"changed" else Status(came.decode()), int(deadline))


class RequestStore:
    """Moves requests forward. `clock` gives the time in epoch seconds."""

    def __init__(self, redis: Any, settings: RedisSettings, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._settings = settings
        self._clock = clock
        self._advance = redis.register_script(request_record.ADVANCE)
        self._set_headline = redis.register_script(request_record.SET_HEADLINE)

    def advance(
        self, requested: ForecastRequested, status: Status, *, reason: str = "", **fields: str
    ) -> Moved:
        """Move the request on to `status`, creating its record if an event came without one.

        `reason` is counted: where the result is from, or why there is none. `ConflictError` where
        its id stands for another request.
        """
        arguments = advance_arguments(
            requested, status, reason, fields, self._settings, self._clock()
        )
        with failures_are_temporary():
            answer = self._advance(
                keys=request_record.advance_keys(requested.request_id), args=arguments
            )
            if status.is_final and backlog.holds(requested.request_id):
                self._redis.zrem(backlog.KEY, requested.request_id)
        return Moved.read(requested, answer)

    def begin(self, requested: ForecastRequested, stage: Status) -> datetime | None:
        """Move the request on to `stage`, to work on it; the moment until which it has time.

        None where it has ended. `DeadlineError` where its time is over, `ConflictError` where its
        id stands for another request.
        """
        moved = self.advance(requested, stage)
        if moved.stands_at and moved.stands_at.is_final:
            log.info("the request has ended before")
            return None
        if moved.stands_at and self._clock() * 1000 > moved.deadline_ms:
            raise DeadlineError(moved.stands_at.value)
        return datetime.fromtimestamp(moved.deadline_ms / 1000, timezone.utc)

    def done(
        self,
        requested: ForecastRequested,
        result_key: str,
        source: Source = Source.COMPUTED,
        **fields: str,
    ) -> Moved:
        """End the request as done, with a result from `source`."""
        return self.advance(
            requested, Status.DONE, reason=source.value, result_key=result_key, **fields
        )

    def set_headline(self, request_id: str, headline: Mapping[str, Any]) -> None:
        """Replace what the table of a batch shows of a member that is done, if it is still kept."""
        with failures_are_temporary():
            self._set_headline(
                keys=[request_record.request_key(request_id)], args=[json.dumps(headline)]
            )

    def fail(self, requested: ForecastRequested, error: RequestError) -> Moved:
        """End the request as failed, for the reason `error` gives."""
        return self.advance(
            requested, Status.FAILED, reason=error.slug, error=json.dumps(from_error(error))
        )

    def read(self, request_id: str) -> RequestRecord | None:
        with failures_are_temporary():
            stored = self._redis.hgetall(request_record.request_key(request_id))
        return request_record.decode(request_id, stored)


def advance_arguments(
    requested: ForecastRequested,
    status: Status,
    reason: str,
    fields: Mapping[str, str],
    settings: RedisSettings,
    now_s: float,
) -> list[str | int]:
    """What the ADVANCE script takes; shared with web's asynchronous store."""
    now_ms = int(now_s * 1000)
    ttl_s = settings.result_ttl_s + settings.request_deadline_s
    pairs = [part for pair in fields.items() for part in pair]
    return [
        status.value,
        request_record.body_of(requested),
        now_ms,
        now_ms + int(settings.request_deadline_s * 1000),
        int(ttl_s * 1000),
        request_record.CHANGES,
        requested.request_id,
        metrics.kind_and_model(requested),
        reason,
        *pairs,
    ]
