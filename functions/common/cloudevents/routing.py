"""Which event goes to which function, for sinks that do not route events.

A broker routes events by its Triggers (`knative/base/triggers.yaml`). A test checks that these
routes match them. An OpenFaaS gateway has one address per function instead. There, K_SINK contains
the placeholder `{function}`, and the sender chooses the function.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import (
    BatchRequested,
    ChartRequested,
    ForecastCompleted,
    ForecastRequested,
    PricesIngested,
    PricesRefresh,
    PricesUploaded,
    PricesWarmed,
    WarmupRequested,
)

PLACEHOLDER = "{function}"


class Route(Struct, frozen=True):
    """Events with these attributes are posted to `path` of `function`."""

    attributes: Mapping[str, str]
    function: str
    path: str = "/"


ROUTES = (
    Route({"type": ForecastRequested.TYPE}, "ingest"),
    Route({"type": PricesIngested.TYPE}, "forecast"),
    Route({"type": ChartRequested.TYPE}, "forecast"),
    Route({"type": PricesRefresh.TYPE}, "ingest"),
    Route({"type": WarmupRequested.TYPE}, "ingest"),
    Route({"type": WarmupRequested.TYPE}, "forecast"),
    Route({"type": PricesUploaded.TYPE}, "ingest"),
    Route({"type": PricesWarmed.TYPE}, "forecast"),
    Route({"type": BatchRequested.TYPE}, "web", "/events/batch"),
    Route({"type": ForecastCompleted.TYPE, "backtest": "pending"}, "forecast"),
)


def addresses(sink: str, event: Envelope) -> list[str]:
    """Where to post `event`. Empty if `sink` has the placeholder and no function takes it."""
    if PLACEHOLDER not in sink:
        return [sink]
    attributes = event.attributes()
    return [
        sink.replace(PLACEHOLDER, route.function).rstrip("/") + route.path
        for route in ROUTES
        if route.attributes.items() <= attributes.items()
    ]
