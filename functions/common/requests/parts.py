"""The parts of steps.lua, made from what a request, a result or an event is."""

from __future__ import annotations

from functions.common.config import RedisSettings
from functions.common.messages.batch_ids import is_member
from functions.common.messages.events import ForecastRequested
from functions.common.requests import keys
from functions.common.requests.metrics import kind_and_model
from functions.common.requests.record import Status
from functions.common.requests.steps import Part


class Parts:
    """How long what they keep lives is in `settings`."""

    def __init__(self, settings: RedisSettings) -> None:
        self._deadline_ms = int(settings.request_deadline_s * 1000)
        self._result_ms = int(settings.result_ttl_s * 1000)
        self.result_ttl_ms = self._result_ms + 2 * self._deadline_ms
        """A little longer than that of the requests that point to it."""

    def advance(
        self, requested: ForecastRequested, status: Status, *, reason: str = "", **fields: str
    ) -> Part:
        """Move a request on. `reason` is counted, see metrics.py; `fields` are kept with it."""
        return Part(
            "advance",
            keys.keys_of_request(requested.request_id),
            [
                status.value,
                keys.body_of(requested),
                self._deadline_ms,
                self._result_ms + self._deadline_ms,
                requested.request_id,
                kind_and_model(requested),
                reason,
                *(part for pair in fields.items() for part in pair),
            ],
        )

    def compute(self, key: str, token: bytes, lease_ms: int) -> Part:
        """Find a result, or claim its computation."""
        names = (keys.result_name(key), keys.computing_name(key))
        return Part("compute", names, (token, lease_ms, self.result_ttl_ms))

    def store(
        self, requested: ForecastRequested, key: str, result: bytes, fresh_until_ms: int
    ) -> Part:
        """Keep a result (empty: it is kept), and point equal questions to it while it is fresh."""
        names = (keys.result_name(key), keys.computing_name(key), keys.latest_name(requested))
        pointer = f"{keys.request_key(requested.request_id)} {key}"
        times = (self.result_ttl_ms, pointer, fresh_until_ms, self._result_ms)
        return Part("store", names, (result, *times))

    def latest(
        self, requested: ForecastRequested, source: str, *, counts: bool, looks: bool
    ) -> Part:
        """Find the latest result of a question; where that answers it, it `counts`.

        `looks` has it look at the request that the result was computed for, which may be on
        another node of a Redis Cluster.
        """
        names = (
            keys.latest_name(requested),
            keys.counts_key(keys.shard_of(keys.asked_key(requested))),
        )
        counted = kind_and_model(requested) if counts else ""
        return Part("latest", names, (counted, source, self.result_ttl_ms, int(looks)))

    def enter(self, request_id: str, most: int) -> Part:
        """Let a request wait in the backlog."""
        return Part("enter", (keys.BACKLOG,), (self._deadline_ms, request_id, most))


def left(request_id: str) -> list[Part]:
    """What takes a request out of the backlog. Members are not in it: a batch has its own limit."""
    if is_member(request_id):
        return []
    return [Part("leave", (keys.BACKLOG,), (request_id,))]


def read(request_id: str, *, with_result: bool) -> Part:
    """Read a request, and its result."""
    return Part("read", (keys.request_key(request_id),), (int(with_result),))


def forget(request_id: str, result_key: str) -> Part:
    """Forget a request whose result is gone."""
    return Part("forget", (keys.request_key(request_id),), (result_key,))
