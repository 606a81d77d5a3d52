"""The plain POST of OpenFaaS's cron-connector, which can neither send events nor sign any."""

from __future__ import annotations

from collections.abc import Mapping

from functions.common.cloudevents import event as cloudevent
from functions.common.cloudevents.event import Envelope
from functions.common.messages.events import Event

CRON_TOPIC = "cron-function"
HOUR_S = 3600


def envelope(headers: Mapping[str, str], event: Event, now_s: float) -> Envelope | None:
    """`event`, where a request with these headers comes from the cron-connector.

    It has the same id for an hour, so that nobody else who can reach a gateway causes more work by
    such a POST: a duplicate is answered and does nothing.
    """
    topics = [value for name, value in headers.items() if name.lower() == "x-topic"]
    if topics != [CRON_TOPIC] or cloudevent.is_event(headers):
        return None
    hour = int(now_s // HOUR_S)
    return Envelope(f"hour-{hour}", "/openfaas/cron", event.TYPE, event.to_data())
