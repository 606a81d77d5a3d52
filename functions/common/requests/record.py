"""A request in Redis: one hash per request. Only one atomic script changes it.

    stockcast:request:{SHARD}:ID   body, status, submitted_at, deadline, at:STATUS, result_key,
                                   error. A member of a batch also has: batch, headline

Times are epoch milliseconds by Redis's clock. A status only moves forward, so duplicate, late or
reordered events change nothing. `done` and `failed` are final.

The script publishes every change on CHANGES as `ID STATUS TIME`, for the streams that watch the
request. For `done`, it adds the key of the result. If a member changes, the script updates the
counts of its batch. When a member ends, it also publishes the batch's id. The script counts
everything (see `metrics`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from enum import Enum
from itertools import pairwise
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from functions.common.messages.analyses import UPLOADED
from functions.common.messages.events import ForecastRequested

CHANGES = "stockcast:changes"


class Status(str, Enum):
    """The status of a request. The last two are final."""

    QUEUED = "queued"
    INGESTING = "ingesting"
    FORECASTING = "forecasting"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in {Status.DONE, Status.FAILED}


class Source(str, Enum):
    """Where the result of a completed request comes from."""

    COMPUTED = "computed"
    STORED = "stored"
    """The forecast function found a stored result of the same work."""
    LATEST = "latest"
    """Web found a recent answer to the same question, and answered at once."""


STAGES = (Status.QUEUED, Status.INGESTING, Status.FORECASTING)


class RequestRecord(Struct, frozen=True):
    """One request, as read from Redis. `at_ms` is when it reached each status (epoch ms)."""

    requested: ForecastRequested
    status: Status
    submitted_at_ms: int
    deadline_ms: int
    at_ms: Mapping[Status, int] = field(default_factory=dict)
    result_key: str = ""
    error: Mapping[str, Any] | None = None

    @property
    def updated_at_ms(self) -> int:
        return max(self.at_ms.values(), default=self.submitted_at_ms)

    def is_overdue(self, now_ms: int) -> bool:
        return not self.status.is_final and now_ms > self.deadline_ms

    def reached(self, status: Status, at_ms: int, result_key: str = "") -> RequestRecord:
        """A copy of the request that has reached `status`."""
        at = {**self.at_ms, status: at_ms}
        return replace(self, status=status, at_ms=at, result_key=result_key)

    def timings_ms(self) -> dict[str, int]:
        """How long each finished stage took, and the total if the request has ended."""
        reached = sorted((at, status) for status, at in self.at_ms.items())
        spent = {status.value: later - at for (at, status), (later, _) in pairwise(reached)}
        if self.status.is_final:
            spent["total"] = self.updated_at_ms - self.submitted_at_ms
        return spent

    def document(self) -> dict[str, Any]:
        """The request as the API shows it, without the result."""
        shown: dict[str, Any] = {
            "id": self.requested.request_id,
            "symbol": self.requested.symbol,
            **self._asked(),
            "status": self.status.value,
            "submitted_at": iso(self.submitted_at_ms),
            "updated_at": iso(self.updated_at_ms),
            "timings_ms": self.timings_ms(),
        }
        if self.error is not None:
            shown["error"] = dict(self.error)
        return shown

    def _asked(self) -> dict[str, Any]:
        requested, options = self.requested, dict(self.requested.options)
        if requested.is_analysis:
            parameters = {name: options[name] for name in options if name not in UPLOADED}
            return {"kind": requested.kind, "parameters": parameters}
        asked = {"days": requested.days, "model": requested.model}
        return {**asked, "options": options} if options else asked


def decode(request_id: str, stored: Sequence[bytes]) -> RequestRecord | None:
    """The record in a Redis hash, given as alternating names and values. None if it is empty."""
    if not stored:
        return None
    text = dict(zip(*(iter([part.decode() for part in stored]),) * 2, strict=True))
    return RequestRecord(
        requested=ForecastRequested(request_id, **json.loads(text["body"])),
        status=Status(text["status"]),
        submitted_at_ms=int(text["submitted_at"]),
        deadline_ms=int(text["deadline"]),
        at_ms={
            status: int(text[f"at:{status.value}"])
            for status in Status
            if f"at:{status.value}" in text
        },
        result_key=text.get("result_key", ""),
        error=json.loads(text["error"]) if "error" in text else None,
    )


def iso(epoch_ms: int) -> str:
    """`2013-03-01T12:00:00.000Z`."""
    moment = datetime.fromtimestamp(epoch_ms / 1000, timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
