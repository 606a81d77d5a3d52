"""A batch of forecasts as Redis keeps it: one hash, whose members are requests like any other.

    stockcast:batch:{SHARD}:ID       asked, symbols, days, model, total, submitted_at, updated_at,
                                     deadline, published, and how many members stand where:
                                     queued, ingesting, forecasting, done, failed
    stockcast:request:{SHARD}:ID--0017
                                     its member number 17, see `request_record`

The hash tag keeps a batch and its members together, so that one script accepts all of them or
none, and each step of a member changes the counts with it: nobody has to read the members to know
how many are done.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.common.messages.fields import BATCH_ID
from functions.common.requests import metrics

MEMBER_ID = re.compile(rf"({BATCH_ID.pattern})--\d{{4}}")

ACCEPT = (
    metrics.LUA
    + """
local known = redis.call('HGET', KEYS[1], 'asked')
if known then
  return known == ARGV[1] and 'known' or 'conflict'
end
for place = 2, #KEYS - 1 do
  if redis.call('EXISTS', KEYS[place]) == 1 then return 'conflict' end
end
for place = 2, #KEYS - 1 do
  redis.call('HSET', KEYS[place], 'body', ARGV[place + 7], 'batch', ARGV[6],
             'submitted_at', ARGV[3], 'deadline', ARGV[4], 'at:queued', ARGV[3],
             'status', 'queued')
  redis.call('PEXPIRE', KEYS[place], ARGV[5])
end
redis.call('HSET', KEYS[1], 'asked', ARGV[1], 'symbols', ARGV[2], 'total', #KEYS - 2,
           'submitted_at', ARGV[3], 'updated_at', ARGV[3], 'deadline', ARGV[4], 'published', 0,
           'queued', #KEYS - 2, 'ingesting', 0, 'forecasting', 0, 'done', 0, 'failed', 0,
           'days', ARGV[7], 'model', ARGV[8])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
add(#KEYS - 2, 'accepted', 'forecast', ARGV[8])
keep_counts()
return 'accepted'
"""
)
"""KEYS: the batch, its members, its counts. ARGV: digest of what was asked, the symbols, now,
deadline, TTL, id, days, model, then the body of each member.

Answers `accepted`, `known` (the same was accepted before) or `conflict`.
"""

PUBLISHED = """
if redis.call('HGET', KEYS[1], 'published') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'published', ARGV[2], 'updated_at', ARGV[3])
return 1
"""
"""KEYS: the batch. ARGV: how many members were published, how many are now, and when that is.

Answers 0 where someone else has published meanwhile.
"""

COUNTED = ("queued", "ingesting", "forecasting", "done", "failed")
NUMBERS = ("total", "published", "submitted_at", "updated_at", "deadline", *COUNTED)
PROGRESS_FIELDS = ("days", "model", *NUMBERS)
"""What `decode` needs, in its order: without the symbols, which may be 50 kB."""


@dataclass(frozen=True)
class BatchProgress:
    """How a batch gets on. `published` members have been handed to the broker. Times: epoch ms."""

    batch_id: str
    days: int
    model: str
    total: int
    published: int
    submitted_at_ms: int
    updated_at_ms: int
    deadline_ms: int
    counts: Mapping[str, int]

    @property
    def ended(self) -> int:
        """How many members are done or failed."""
        return self.counts["done"] + self.counts["failed"]

    @property
    def has_ended(self) -> bool:
        return self.ended >= self.total

    def is_overdue(self, now_ms: int) -> bool:
        return not self.has_ended and now_ms > self.deadline_ms


def decode(batch_id: str, stored: list[bytes | None]) -> BatchProgress | None:
    """The progress in the PROGRESS_FIELDS of a batch; None where there is none."""
    if any(value is None for value in stored):
        return None
    text = dict(zip(PROGRESS_FIELDS, [(value or b"").decode() for value in stored], strict=True))
    numbers = {name: int(text[name]) for name in NUMBERS}
    return BatchProgress(
        batch_id,
        int(text["days"]),
        text["model"],
        numbers["total"],
        numbers["published"],
        numbers["submitted_at"],
        numbers["updated_at"],
        numbers["deadline"],
        {name: numbers[name] for name in COUNTED},
    )


def batch_key(batch_id: str) -> str:
    return f"stockcast:batch:{{{metrics.shard_of(batch_id)}}}:{batch_id}"


def member_id(batch_id: str, number: int) -> str:
    """The request id of member `number`, from 0."""
    return f"{batch_id}--{number:04}"


def batch_of(request_id: str) -> str:
    """The batch that an id of a member's shape belongs to; of another shape, the id itself."""
    matched = MEMBER_ID.fullmatch(request_id)
    return matched[1] if matched else request_id


def is_member(request_id: str) -> bool:
    """Whether the id has a member's shape."""
    return batch_of(request_id) != request_id


def headline(result: Mapping[str, Any]) -> dict[str, Any]:
    """What a batch's table shows of a member's result: it lies with the request, as JSON."""
    low80, high80 = result["intervals"]["80"]
    low95, high95 = result["intervals"]["95"]
    return {
        "last_date": result["last_date"],
        "last_price": result["last_price"],
        "target_date": result["target_date"],
        "predicted_price": result["predicted_price"],
        "lo80": low80,
        "hi80": high80,
        "lo95": low95,
        "hi95": high95,
        "probability_higher": result.get("probability_higher"),
        "trust": result["backtest"]["trust"]["state"],
    }
