"""Scheduled events from a Knative PingSource, which can set an event's data but not its type.

Its `ceOverrides` can add an extension attribute, so `meanttype` names the type to use instead.
"""

from __future__ import annotations

from msgspec.structs import replace

from functions.common.cloudevents.event import Envelope

TYPE = "dev.knative.sources.ping"
EXTENSION = "meanttype"


def as_meant(event: Envelope) -> Envelope:
    """The event that a ping stands for. Other events stay unchanged."""
    if event.type != TYPE or EXTENSION not in event.extensions:
        return event
    rest = {name: value for name, value in event.extensions.items() if name != EXTENSION}
    return replace(event, type=event.extensions[EXTENSION], extensions=rest)
