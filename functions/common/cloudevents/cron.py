"""The plain POST of OpenFaaS's cron-connector, which can neither send nor sign events."""

from __future__ import annotations

from collections.abc import Mapping

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import Event

CRON_TOPIC = "cron-function"
HOUR_S = 3600


def envelope(headers: Mapping[str, str], event: Event, now_s: float) -> Envelope | None:
    """`event`, if a request with these headers comes from the cron-connector. Otherwise None.

    The event keeps its id for an hour. Anyone who can reach a gateway can send such a POST, but a
    duplicate causes no work.
    """
    topics = [value for name, value in headers.items() if name.lower() == "x-topic"]
    if topics != [CRON_TOPIC] or cloudevent.is_event(headers):
        return None
    hour = int(now_s // HOUR_S)
    return Envelope(f"hour-{hour}", "/openfaas/cron", event.TYPE, event.to_data())
