"""Metrics. Stockcast's processes come and go, so Redis stores the counts.

    stockcast:metrics:{SHARD}    one hash of counts, each named by parts joined with `|`:

    accepted|KIND|MODEL          accepted requests
    done|KIND|MODEL|SOURCE       completed requests, by where the result came from
    failed|KIND|MODEL|SLUG       failed requests, by the type of the problem
    stage|STAGE|PLACE            stages that fall into the histogram's bucket PLACE (BOUNDS_S)
    stage|STAGE|sum              the total time in a stage, in milliseconds
    provider|PROVIDER|OUTCOME    calls to a price provider
    dead|TYPE                    events that no function accepted

The script that changes a request also counts it (steps.lua), which saves a round trip. It counts
the time in each stage when the request ends. Counts that belong to no request are in the shard
`unrelated`.
"""

from __future__ import annotations

import logging

from functions.common.errors import TemporaryError
from functions.common.messages.events import ForecastRequested
from functions.common.requests.keys import UNRELATED, counts_key
from functions.common.requests.steps import Part, Steps

BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""The upper bounds of the histogram buckets. steps.lua has the same ones in milliseconds."""

log = logging.getLogger(__name__)


def kind_and_model(requested: ForecastRequested) -> str:
    """`KIND|MODEL` of a request. The model of an analysis is empty."""
    return f"{requested.kind}|{'' if requested.is_analysis else requested.model}"


class Counters:
    """Counts things that belong to no request. If counting fails, it only logs a warning."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def add(self, *parts: str) -> None:
        """Count one more of `parts`."""
        name = "|".join(parts)
        try:
            self._steps.run(Part("count", (counts_key(UNRELATED),), (name,)))
        except TemporaryError as error:
            log.warning("not counted: %s: %s", name, error.detail)
