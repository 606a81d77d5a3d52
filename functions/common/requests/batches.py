"""A batch of forecasts in Redis: one hash, plus one ordinary request per member.

    stockcast:batch:{SHARD}:ID       asked, symbols, days, model, total, submitted_at, updated_at,
                                     deadline, published, and the number of members in each state:
                                     queued, ingesting, forecasting, done, failed
    stockcast:request:{SHARD}:ID--0017
                                     member number 17, see record.py

A batch and its members share a hash tag. So one script can accept all members or none. Each step of
a member also updates the batch's counts, so nobody has to read the members to count them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

ACCEPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local at, deadline = string.format('%.0f', now), string.format('%.0f', now + ARGV[3])
local known = redis.call('HGET', KEYS[1], 'asked')
if known then
  return known == ARGV[1] and 'known' or 'conflict'
end
for place = 2, #KEYS - 1 do
  if redis.call('EXISTS', KEYS[place]) == 1 then return 'conflict' end
end
for place = 2, #KEYS - 1 do
  redis.call('HSET', KEYS[place], 'body', ARGV[place + 6], 'batch', ARGV[5],
             'submitted_at', at, 'deadline', deadline, 'at:queued', at, 'status', 'queued')
  redis.call('PEXPIRE', KEYS[place], ARGV[4])
end
redis.call('HSET', KEYS[1], 'asked', ARGV[1], 'symbols', ARGV[2], 'total', #KEYS - 2,
           'submitted_at', at, 'updated_at', at, 'deadline', deadline, 'published', 0,
           'queued', #KEYS - 2, 'ingesting', 0, 'forecasting', 0, 'done', 0, 'failed', 0,
           'days', ARGV[6], 'model', ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HINCRBY', KEYS[#KEYS], 'accepted|forecast|' .. ARGV[7], #KEYS - 2)
redis.call('PEXPIRE', KEYS[#KEYS], 90 * 24 * 3600 * 1000)
return 'accepted'
"""
"""Accepts a batch.

KEYS: the batch, its members, its counts. ARGV: the digest of the question, the symbols, the time
until the deadline, the TTL, id, days, model, then the body of each member.

Returns `accepted`, `known` (the same batch was accepted before) or `conflict`.
"""

PUBLISHED = """
if redis.call('HGET', KEYS[1], 'published') ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], 'published', ARGV[2], 'updated_at', at)
return 1
"""
"""Updates the number of published members.

KEYS: the batch. ARGV: the old number and the new number.

Returns 0 if another process has changed the number meanwhile.
"""

COUNTED = ("queued", "ingesting", "forecasting", "done", "failed")
NUMBERS = ("total", "published", "submitted_at", "updated_at", "deadline", *COUNTED)
PROGRESS_FIELDS = ("days", "model", *NUMBERS)
"""The fields that `decode` reads, in order. Leaves out the symbols, which can take 50 kB."""


class BatchProgress(Struct, frozen=True):
    """The progress of a batch at `read_at_ms`. Times are in epoch milliseconds.

    `published` is the number of members that were handed to the broker.
    """

    batch_id: str
    days: int
    model: str
    total: int
    published: int
    submitted_at_ms: int
    updated_at_ms: int
    deadline_ms: int
    counts: Mapping[str, int]
    read_at_ms: int

    @property
    def ended(self) -> int:
        """The number of members that are done or failed."""
        return self.counts["done"] + self.counts["failed"]

    @property
    def has_ended(self) -> bool:
        return self.ended >= self.total

    @property
    def is_overdue(self) -> bool:
        return not self.has_ended and self.read_at_ms > self.deadline_ms


def decode(batch_id: str, stored: list[bytes | None], now_ms: int) -> BatchProgress | None:
    """The progress, from the values of PROGRESS_FIELDS. None if there is no such batch."""
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
        now_ms,
    )


def headline(result: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a member's result that a batch's table shows. The request stores them."""
    low80, high80 = result["intervals"]["80"]
    low95, high95 = result["intervals"]["95"]
    return {
        "last_date": result["last_date"],
        "last_price": result["last_price"],
        "currency": result.get("currency", "USD"),
        "target_date": result["target_date"],
        "predicted_price": result["predicted_price"],
        "lo80": low80,
        "hi80": high80,
        "lo95": low95,
        "hi95": high95,
        "probability_higher": result.get("probability_higher"),
        "trust": result["backtest"]["trust"]["state"],
    }
