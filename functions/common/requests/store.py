"""Requests in Redis, for the functions that work on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from functions.common.config import RedisSettings
from functions.common.errors import RequestError
from functions.common.messages.batch_ids import is_member
from functions.common.messages.events import ForecastRequested
from functions.common.problems import from_error
from functions.common.requests import keys, parts
from functions.common.requests.batches import headline
from functions.common.requests.claims import PATIENCE_S, Leases
from functions.common.requests.parts import Parts
from functions.common.requests.record import RequestRecord, Source, Status, decode
from functions.common.requests.steps import Part, Steps
from functions.common.requests.turn import Moved, Turn


def _unchanged(reply: Any) -> Any:
    return reply


class Requests:
    """Reads and changes requests, and updates counts, streams and latest results.

    To work on a request, take a `turn`. The other methods only change or read one.
    """

    def __init__(
        self, redis: Any, settings: RedisSettings, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._steps = Steps(redis, are_split=settings.cluster)
        self._parts = Parts(settings)
        self._leases = Leases(self._steps)
        self._patience_s = patience_s

    def turn(self, event: str | None, outcome_of: Callable[[Any], Any] = _unchanged) -> Turn:
        """A turn that claims `event` (from keys.event_name), if given, when it begins.

        `outcome_of` turns a reply into the JSON that is stored for duplicates of the event. Use the
        turn as a context manager. On exit, it releases claims that are not finished.
        """
        made = self._steps, self._parts, self._leases
        return Turn(*made, event, outcome_of, patience_s=self._patience_s)

    def advance(
        self, requested: ForecastRequested, status: Status, *, reason: str = "", **fields: str
    ) -> Moved:
        """Advance the request to `status`. Creates its record if there is none.

        `reason` is counted: the source of the result, or why there is none. Raises ConflictError if
        the id belongs to a different request.
        """
        left = parts.left(requested.request_id) if status.is_final else []
        step = self._parts.advance(requested, status, reason=reason, **fields)
        return Moved.read(requested, self._steps.run(step, *left)[0])

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

    def fail(self, requested: ForecastRequested, error: RequestError) -> Moved:
        """End the request as failed, because of `error`."""
        return self.advance(
            requested, Status.FAILED, reason=error.slug, error=json.dumps(from_error(error))
        )

    def tell(self, request_id: str, result: dict[str, Any]) -> None:
        """If the request is a member of a batch, update its row in the batch's table."""
        if is_member(request_id):
            shown = json.dumps(headline(result))
            self._steps.run(Part("headline", (keys.request_key(request_id),), (shown,)))

    def read(self, request_id: str) -> RequestRecord | None:
        [(_, stored, _)] = self._steps.run(parts.read(request_id, with_result=False))
        return decode(request_id, stored)
