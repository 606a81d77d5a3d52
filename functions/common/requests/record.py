"""A request as Redis keeps it: one hash a request, changed only by one atomic script.

    stockcast:request:{SHARD}:ID   body, status, submitted_at, deadline, at:STATUS, result_key,
                                   error; a member of a batch: batch, headline

Times are epoch milliseconds. A status only ever moves forward, so duplicated, late or reordered
events change nothing, and `done` and `failed` are final. Every change is published on CHANGES
with the request's id, for the streams that watch it. A member's change moves the counts of its
batch, and its end is published with the batch's id as well. Everything is counted, see `metrics`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from itertools import pairwise
from typing import Any

from functions.common.messages.analyses import UPLOADED
from functions.common.messages.events import ForecastRequested
from functions.common.requests import metrics
from functions.common.requests.batches import batch_key, batch_of

CHANGES = "stockcast:changes"

ADVANCE = (
    metrics.LUA
    + """
local rank = {queued = 1, ingesting = 2, forecasting = 3, done = 4, failed = 4}
local known = redis.call('HMGET', KEYS[1], 'status', 'body', 'batch', 'deadline')
local deadline = known[4] or ARGV[4]
if not known[1] then
  redis.call('HSET', KEYS[1], 'body', ARGV[2], 'submitted_at', ARGV[3], 'deadline', ARGV[4],
             'at:queued', ARGV[3], 'status', 'queued')
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  known[1] = 'queued'
  add(1, 'accepted', ARGV[8])
  keep_counts()
  if ARGV[1] == 'queued' then
    redis.call('PUBLISH', ARGV[6], ARGV[7])
    return {'changed', deadline}
  end
elseif ARGV[2] ~= '' and known[2] ~= ARGV[2] then
  return {'conflict', deadline}
end
local is_late = rank[ARGV[1]] < 4 and tonumber(ARGV[3]) > tonumber(deadline)
if is_late or rank[ARGV[1]] <= rank[known[1]] then
  return {known[1], deadline}
end
redis.call('HSET', KEYS[1], 'status', ARGV[1], 'at:' .. ARGV[1], ARGV[3], unpack(ARGV, 10))
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PUBLISH', ARGV[6], ARGV[7])
if known[3] and redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('HINCRBY', KEYS[2], known[1], -1)
  redis.call('HINCRBY', KEYS[2], ARGV[1], 1)
  redis.call('HSET', KEYS[2], 'updated_at', ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
  if rank[ARGV[1]] == 4 then redis.call('PUBLISH', ARGV[6], known[3]) end
end
local since = redis.call('HMGET', KEYS[1], 'at:' .. known[1], 'submitted_at')
observe(known[1], ARGV[3] - since[1])
if rank[ARGV[1]] == 4 then
  add(1, ARGV[1], ARGV[8], ARGV[9])
  observe('total', ARGV[3] - since[2])
end
keep_counts()
return {'changed', deadline}
"""
)
"""KEYS: the request, its batch if it has one, and its counts. ARGV: status, body, now, deadline,
TTL, channel, id, kind and model, where the result is from or why there is none, then field,
value ...

Answers `changed`, `conflict` (the id stands for another request), or the status that stands: it was
there or further, or its deadline has passed, after which it can only end. Then the deadline.
"""

SET_HEADLINE = """
if redis.call('HEXISTS', KEYS[1], 'headline') == 1 then
  redis.call('HSET', KEYS[1], 'headline', ARGV[1])
end
"""
"""KEYS: the request. ARGV: the headline, JSON."""


class Status(str, Enum):
    """Where a request stands; the last two are final."""

    QUEUED = "queued"
    INGESTING = "ingesting"
    FORECASTING = "forecasting"
    DONE = "done"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in {Status.DONE, Status.FAILED}


class Source(str, Enum):
    """Where the result of a request that is done is from."""

    COMPUTED = "computed"
    STORED = "stored"
    """Equal work had been done before; the forecast function found its result."""
    LATEST = "latest"
    """An equal question had been answered before; web knew the result at once."""


STAGES = (Status.QUEUED, Status.INGESTING, Status.FORECASTING)


@dataclass(frozen=True)
class RequestRecord:
    """One request, as read back; `at_ms` says when it reached each status (epoch ms)."""

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

    def timings_ms(self) -> dict[str, int]:
        """How long each stage took, and all of them, as far as they have ended."""
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


def request_key(request_id: str) -> str:
    """The record's key; the members of a batch share its hash tag."""
    return f"stockcast:request:{{{_shard_of(request_id)}}}:{request_id}"


def advance_keys(request_id: str) -> list[str]:
    """The KEYS of ADVANCE."""
    counts = metrics.key_of(_shard_of(request_id))
    return [request_key(request_id), batch_key(batch_of(request_id)), counts]


def _shard_of(request_id: str) -> str:
    return metrics.shard_of(batch_of(request_id))


def body_of(requested: ForecastRequested) -> str:
    """What was asked, in one canonical form: equal bodies are equal requests."""
    asked = requested.to_data()
    del asked["request_id"]
    return json.dumps(asked, sort_keys=True, separators=(",", ":"))


def decode(request_id: str, stored: Mapping[bytes, bytes]) -> RequestRecord | None:
    """The record in a Redis hash; None where there is none."""
    if not stored:
        return None
    text = {name.decode(): value.decode() for name, value in stored.items()}
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
