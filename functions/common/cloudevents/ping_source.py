"""Events of a clock. A Knative PingSource sends the data it is told, but cannot choose the type.

Its `ceOverrides` can add an extension attribute, though: `meanttype` says which event it stands
for.
"""

from __future__ import annotations

from dataclasses import replace

from functions.common.cloudevents.event import Envelope

TYPE = "dev.knative.sources.ping"
EXTENSION = "meanttype"


def as_meant(event: Envelope) -> Envelope:
    """The event that a ping stands for; any other as it is."""
    if event.type != TYPE or EXTENSION not in event.extensions:
        return event
    rest = {name: value for name, value in event.extensions.items() if name != EXTENSION}
    return replace(event, type=event.extensions[EXTENSION], extensions=rest)
