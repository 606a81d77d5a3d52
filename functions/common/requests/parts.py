"""Builds the parts of steps.lua from requests, results and events."""

from __future__ import annotations

from functions.common.config import RedisSettings
from functions.common.messages.batch_ids import is_member
from functions.common.messages.events import ForecastRequested
from functions.common.requests import keys
from functions.common.requests.metrics import kind_and_model
from functions.common.requests.record import Status
from functions.common.requests.steps import Part


class Parts:
    """Builds the parts that need a lifetime. `settings` has the lifetimes."""

    def __init__(self, settings: RedisSettings) -> None:
        self._deadline_ms = int(settings.request_deadline_s * 1000)
        self._result_ms = int(settings.result_ttl_s * 1000)
        self.result_ttl_ms = self._result_ms + 3 * self._deadline_ms
        """A little longer than the lifetime of the requests that point to the result."""
        self.history_ttl_ms = self._result_ms + self.result_ttl_ms + 2 * self._deadline_ms
        """Results share a history for `result_ttl_s` (see `Forecasting`). It outlives the last."""

    def advance(
        self, requested: ForecastRequested, status: Status, *, reason: str = "", **fields: str
    ) -> Part:
        """Advance a request. `reason` is counted (see metrics.py). `fields` are stored with it."""
        return Part(
            "advance",
            keys.keys_of_request(requested.request_id),
            [
                status.value,
                keys.body_of(requested),
                self._deadline_ms,
                self._result_ms + 2 * self._deadline_ms,
                requested.request_id,
                kind_and_model(requested),
                reason,
                *(part for pair in fields.items() for part in pair),
            ],
        )

    def compute(self, key: str, token: bytes, lease_ms: int) -> Part:
        """Find a result, or claim its computation."""
        names = (keys.result_name(key), keys.computing_name(key), keys.history_name(key))
        return Part("compute", names, (token, lease_ms, self.result_ttl_ms, self.history_ttl_ms))

    def store(
        self,
        requested: ForecastRequested,
        key: str,
        result: bytes,
        packed: bytes,
        fresh_until_ms: int,
    ) -> Part:
        """Store a result, and point equal questions to it while it is fresh.

        If `result` is empty, it is already stored, and so is its history if `packed` is empty.
        """
        names = (
            keys.result_name(key),
            keys.computing_name(key),
            keys.latest_name(requested),
            keys.history_name(key),
        )
        pointer = f"{keys.request_key(requested.request_id)} {key}"
        times = (self.result_ttl_ms, pointer, fresh_until_ms, self._result_ms)
        return Part("store", names, (result, *times, packed, self.history_ttl_ms))

    def latest(
        self, requested: ForecastRequested, source: str, *, counts: bool, looks: bool
    ) -> Part:
        """Find the latest result of a question. If `counts`, an answer counts as a request.

        If `looks`, it checks the request that the result was computed for. On Redis Cluster that
        request can be on another node, where a script cannot look.
        """
        names = (
            keys.latest_name(requested),
            keys.counts_key(keys.shard_of(requested.symbol)),
        )
        counted = kind_and_model(requested) if counts else ""
        times = (self.result_ttl_ms, self.history_ttl_ms)
        return Part("latest", names, (counted, source, *times, int(looks)))

    def enter(self, request_id: str, most: int) -> Part:
        """Add a request to the backlog, which can hold at most `most` requests."""
        return Part("enter", (keys.BACKLOG,), (self._deadline_ms, request_id, most))


def left(request_id: str) -> list[Part]:
    """The parts that remove a request from the backlog.

    A batch has its own limit, so its members are never in the backlog.
    """
    if is_member(request_id):
        return []
    return [Part("leave", (keys.BACKLOG,), (request_id,))]


def read(request_id: str, *, with_result: bool) -> Part:
    """Read a request, and its result if `with_result`."""
    return Part("read", (keys.request_key(request_id),), (int(with_result),))


def forget(request_id: str, result_key: str) -> Part:
    """Forget a request whose result is gone."""
    return Part("forget", (keys.request_key(request_id),), (result_key,))
