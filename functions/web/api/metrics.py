"""GET /metrics: the counts of Stockcast and of this process, in Prometheus's text format."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.common.requests.metrics import BOUNDS_S
from functions.web.stores.requests import WebStore

if TYPE_CHECKING:
    from prometheus_client.core import HistogramMetricFamily

COUNTERS = {
    "accepted": ("stockcast_requests_accepted", "Requests accepted.", ("kind", "model")),
    "done": (
        "stockcast_requests_done",
        "Requests done, by the source of the result.",
        ("kind", "model", "source"),
    ),
    "failed": (
        "stockcast_requests_failed",
        "Requests failed, by the type of the problem.",
        ("kind", "model", "problem"),
    ),
    "provider": (
        "stockcast_provider_calls",
        "Calls to a price provider, by outcome.",
        ("provider", "outcome"),
    ),
    "dead": ("stockcast_dead_letters", "Events that could not be delivered.", ("type",)),
}
"""For each prefix of a count in Redis: the counter's name, help and labels (`common.metrics`)."""
STAGE_SECONDS = "stockcast_request_stage_seconds"
OPEN_STREAMS = "stockcast_open_streams"


class MetricsApi(Struct):
    """Serves the metrics to clients that have the token.

    Without a token, it serves clients that reach web directly, as Prometheus does. Requests through
    an ingress get 404, because the figures are not for the public. `open_streams` returns the
    number of streams that this process serves.
    """

    store: WebStore
    open_streams: Callable[[], int]
    token: str

    def routes(self) -> Sequence[Route]:
        return [Route("/metrics", self.metrics)]

    async def metrics(self, request: Request) -> Response:
        """Answer one scrape."""
        if not self._may_read(request):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

        counts = await self.store.counts()
        body = generate_latest(Families(counts, self.open_streams()))
        return Response(body, headers={"content-type": CONTENT_TYPE_PLAIN_0_0_4})

    def _may_read(self, request: Request) -> bool:
        if self.token:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())
        return "x-forwarded-for" not in request.headers and "forwarded" not in request.headers


class Families:
    """The metric families, for prometheus_client's `generate_latest`."""

    def __init__(self, counts: Mapping[str, int], open_streams: int) -> None:
        self._open_streams = open_streams
        self._by_kind: dict[str, list[tuple[list[str], int]]] = defaultdict(list)
        for name, value in counts.items():
            kind, *labels = name.split("|")
            self._by_kind[kind].append((labels, value))

    def collect(self) -> Iterator[Any]:
        """Each family with its samples."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for kind, (name, text, labels) in COUNTERS.items():
            family = CounterMetricFamily(name, text, labels=labels)
            for values, count in sorted(self._by_kind[kind]):
                family.add_metric(values, count)
            yield family
        yield self._stages()
        yield GaugeMetricFamily(
            OPEN_STREAMS, "Event streams that this process serves.", value=self._open_streams
        )

    def _stages(self) -> HistogramMetricFamily:
        from prometheus_client.core import HistogramMetricFamily

        found: dict[str, dict[str, int]] = defaultdict(dict)
        for (stage, place), count in self._by_kind["stage"]:
            found[stage][place] = count
        text = "How long requests stayed in each stage, and in total."
        family = HistogramMetricFamily(STAGE_SECONDS, text, labels=("stage",))
        for stage, counts in sorted(found.items()):
            within = 0
            buckets: list[tuple[str, float]] = []
            for number, bound in enumerate((*BOUNDS_S, float("inf")), start=1):
                within += counts.get(str(number), 0)
                buckets.append(("+Inf" if bound == float("inf") else str(bound), within))
            family.add_metric([stage], buckets, counts.get("sum", 0) / 1000)
        return family
