"""What Stockcast counts. Its processes come and go, so the counts are kept in Redis.

    stockcast:metrics:{SHARD}    one hash of counts, each named by parts joined with `|`:

    accepted|KIND|MODEL          requests accepted
    done|KIND|MODEL|SOURCE       requests done; SOURCE says where the result was from
    failed|KIND|MODEL|SLUG       requests failed; SLUG names the type of the problem
    stage|STAGE|PLACE            how often a stage took no longer than BOUNDS_S[PLACE - 1]
    stage|STAGE|sum              how long it took altogether, in milliseconds
    provider|PROVIDER|OUTCOME    calls to a provider of prices
    dead|TYPE                    events that nobody took

The script that moves a request on counts as well, at no cost of a round trip. On Redis Cluster a
script may only touch keys that share a hash tag, so requests and batches are spread over SHARDS
tags, and the counts of each lie beside them.
"""

from __future__ import annotations

import logging
import zlib
from typing import TYPE_CHECKING, Any

from functions.common.redis_client import FAILURES

if TYPE_CHECKING:
    from functions.common.messages.events import ForecastRequested

SHARDS = 32
UNRELATED = "unrelated"
"""The shard of what is counted about no request."""

BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
TTL_MS = 90 * 24 * 3600 * 1000
"""Counts that nothing was added to for this long are forgotten."""

LUA = f"""
local function add(by, ...)
  redis.call('HINCRBY', KEYS[#KEYS], table.concat({{...}}, '|'), by)
end
local function observe(stage, ms)
  ms = math.max(ms, 0)
  local place = 1
  for _, bound in ipairs({{{", ".join(str(int(bound * 1000)) for bound in BOUNDS_S)}}}) do
    if ms > bound then place = place + 1 end
  end
  add(1, 'stage', stage, place)
  add(ms, 'stage', stage, 'sum')
end
local function keep_counts()
  redis.call('PEXPIRE', KEYS[#KEYS], {TTL_MS})
end
"""
"""What a script that counts begins with; its last key holds the counts."""

log = logging.getLogger(__name__)


def shard_of(name: str) -> str:
    """The hash tag of everything about `name`."""
    return f"s{zlib.crc32(name.encode()) % SHARDS:02}"


def key_of(shard: str) -> str:
    return f"stockcast:metrics:{{{shard}}}"


def every_key() -> list[str]:
    """All keys that may hold counts."""
    return [key_of(f"s{number:02}") for number in range(SHARDS)] + [key_of(UNRELATED)]


def kind_and_model(requested: ForecastRequested) -> str:
    """`KIND|MODEL` of a request, both of few values; an analysis has no model to choose."""
    return f"{requested.kind}|{'' if requested.is_analysis else requested.model}"


class Counters:
    """Counts what is about no request. What cannot be counted is logged; nothing fails for it."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def add(self, *parts: str) -> None:
        """Count one more of `parts`."""
        key = key_of(UNRELATED)
        try:
            pipe = self._redis.pipeline(transaction=False)
            pipe.hincrby(key, "|".join(parts), 1)
            pipe.pexpire(key, TTL_MS)
            pipe.execute()
        except FAILURES as error:
            log.warning("not counted: %s: %s", "|".join(parts), error)
