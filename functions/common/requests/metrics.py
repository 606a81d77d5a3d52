"""What Stockcast counts. Its processes come and go, so the counts are kept in Redis.

    stockcast:metrics:{SHARD}    one hash of counts, each named by parts joined with `|`:

    accepted|KIND|MODEL          requests accepted
    done|KIND|MODEL|SOURCE       requests done; SOURCE says where the result was from
    failed|KIND|MODEL|SLUG       requests failed; SLUG names the type of the problem
    stage|STAGE|PLACE            how often a stage took no longer than BOUNDS_S[PLACE - 1]
    stage|STAGE|sum              how long it took altogether, in milliseconds
    provider|PROVIDER|OUTCOME    calls to a provider of prices
    dead|TYPE                    events that nobody took

The script that moves a request on counts as well (steps.lua), at no cost of a round trip: how long
a request stayed in each stage is counted once it has ended. The counts of what is about no request
are in the shard `unrelated`.
"""

from __future__ import annotations

import logging
from typing import Any

from functions.common.messages.events import ForecastRequested
from functions.common.redis_client import FAILURES
from functions.common.requests.keys import UNRELATED, counts_key

BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""The bounds of the histograms; steps.lua has the same in milliseconds."""
TTL_MS = 90 * 24 * 3600 * 1000
"""Counts that next to nothing was added to for this long are forgotten."""

log = logging.getLogger(__name__)


def kind_and_model(requested: ForecastRequested) -> str:
    """`KIND|MODEL` of a request, both of few values; an analysis has no model to choose."""
    return f"{requested.kind}|{'' if requested.is_analysis else requested.model}"


class Counters:
    """Counts what is about no request. What cannot be counted is logged; nothing fails for it."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def add(self, *parts: str) -> None:
        """Count one more of `parts`."""
        key = counts_key(UNRELATED)
        try:
            pipe = self._redis.pipeline(transaction=False)
            pipe.hincrby(key, "|".join(parts), 1)
            pipe.pexpire(key, TTL_MS)
            pipe.execute()
        except FAILURES as error:
            log.warning("not counted: %s: %s", "|".join(parts), error)
