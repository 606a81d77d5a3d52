"""A turn: the work of one delivery of an event on its request, in two steps.

1. Claim the event, advance the request, and find the result or claim its computation.
2. Store the result, end the request, and store the reply for duplicates of the event.

If the reply is known at once, there is only one step (`pass_on`).

A turn writes nothing between the steps. If it fails, its claims become free, and the next delivery
of the event starts from the beginning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from functions.common.errors import ConflictError, DeadlineError, RequestError, TemporaryError
from functions.common.messages.batch_ids import is_member
from functions.common.messages.events import ForecastRequested
from functions.common.problems import from_error
from functions.common.requests import claims, history, keys, parts
from functions.common.requests.batches import headline
from functions.common.requests.claims import Leases, Outcome
from functions.common.requests.parts import Parts
from functions.common.requests.record import Source, Status
from functions.common.requests.steps import Part, Steps

if TYPE_CHECKING:
    from typing_extensions import Self

REMEMBERED_S = 24 * 3600.0
"""How long Redis keeps the reply to an event for duplicates."""


class HandledBeforeError(Exception):
    """The event was handled before. `outcome` is the stored outcome."""

    def __init__(self, outcome: Any) -> None:
        super().__init__()
        self.outcome = outcome


class Moved(Struct, frozen=True):
    """The result of advancing a request. `stands_at` is None if it has advanced.

    Otherwise, `stands_at` is the status that the request stays in.
    """

    stands_at: Status | None
    deadline_ms: int
    now_ms: int
    result_key: str

    @classmethod
    def read(cls, requested: ForecastRequested, reply: Sequence[bytes]) -> Moved:
        """Read the reply of the part `advance`.

        Raises ConflictError if the id belongs to a different request.
        """
        came, deadline, now, result_key = reply
        if came == b"conflict":
            raise ConflictError(
                f"The request id {requested.request_id!r} was used before for another symbol,"
                " number of days, model or options, or for another analysis. Choose another id."
            )
        stands_at = None if came == b"changed" else Status(came.decode())
        return cls(stands_at, int(deadline), int(now), result_key.decode())

    def time_left_s(self) -> float | None:
        """The seconds until the deadline. None if the request has ended.

        Raises DeadlineError if the deadline has passed.
        """
        if self.stands_at and self.stands_at.is_final:
            return None
        left_s = (self.deadline_ms - self.now_ms) / 1000
        if self.stands_at and left_s < 0:
            raise DeadlineError(self.stands_at.value)
        return left_s


class Begun(Struct, frozen=True):
    """A request in progress: the seconds until its deadline, and its result if it is known.

    The result is as it is stored: its history may be apart (see history.py).
    """

    time_left_s: float
    result: bytes | None = None


class Turn:
    """One turn, see the module. `event` is the key of the event's claim, if there is one."""

    def __init__(
        self,
        steps: Steps,
        made: Parts,
        leases: Leases,
        event: str | None,
        outcome_of: Callable[[Any], Any],
        *,
        patience_s: float,
    ) -> None:
        self._steps = steps
        self._parts = made
        self._leases = leases
        self._event = event
        self._outcome_of = outcome_of
        self._patience_s = patience_s
        self._token = claims.new_token()
        self._held: list[str] = []
        self._to_do: list[Part] = []
        self._ended: ForecastRequested | None = None
        self._passed_on: Any = None
        self._has_history = False

    def claim(self) -> None:
        """Claim the event. Raises HandledBeforeError if it has an outcome."""
        claims.waiting_for(lambda: self._run([]), self._patience_s)

    def begin(
        self, requested: ForecastRequested, stage: Status, *, result_key: str = ""
    ) -> Begun | None:
        """Claim the event and advance the request to `stage`. None if the request has ended.

        With a `result_key`, also find its result, or claim the right to compute it.

        Raises HandledBeforeError if the event has an outcome, DeadlineError if the request's
        deadline has passed, and ConflictError if its id belongs to a different request.
        """
        step = [self._parts.advance(requested, stage)]
        if result_key:
            step.append(self._computation(result_key))
        reply, *computation = claims.waiting_for(lambda: self._run(step), self._patience_s)
        left_s = Moved.read(requested, reply).time_left_s()
        if left_s is None:
            return None
        return Begun(left_s, self._found(result_key, computation) if result_key else None)

    def pass_on(self, requested: ForecastRequested, stage: Status, reply: Any) -> bool:
        """Claim the event, advance the request to `stage` and store the reply, in one step.

        False if the request has ended, so that there is nothing to reply. Raises the errors of
        `begin`.
        """
        if self._event is None:
            return self.begin(requested, stage) is not None
        outcome = self._outcome_of(reply)
        event, kept = self._event, claims.kept(outcome)
        claiming = Part("claim", (event,), (kept, int(REMEMBERED_S * 1000)))
        step = (claiming, self._parts.advance(requested, stage))

        def claim() -> list[Any] | None:
            standing, *advanced = self._steps.run(*step)
            return advanced if standing == b"ours" else self._of_others(standing)

        [advanced] = claims.waiting_for(claim, self._patience_s)
        try:
            if Moved.read(requested, advanced).time_left_s() is None:
                return False
        except ConflictError:
            self._leases.release({event: kept})
            raise
        self._passed_on = outcome
        return True

    def result(self, key: str) -> bytes | None:
        """The result under `key`. None if this turn must compute it."""
        return self._found(key, self._steps.run(self._computation(key)))

    def done(
        self,
        requested: ForecastRequested,
        key: str,
        result: bytes,
        source: Source,
        *,
        fresh_until_ms: int = 0,
    ) -> None:
        """End the request with its result. It answers equal questions until `fresh_until_ms`."""
        fields = {"result_key": key}
        kept, past = (result, b"") if requested.is_analysis else history.split(result)
        if is_member(requested.request_id) and not requested.is_analysis:
            fields["headline"] = json.dumps(headline(json.loads(kept)))
        packed = b""
        if source is not Source.COMPUTED:
            kept = b""
        elif past and not self._has_history:
            packed = history.packed(past)
        self._to_do += [
            self._parts.store(requested, key, kept, packed, fresh_until_ms),
            self._parts.advance(requested, Status.DONE, reason=source.value, **fields),
            *parts.left(requested.request_id),
        ]
        self._ended = requested

    def fail(self, requested: ForecastRequested, error: RequestError) -> None:
        """End the request as failed, because of `error`."""
        self._to_do = [
            self._parts.advance(
                requested, Status.FAILED, reason=error.slug, error=json.dumps(from_error(error))
            ),
            *parts.left(requested.request_id),
        ]
        self._ended = requested

    def finish(self, reply: Any) -> Any:
        """Write the noted changes, and store and return the outcome of the event for duplicates.

        Raises ConflictError if the request's id belongs to a different request, and TemporaryError
        if Redis has lost the history since the turn began.
        """
        if self._passed_on is not None:
            return self._passed_on
        outcome = self._outcome_of(reply)
        step = list(self._to_do)
        if self._event:
            step.append(claims.settling(self._event, outcome, REMEMBERED_S))
        replies = self._steps.run(*step) if step else []
        if b"lost" in replies:
            raise TemporaryError("Redis has lost the stock's history. It is stored again.")
        if self._ended:
            place = [part.name for part in step].index("advance")
            Moved.read(self._ended, replies[place])
        stored = [part.keys[1] for part in step if part.name == "store" and part.arguments[0]]
        self._forget([self._event, *stored])
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the remaining claims."""
        left = dict.fromkeys(self._held, self._token)
        self._forget(list(left))
        if left:
            self._leases.release(left)

    def _computation(self, key: str) -> Part:
        return self._parts.compute(key, self._token, claims.lease_ms())

    def _run(self, step: list[Part]) -> list[Any] | None:
        """The replies to the step. None while another worker holds the event."""
        if self._event is None or self._event in self._held:
            return self._steps.run(*step)
        standing, *replies = self._steps.run(claims.claiming(self._event, self._token), *step)
        if standing == b"ours":
            self._hold(self._event)
            return replies
        return self._of_others(standing)

    @staticmethod
    def _of_others(standing: bytes) -> None:
        """None if another worker holds the event. Raises HandledBeforeError if it is handled."""
        known = claims.outcome(standing)
        if isinstance(known, Outcome):
            raise HandledBeforeError(known.value)

    def _found(self, key: str, replies: list[Any]) -> bytes | None:
        """The result under `key`, as it is stored. None if this turn must compute it.

        Waits if another worker computes it.
        """
        waited = list(replies)

        def look() -> list[Any] | None:
            [reply] = waited or self._steps.run(self._computation(key))
            waited.clear()
            return None if reply[0] == b"theirs" else reply

        reply = claims.waiting_for(look, self._patience_s)
        if reply[0] == b"known":
            result: bytes = reply[1]
            return result
        self._has_history = reply[1] == 1
        self._hold(keys.computing_name(key))
        return None

    def _hold(self, name: str) -> None:
        self._held.append(name)
        self._leases.hold(name, self._token)

    def _forget(self, names: Sequence[str | None]) -> None:
        for name in names:
            if name in self._held:
                self._held.remove(name)
                self._leases.end(name)
